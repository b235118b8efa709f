import { AwsError } from '../service.ts';
import { perRegion } from '../state.ts';
import type { Schedule } from './schedules.ts';

export interface Group {
  name: string;
  arn: string;
  /** Epoch ms. */
  createdAt: number;
  schedules: Map<string, Schedule>;
}

export type Place = { account: string; region: string };

export const notFound = (what: string) => new AwsError('ResourceNotFoundException', `${what} does not exist.`, 404);
export const conflict = (what: string) => new AwsError('ConflictException', `${what} already exists.`, 409);

export const groupArn = (name: string, { account, region }: Place): string =>
  `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`;

export const scheduleArn = (name: string, group: string, { account, region }: Place): string =>
  `arn:aws:scheduler:${region}:${account}:schedule/${group}/${name}`;

/** The schedule groups of all accounts and Regions; each has one named `default` from the start. */
export class Groups {
  readonly #of: (place: Place) => Map<string, Group>;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#of = perRegion((account, region) => new Map([['default', this.#make('default', { account, region })]]));
  }

  all(place: Place): Group[] {
    return [...this.#of(place).values()];
  }

  /** Throws ConflictException. */
  add(place: Place, name: string): Group {
    const groups = this.#of(place);
    if (groups.has(name)) throw conflict(`Schedule group ${name}`);
    const group = this.#make(name, place);
    groups.set(name, group);
    return group;
  }

  /** Throws ResourceNotFoundException. */
  get(place: Place, name: unknown): Group {
    const group = this.#of(place).get(String(name ?? 'default'));
    if (group === undefined) throw notFound(`Schedule group ${name}`);
    return group;
  }

  /** Throws ResourceNotFoundException. */
  schedule(place: Place, group: unknown, name: unknown): Schedule {
    const schedule = this.get(place, group).schedules.get(String(name));
    if (schedule === undefined) throw notFound(`Schedule ${name}`);
    return schedule;
  }

  /** With all of its schedules, which do not fire any more. */
  remove(place: Place, { name, schedules }: Group): void {
    for (const schedule of schedules.values()) schedule.stop();
    this.#of(place).delete(name);
  }

  #make(name: string, place: Place): Group {
    return { name, arn: groupArn(name, place), createdAt: this.#now(), schedules: new Map() };
  }
}
