import { beforeMissed } from '../../shared/aws/fence.ts';
import { kindOf } from '../../shared/errors.ts';
import type { Catalog, Change, DynamoDb, World } from '../../shared/world.ts';
import { type Act, type Story, storyOf } from './story.ts';

/** The worlds of all processes without one safeguard, and stories in which it is needed. */
export interface Safeguard {
  leaveOut(world: World): World;
  story(seed: number): Story;
  /** Seeds before that one show nothing, and take their time. */
  from?: number;
}

export type Around<Of> = (inner: Of) => Partial<Of>;

export const withCatalog =
  (around: Around<Catalog>) =>
  (world: World): World => ({ ...world, catalog: { ...world.catalog, ...around(world.catalog) } });

export const withDynamodb =
  (around: Around<DynamoDb>) =>
  (world: World): World => ({
    ...world,
    dynamodb: (target, capability) => {
      const inner = world.dynamodb(target, capability);
      return { ...inner, ...around(inner) };
    },
  });

/** Conditional writes that this fits go through whatever the catalog says. */
export const withoutCondition = (fits: (change: Change) => boolean) =>
  withCatalog(({ update }) => ({
    update: (key, change) => {
      if (!fits(change)) return update(key, change);
      const { condition = '', ...others } = change;
      return update(key, { ...others, ...onlyUsed(change, condition) });
    },
  }));

/** DynamoDB refuses names and values that no expression uses. */
function onlyUsed({ update, names = {}, values = {} }: Change, _condition: string): Pick<Change, 'names' | 'values'> {
  const used = (all: object) => Object.fromEntries(Object.entries(all).filter(([name]) => isIn(update, name)));
  return { names: used(names), values: used(values) };
}

const isIn = (expression: string, name: string): boolean =>
  new RegExp(`${name.replace('#', '\\#')}(?![A-Za-z0-9])`).test(expression);

export const has = ({ values = {} }: Change, ...names: string[]): boolean => names.every((name) => name in values);

export const minuteMs = 60_000;

/** One installation, one plan, and nothing but these faults and acts. */
export const storyWith = (seed: number, more: Partial<Story>, acts: Act[] = firings(1)): Story => {
  const { nightly } = storyOf(seed).plans;
  const plans = { nightly: { ...nightly, keep: { last: 2 }, overlap: 'queue' } } as Story['plans'];
  return {
    ...storyOf(seed),
    ...{ tables: ['orders-0', 'orders-1'], installations: 1, plans, hasExports: false, hasSettings: false, acts },
    ...{
      faultsUntilMs: 20 * minuteMs,
      latencyMs: 20,
      backupMs: 2000,
      listLagMs: 0,
      graceMs: 10 * minuteMs,
      heartbeatMs: minuteMs,
    },
    faults: { frozen: 0.02, killed: 0.01, duplicateEvent: 0.5 },
    ...more,
  };
};

const firings = (count: number, everyMs = 2 * minuteMs): Act[] =>
  Array.from({ length: count }, (_, n) => ({ atMs: n * everyMs, installation: 0, do: 'fire', plan: 'nightly' }));

const keeping = (last: number): Partial<Story> => ({
  plans: { nightly: { schedule: 'cron(0 2 * * ? *)', tables: { include: ['orders-*'] }, keep: { last } } },
});

const isClaim = (change: Change) => has(change, ':starting', ':next');
const frozenLong = { frozen: 0.06, duplicateEvent: 0.3 };
const wide = 300_000;

