import { seededRandom } from '../../local/random.ts';
import { AwsError } from '../../local/service.ts';
import type { Fate } from '../support/worker.ts';
import { type Exported, everything, type ImportHere, importHere, makeOrders } from './here.ts';

type Value = Record<string, unknown>;
type Item = Record<string, Value>;

const minute = 60_000;
const stranger = 'arn:aws:iam::123456789012:role/app';

/** Keys of a table: types of the partition key and the sort key, and whether it has a local index. */
const shapes = [['S'], ['B'], ['N', 'S'], ['S', 'N'], ['B', 'B'], ['S', 'N', 'local'], ['N', 'B', 'local']] as const;

/** A table of that shape is written for some windows, exported, and made anew by processes that die and stand still. */
export async function importStory(seed: number): Promise<{ broken: string[]; events: string[] }> {
  const random = seededRandom(seed * 104_729 + 7);
  const chance = (of: number) => random.number() < of;
  const between = (least: number, most: number) => least + Math.floor(random.number() * (most - least));
  const pick = <One>(list: readonly One[]): One => list[between(0, list.length)] as One;
  const rate = pick([0, 0.002, 0.01, 0.03]);
  const events: string[] = [`rate ${rate}`];
  const broken: string[] = [];
  const fateOf = (): Fate => () => {
    if (!chance(rate)) return undefined;
    return chance(0.4) ? 'kill' : { freezeMs: pick([20, 90, 250, 320, 500, 900]) * 1000 };
  };
  const here: ImportHere = await importHere({ fateOf, seed });
  try {
    const [partition, sort, local] = pick(shapes);
    events.push(`${partition} ${sort} ${local}`);
    const keys = [
      { AttributeName: 'id', KeyType: 'HASH' },
      ...(sort === undefined ? [] : [{ AttributeName: 'at', KeyType: 'RANGE' }]),
    ];
    const byN = { AttributeName: 'n', KeyType: 'RANGE' };
    await makeOrders(here, {
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: partition },
        ...(sort === undefined ? [] : [{ AttributeName: 'at', AttributeType: sort }]),
        ...(local === undefined ? [] : [{ AttributeName: 'n', AttributeType: 'N' }]),
      ],
      KeySchema: keys,
      ...(local !== undefined && {
        LocalSecondaryIndexes: [
          { IndexName: 'by-n', KeySchema: [keys[0], byN], Projection: { ProjectionType: 'ALL' } },
        ],
      }),
    });
    const keyValue = (type: string, n: number): Value => {
      if (type === 'S') return { S: pick([`key ${n}`, `k"'\\${n}é😀`, `${n}`]) };
      if (type === 'N') return { N: String(n % 2 ? n : -n / 10) };
      return { B: Buffer.from([n, 255, 0, n * 7]).toString('base64') };
    };
    const pool = Array.from(
      { length: between(3, 30) },
      (_, n): Item => ({
        id: keyValue(partition, n % 7),
        ...(sort !== undefined && { at: keyValue(sort, n) }),
      }),
    );
    const anyValue = (depth: number): Value => {
      const kinds = Object.values(everything);
      if (depth < 4 && chance(0.2)) return { L: Array.from({ length: between(0, 4) }, () => anyValue(depth + 1)) };
      if (depth < 4 && chance(0.2)) {
        return {
          M: Object.fromEntries(
            Array.from({ length: between(0, 4) }, (_, n) => [pick(names) + n, anyValue(depth + 1)]),
          ),
        };
      }
      if (chance(0.2))
        return {
          N: `${chance(0.5) ? '-' : ''}${between(1, 10)}${'1234567890'.repeat(3)}.${between(1, 9)}${between(1, 9)}`,
        };
      if (chance(0.1)) return { S: 'x'.repeat(between(1, 50_000)) };
      return pick(kinds) as Value;
    };
    const names = [
      'n1',
      'Item',
      'Keys',
      'NewImage',
      'null',
      'true',
      'nan',
      "it's",
      'a b',
      '$ion',
      'é',
      'constructor',
      'toString',
      '0',
    ];
    const itemOf = (key: Item): Item => ({
      ...key,
      n: { N: String(between(0, 1000)) },
      ...Object.fromEntries(Array.from({ length: between(0, 5) }, () => [`v${pick(names)}`, anyValue(0)])),
      ...(chance(0.2) ? Object.fromEntries([[pick(names), anyValue(0)]]) : {}),
    });
    const change = async () => {
      const key = pick(pool);
      if (chance(0.35)) await here.remove('orders', key);
      else await here.put('orders', itemOf(key));
    };
    const many = async (n: number) => {
      for (; n > 0; n--) await change();
    };
    await many(between(0, 60));
    await here.pass(1500);
    const format = () => pick(['ION', 'DYNAMODB_JSON'] as const);
    const full = await here.exportFull('orders', { format: format() });
    const windows: Exported[] = [];
    let last = full;
    for (let n = between(0, 4); n > 0; n--) {
      await many(between(0, 40));
      await here.pass(between(15, 90) * minute);
      await many(between(0, 10));
      await here.pass(2000);
      last = await here.exportWindow('orders', last, {
        format: format(),
        view: pick(['NEW_IMAGE', 'NEW_AND_OLD_IMAGES'] as const),
        ...(chance(0.2) && { until: last.until + 15 * minute }),
      });
      windows.push(last);
      events.push(`window until ${new Date(last.until).toISOString()}`);
      if (Math.abs(last.until - here.clock.now()) > 10 * minute) break;
    }
    // Whatever was written after the last window's end: as it was then.
    const expected = await itemsAt(here, last.until);

    const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] };
    here.iam.putRole({ account: '123456789012', name: 'app', trust, policies: { all } } as never);
    const caller = { account: '123456789012', principalArn: stranger, arn: stranger };
    let isOver = false;
    let allowed = 0;
    const disturb = async () => {
      if (isOver) return;
      const call = {
        service: 'dynamodb',
        operation: 'PutItem',
        input: { TableName: 'again', Item: itemOf({ ...pick(pool) }) },
        caller,
      };
      try {
        await here.aws.core.call({ ...call, account: '123456789012', region: 'us-east-1' } as never);
        allowed++;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
      if (!isOver) here.clock.at(here.clock.now() + 1000, () => void disturb());
    };
    const made = new Set<unknown>();
    here.aws.intercept(async (call, perform) => {
      const troubled = rate > 0 && (call.input as { TableName?: string }).TableName !== undefined && chance(rate);
      if (troubled && call.service === 's3') throw new AwsError('SlowDown', 'slow', 503);
      if (rate > 0 && call.operation === 'BatchWriteItem' && chance(0.1)) {
        if (chance(0.5)) throw new AwsError('ThrottlingException', 'slow', 400);
        const late = between(1, 280) * 1000;
        if (chance(0.3)) await new Promise<void>((come) => here.clock.at(here.clock.now() + late, () => come()));
      }
      const isLast = call.operation === 'DeleteResourcePolicy';
      if (isLast) isOver = true;
      const answer = await perform();
      if (/^(ImportTable|CreateTable)$/.test(call.operation)) {
        const [said] = Object.values(answer as Record<string, { TableId: string }>);
        made.add(said?.TableId);
        if (call.operation === 'CreateTable') here.clock.at(here.clock.now() + 500, () => void disturb());
      }
      if (call.operation === 'PutResourcePolicy') here.clock.at(here.clock.now() + 10, () => void disturb());
      return answer;
    });
    const asked = {
      requestId: 'a',
      source: {
        bucket: 'archive',
        export: full.folder,
        ...(windows.length > 0 && { increments: windows.map(({ folder }) => folder).toSorted() }),
      },
      target: { tableName: 'again' },
      reason: 'a test',
    };
    here.send(asked, 'event-1');
    for (let n = 1; n < 40; n++)
      here.clock.at(here.clock.now() + n * 150_000, () => isOver || here.send(asked, 'event-1'));
    await here.untilEnded(1, 24 * 60 * minute);
    isOver = true;
    await here.pass(15 * minute);
    const completed = new Set(here.factsOf('Import Completed').map(({ detail }) => detail.id)).size;
    const failed = here.factsOf('Import Failed').map(({ detail }) => String(detail.sentence));
    if (completed !== 1 || failed.length > 0) broken.push(`${completed} completed, failed: ${failed.join(' ')}`);
    const detail = here.factsOf('Import Completed')[0]?.detail ?? {};
    if (detail.isAsExpected !== true) broken.push(String(detail.sentence));
    const again = completed > 0 ? await here.items('again') : [];
    const more = again.filter((item) => !expected.includes(item));
    const less = expected.filter((item) => !again.includes(item));
    if (more.length + less.length > 0) {
      broken.push(`more: ${more.map((one) => one.slice(0, 300))}; less: ${less.map((one) => one.slice(0, 300))}`);
    }
    if (made.size !== 1) broken.push(`${made.size} tables were made`);
    if (allowed > 0) broken.push(`${allowed} writes of a stranger`);
    const ResourceArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/again';
    const policy = await here.call('GetResourcePolicy', { ResourceArn }).catch(() => 'none');
    if (policy !== 'none') broken.push('the policy is there');
    events.push(`${expected.length} items, ${windows.length} windows, ${here.workers.length} workers`);
    for (const error of here.thrown) events.push(`thrown ${error}`);
    return { broken, events };
  } finally {
    here.close();
  }
}

/** By a restore of the local AWS, which has the log of writes. */
async function itemsAt(here: ImportHere, at: number): Promise<string[]> {
  const same = here.clock.now() - at < 3000;
  if (same) return here.items('orders');
  await here.pass(6 * minute);
  await here.done(
    here.call('RestoreTableToPointInTime', {
      SourceTableName: 'orders',
      TargetTableName: 'as-it-was',
      RestoreDateTime: (at - 1) / 1000,
    }),
  );
  await here.pass(4 * 60 * minute);
  return here.items('as-it-was');
}
