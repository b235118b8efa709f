import { seededRandom } from '../../local/random.ts';
import type { S3Service } from '../../local/s3/s3.ts';
import { audit } from '../../shared/audit/audit.ts';
import { exportsPlanOf } from '../../shared/plans/exports.ts';
import type { ExportsSource } from '../../shared/plans/exports-definition.ts';
import type { Fate } from '../support/worker.ts';
import { hub } from '../support/world.ts';
import { faultsOf } from './chain-faults.ts';
import { type ChainsHere, chainsHere, dayMs, hourMs, lake, minuteMs } from './chain-here.ts';
import { judgeChains, judgeOverdue, type Moment } from './chain-judge.ts';

export interface Told {
  /** What was promised and is not so. */
  broken: string[];
  /** What happened, in order. */
  events: string[];
}

const buckets = ['archive', 'other'] as const;
const names = ['orders', 'users', 'carts'];
const everyMs = 3 * hourMs;

/**
 * A story of some months: tables that are written, deleted and made anew, recovery that is switched off and on, days in
 * which nothing runs, clocks that are off, processes that die or stand still, exports that fail, buckets that are closed,
 * plans that are edited. In the end everything is well again; then the buckets alone must tell what the tables were.
 */
export async function chainStory(seed: number, chapters = 8): Promise<Told> {
  const random = seededRandom(seed * 7919 + 13);
  const chance = (of: number) => random.number() < of;
  const pick = <One>(list: readonly One[]): One => list[Math.floor(random.number() * list.length)] as One;
  const between = (least: number, most: number) => least + Math.floor(random.number() * (most - least));
  const events: string[] = [];
  const broken: string[] = [];
  let mishaps = 0;
  let source: Partial<ExportsSource> = { schedule: 'cron(0 0/3 * * ? *)', rpo: '9h' };

  const fateOf = (): Fate | undefined => {
    if (mishaps === 0) return undefined;
    const rate = mishaps;
    return (_, moment) => {
      if (moment === 'asleep' || !chance(rate)) return undefined;
      return chance(0.5) ? 'kill' : { freezeMs: between(10, 700) * 1000 };
    };
  };
  const here: ChainsHere = await chainsHere({
    lake: { ...source, rpo: '9h' },
    exportBuckets: 'archive,other',
    seed,
    dynamodb: { exportMs: () => between(60, 600) * 1000 },
    fateOf,
    beatMs: 4 * minuteMs,
  });
  const { clock } = here;
  const say = (what: string) => events.push(`${new Date(clock.now()).toISOString().slice(0, 19)} ${what}`);
  const s3 = here.aws.service('s3') as S3Service;
  try {
    await here.done(
      here.aws.core.call({
        service: 's3',
        operation: 'CreateBucket',
        input: { Bucket: 'other' },
        caller: here.iam.caller(hub.account),
        ...hub,
      }),
    );

    const faults = faultsOf(here);

    // What tables were, by id.
    const moments = new Map<string, Moment[]>();
    const ids = new Map<string, string>();
    const toggled = new Set<string>();
    let wasLongOut = false;
    const make = async (name: string) => {
      await here.table(name);
      const { Table } = await here.done(
        here.call<{ Table: { TableId: string } }>('DescribeTable', { TableName: name }),
      );
      ids.set(name, Table.TableId);
      moments.set(Table.TableId, [{ at: clock.now(), items: new Map() }]);
      say(`${name} is made (${Table.TableId})`);
    };
    const write = async () => {
      const name = pick([...ids.keys()]);
      const id = ids.get(name);
      if (name === undefined || id === undefined) return;
      const past = moments.get(id) ?? [];
      const items = new Map(past.at(-1)?.items);
      const key = `item-${between(0, 6)}`;
      if (chance(0.3)) {
        await here.remove(name, key);
        items.delete(key);
      } else {
        const n = between(0, 1000);
        await here.put(name, key, n);
        items.set(key, String(n));
      }
      past.push({ at: clock.now(), items });
    };
    const isOn = new Map<string, boolean>();
    let audits = 0;
    /** Time passes, with writes and firings, of which some come late, twice or not at all. */
    const live = async (ms: number, isQuiet = false) => {
      const end = clock.now() + ms;
      for (let at = Math.floor(clock.now() / everyMs + 1) * everyMs; at <= end; at += everyMs) {
        await clock.run(at - everyMs / 2 + 3_500);
        if (!isQuiet) for (let n = between(0, 4); n > 0; n--) await write();
        await clock.run(at - 7 * minuteMs);
        if (!isQuiet) for (let n = between(0, 3); n > 0; n--) await write();
        await clock.run(at);
        if (isQuiet || chance(0.8)) here.fire(at);
        if (!isQuiet && chance(0.2)) here.fire(at);
        if (!isQuiet && chance(0.2)) clock.at(clock.now() + between(1, 100) * minuteMs, () => here.fire(at));
        await clock.run(at + 7 * minuteMs + 1_500);
        if (!isQuiet) for (let n = between(0, 3); n > 0; n--) await write();
        await clock.run(at + 20 * minuteMs);
        const invocation = { id: `audit-${++audits}`, endsAt: clock.now() + 900_000 };
        await here
          .done(audit(here.world().world, hub, invocation))
          .catch((error: unknown) => broken.push(`audit threw ${error}`));
      }
      await clock.run(Math.max(clock.now(), end));
    };

    const chapterKinds: [string, () => Promise<void>][] = [
      ['a quiet day', () => live(dayMs)],
      [
        'nothing runs',
        async () => {
          here.isUp = false;
          const days = chance(0.3) ? between(30, 41) : between(0, 4);
          if (days >= 34) wasLongOut = true;
          say(`for ${days} days`);
          const end = clock.now() + days * dayMs + between(1, 20) * hourMs;
          while (clock.now() < end) {
            await clock.run(clock.now() + dayMs / 2);
            await write();
          }
          here.isUp = true;
          await live(12 * hourMs);
        },
      ],
      [
        'processes die and freeze',
        async () => {
          mishaps = pick([0.002, 0.01, 0.03]);
          await live(dayMs / 2);
          mishaps = 0;
        },
      ],
      [
        'clocks are off',
        async () => {
          here.skewMs = pick([-dayMs, dayMs, -hourMs, hourMs, -4000, 4000]);
          say(`by ${here.skewMs} ms`);
          await live(dayMs / 4);
          here.skewMs = 0;
        },
      ],
      [
        'recovery is switched off',
        async () => {
          const name = pick([...ids.keys()]);
          await live(between(10, 170) * minuteMs);
          await here.recovery(name, false);
          isOn.set(name, false);
          toggled.add(ids.get(name) ?? '');
          say(`of ${name}`);
          await live(between(0, 5) * hourMs + between(1, 50) * minuteMs);
          await write();
          await here.pass(2000);
          await here.recovery(name, true);
          isOn.set(name, true);
          say(`and on, of ${name}`);
          await here.pass(2000);
          await write();
        },
      ],
      [
        'a table is made anew',
        async () => {
          const name = pick([...ids.keys()]);
          await live(between(1, 4) * hourMs + between(-10, 14) * minuteMs);
          await here.done(here.call('DeleteTable', { TableName: name }));
          ids.delete(name);
          say(`${name} is deleted`);
          await here.pass(5000 + between(0, 3) * between(0, 40) * minuteMs);
          await make(name);
          await write();
        },
      ],
      [
        'exports fail',
        async () => {
          faults.failing = between(1, 8);
          say(`${faults.failing} of them`);
          await live(dayMs / 2);
          faults.failing = 0;
        },
      ],
      [
        'buckets are closed',
        async () => {
          await live(between(1, 150) * minuteMs);
          faults.closed = pick(['AccessDenied', 'NoSuchBucket'] as const);
          say(faults.closed);
          await live(between(1, 30) * hourMs);
          faults.closed = undefined;
        },
      ],
      [
        'the plan is edited',
        async () => {
          await live(between(1, 200) * minuteMs);
          const changes: Partial<ExportsSource>[] = [
            { bucket: pick(buckets) },
            { format: pick(['ION', 'DYNAMODB_JSON'] as const) },
            { prefix: pick(['{table}', '{plan}/{table}/{date}', '{account}/{table}/']) },
            { mode: pick(['full', 'incremental'] as const) },
            { view: pick(['NEW_IMAGE', 'NEW_AND_OLD_IMAGES'] as const) },
          ];
          source = { ...source, ...pick(changes), ...(chance(0.5) ? { mode: 'incremental' } : {}) };
          say(JSON.stringify(source));
          here.exportPlans.set('lake', exportsPlanOf('lake', { ...lake, ...source }));
        },
      ],
    ];

    for (const name of names) await make(name);
    for (let n = 0; n < 6; n++) await write();
    await live(6 * hourMs);
    for (let chapter = 0; chapter < chapters; chapter++) {
      const [what, happens] = pick(chapterKinds);
      say(what);
      await happens();
    }
    say('all is well');
    source = { ...source, mode: 'incremental' };
    here.exportPlans.set('lake', exportsPlanOf('lake', { ...lake, ...source }));
    await write();
    // A day each, and about five minutes for it.
    await live(dayMs, true);
    const end = clock.now();

    const newest = judgeChains(s3, buckets, moments, broken);
    for (const [name, id] of ids) {
      const lag = end - (newest.get(id) ?? 0);
      if (lag > everyMs + hourMs / 2) broken.push(`${name} (${id}) is ${lag / hourMs} h behind at the end`);
    }
    broken.push(...faults.twice());
    const living = (await here.chains()).filter(({ endedAt }) => endedAt === undefined);
    if (living.length !== ids.size) broken.push(`${living.length} chains for ${ids.size} tables`);
    for (const chain of living) if (chain.trouble !== undefined) broken.push(`${chain.table.name}: ${chain.trouble}`);
    const late = judgeOverdue(here, broken);
    for (const [name, id] of ids) if (late.has(id)) broken.push(`${name} is overdue at the end`);
    for (const detail of here.told('Export Chain Began')) {
      const { reason, tableId, table } = detail as Record<string, string>;
      say(`chain of ${table} began: ${reason}`);
      if (/recovery reaches back/.test(reason ?? '') && !toggled.has(tableId ?? '') && !wasLongOut)
        broken.push(`${table} began anew: ${reason}`);
    }
    // Whose clock is off leaves the firing to Lambda's next attempt.
    const thrown = here.thrown.map(String).filter((error) => !error.includes('The clock of this worker'));
    broken.push(...thrown.map((error) => `thrown: ${error}`));
    return { broken, events };
  } finally {
    here.close();
  }
}