/** By what each is called in docs/decisions/0005-a-run.md and 0002-retention.md. */
export const safeguards: Record<string, Safeguard> = {
  'the claim of a (run, table)': {
    leaveOut: withoutCondition(isClaim),
    story: (seed) => storyWith(seed, { faults: { frozen: 0.05, duplicateEvent: 1, error500Applied: 0.05 } }),
  },
  settling: {
    leaveOut: withCatalog(({ query }) => ({
      async *query(range) {
        for await (const item of query(range)) yield item.leaseUntil === undefined ? item : { ...item, leaseUntil: 0 };
      },
    })),
    story: (seed) => storyWith(seed, { faults: frozenLong }),
    from: 270,
  },
  'the fence': {
    leaveOut: withDynamodb(({ createBackup }) => ({
      createBackup: (table, name) =>
        beforeMissed(
          () => false,
          () => createBackup(table, name, Number.POSITIVE_INFINITY),
        ),
    })),
    story: (seed) => storyWith(seed, { faults: frozenLong }),
  },
  'the look by name': {
    leaveOut: withDynamodb(({ listBackups }) => ({
      listBackups: async (window) => (window.until - window.from > wide ? { backups: [] } : listBackups(window)),
    })),
    story: (seed) => storyWith(seed, { faults: { killed: 0.01, error500Applied: 0.1 } }),
  },
  'the record on condition of the own attempt': {
    leaveOut: withoutCondition((change) => has(change, ':creating', ':createdAt')),
    story: (seed) => storyWith(seed, { faults: { frozen: 0.05, duplicateEvent: 0.3 } }),
  },
  'one attempt without a retry of the SDK': {
    leaveOut: withDynamodb(({ createBackup }) => ({
      createBackup: (...input) =>
        createBackup(...input).catch((error: unknown) => {
          if (kindOf(error) !== 'ambiguous') throw error;
          return createBackup(...input);
        }),
    })),
    story: (seed) => storyWith(seed, { faults: { error500Applied: 0.1, resetApplied: 0.1 } }),
  },
  'late slots that are dropped': {
    leaveOut: (world) => {
      const { quotas, clock } = world;
      const inSlot: World['quotas']['inSlot'] = async (_target, _operation, slot, call) => {
        await clock.sleep(slot - clock.now());
        return { answer: await call() };
      };
      return { ...world, quotas: Object.assign(quotas, { inSlot }) };
    },
    story: (seed) =>
      storyWith(seed, {
        tables: Array.from({ length: 90 }, (_, n) => `orders-${n}`),
        faults: { frozen: 0.004 },
        faultsUntilMs: 10 * minuteMs,
      }),
    from: 9,
  },
  "the driver's lease": {
    leaveOut: withCatalog(({ update }) => ({
      update: async (key, change) => {
        const { condition = '', update: expression } = change;
        if (expression.startsWith('SET driver = :me')) {
          return update(key, {
            ...change,
            condition: '(attribute_exists(due) OR attribute_not_exists(due)) AND (:now = :now)',
          });
        }
        if (!condition.startsWith('driver = :me')) return update(key, change);
        return update(key, { ...change, condition: condition.replace('driver = :me', ':me = :me') });
      },
    })),
    story: (seed) => storyWith(seed, { faults: { duplicateEvent: 1, frozen: 0.02, lateEvent: 0.3 } }, firings(4)),
  },
  'the guard at AWS': {
    leaveOut: withDynamodb(({ describeBackup }) => ({
      describeBackup: async (arn) => {
        const found = await describeBackup(arn);
        return (
          found ?? { backupArn: arn, backupName: '', tableName: '', tableId: '', status: 'AVAILABLE', createdAt: 0 }
        );
      },
    })),
    story: (seed) =>
      storyWith(seed, { ...keeping(1), tables: ['orders-0'], faults: {}, faultsUntilMs: 12 * minuteMs }, [
        ...firings(3, 4 * minuteMs),
        { do: 'hold', nth: 0, atMs: 60_000, installation: 0 },
        { do: 'deleteByHand', nth: 1, atMs: 5 * minuteMs, installation: 0 },
        { do: 'deleteByHand', nth: 1, atMs: 8 * minuteMs + 4000 + 100 * (seed % 40), installation: 0 },
        { do: 'release', nth: 0, atMs: 9 * minuteMs, installation: 0 },
        { do: 'retain', confirm: false, atMs: 12 * minuteMs, installation: 0 },
      ]),
  },
  'DELETING by condition': {
    leaveOut: withoutCondition((change) => has(change, ':deleting', ':reason') || /#hold = :word/.test(change.update)),
    story: (seed) =>
      storyWith(seed, { ...keeping(1), tables: ['orders-0'], latencyMs: 200, faults: {} }, [
        ...firings(2, 4 * minuteMs),
        // While retention has judged, and has not deleted yet.
        ...Array.from({ length: 12 }, (_, n) => ({
          ...{ do: 'hold' as const, nth: 0, installation: 0 },
          atMs: 250_000 + n * 200 + seed * 10,
        })),
      ]),
  },
  'the budget': {
    leaveOut: withCatalog(({ update }) => ({
      async update(key, change) {
        if (key.sk !== 'retention') return update(key, change);
        const { values = {} } = change;
        const told = ':confirmed' in values ? { ...change, values: { ...values, ':confirmed': false } } : change;
        const written = await update(key, told);
        return written.done ? { ...written, item: { ...written.item, confirmed: true } } : written;
      },
    })),
    story: (seed) =>
      storyWith(seed, { ...keeping(6), tables: ['orders-0'], faults: {}, graceMs: 60_000 }, [
        ...firings(6),
        { do: 'deploy', last: 1, atMs: 12 * minuteMs, installation: 0 },
        { do: 'retain', confirm: false, atMs: 13 * minuteMs, installation: 0 },
        { do: 'retain', confirm: false, atMs: 16 * minuteMs, installation: 0 },
      ]),
  },
  'the grace time': {
    leaveOut: (world) => ({ ...world, options: { ...world.options, graceMs: 0 } }),
    story: (seed) =>
      storyWith(seed, { ...keeping(3), faults: {} }, [
        ...firings(3),
        { do: 'deploy', last: 1, atMs: 6 * minuteMs, installation: 0 },
        { do: 'retain', confirm: false, atMs: 7 * minuteMs, installation: 0 },
        { do: 'retain', confirm: false, atMs: 8 * minuteMs, installation: 0 },
      ]),
  },
};
