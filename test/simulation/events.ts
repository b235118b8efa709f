import type { Faults } from './faults.ts';
import type { Installation } from './installation.ts';
import type { FunctionName, Lambda } from './lambda.ts';
import { hub, type Place } from './place.ts';
import type { Fact } from './truth.ts';

interface Route {
  type: string;
  to: FunctionName;
  fits?(detail: Record<string, unknown>): boolean;
}

const isTask = (kind: string) => (detail: Record<string, unknown>) =>
  detail.work === 'task' && String(detail.key).startsWith(`task#${kind}-`);

/** The rules of serverless.yml. */
const routes: Route[] = [
  { type: 'Run Requested', to: 'take-backups' },
  { type: 'Work Due', to: 'take-backups', fits: ({ work }) => work === 'run' },
  { type: 'Run Completed', to: 'apply-retention' },
  { type: 'Work Due', to: 'apply-retention', fits: ({ work }) => work === 'retention' },
  { type: 'Work Due', to: 'restore', fits: isTask('restore') },
  { type: 'Work Due', to: 'export', fits: isTask('export') },
  { type: 'Work Due', to: 'import', fits: isTask('import') },
  { type: 'Backup Requested', to: 'start-run' },
  { type: 'Hold Requested', to: 'apply-retention' },
  { type: 'Release Requested', to: 'apply-retention' },
  { type: 'Delete Requested', to: 'apply-retention' },
  { type: 'Restore Requested', to: 'restore' },
  { type: 'Import Requested', to: 'import' },
];

/** EventBridge: at least once, in any order, at any time. */
export class Events {
  readonly #place: Place;
  readonly #faults: Faults;
  readonly #lambda: Lambda;
  #last = 0;

  constructor(place: Place, faults: Faults, lambda: Lambda) {
    this.#place = place;
    this.#faults = faults;
    this.#lambda = lambda;
  }

  deliver(of: Installation, { type, detail }: Pick<Fact, 'type' | 'detail'>, source = 'tablekeep'): void {
    const { chance } = this.#faults;
    const id = `event-${++this.#last}`;
    const time = new Date(this.#place.clock.now()).toISOString();
    const envelope = { version: '0', id, account: hub.account, region: hub.region, source, time, resources: [] };
    for (const { type: wanted, to, fits } of routes) {
      if (type !== wanted || fits?.(detail) === false) continue;
      const event = { ...envelope, 'detail-type': type, detail };
      const lateMs = this.#faults.strikes('lateEvent', id) ? chance.whole(`${id} late`, 100, 90_000) : 0;
      this.#lambda.invoke(of, to, event, 20 + lateMs);
      if (!this.#faults.strikes('duplicateEvent', id)) continue;
      this.#lambda.invoke(of, to, event, 20 + chance.oneOf(`${id} again`, 0, 5, 1000, 45_000, 120_000));
    }
  }
}
