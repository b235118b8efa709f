import { sleep } from '../../local/clock.ts';
import { backupName, runId, stampOf } from '../../shared/names.ts';
import type { Backup } from '../../shared/run.ts';
import type { Events } from './events.ts';
import type { Faults } from './faults.ts';
import type { Installation } from './installation.ts';
import type { Lambda } from './lambda.ts';
import { hub, type Place } from './place.ts';
import type { Scene } from './scene.ts';
import { archive, chainsIn, entriesOf } from './scene.ts';
import type { Act, Deed, Story } from './story.ts';
import type { Fact } from './truth.ts';

/** What deeds act with. */
export interface Stage {
  place: Place;
  scene: Scene;
  lambda: Lambda;
  events: Events;
  faults: Faults;
}

type Deeds = { [Name in Deed['do']]: (act: Extract<Act, { do: Name }>, of: Installation, on: Stage) => unknown };

const nthOf = <One>(all: One[], nth: number): One | undefined => all[nth % Math.max(1, all.length)];

const available = ({ scene }: Stage, of: Installation, fits: (entry: Backup) => boolean) =>
  entriesOf(scene, of).filter((entry) => entry.state === 'AVAILABLE' && fits(entry));

function ask(type: string, fits: (entry: Backup) => boolean) {
  return ({ nth, atMs }: { nth: number; atMs: number }, of: Installation, on: Stage) => {
    const entry = nthOf(available(on, of, fits), nth);
    if (entry === undefined) return;
    const detail = { backupId: `${runId(entry)}/${entry.tableId}`, requestId: `${type[0]}${atMs}`, reason: 'a whim' };
    on.events.deliver(of, { type, detail }, 'people');
  };
}

const recovery = (TableName: string, PointInTimeRecoveryEnabled: boolean) => ({
  TableName,
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled },
});

/** AWS changes a table for so long. */
const updatedMs = 10_000;

/** What people, Scheduler and others do. What AWS refuses them, they leave. */
const deeds: Deeds = {
  fire({ plan, atMs }, of, { place, lambda, faults }) {
    const event = { plan, scheduledAt: new Date(place.clock.now()).toISOString() };
    lambda.invoke(of, 'start-run', event);
    const name = `${of.number} ${plan} ${atMs}`;
    if (faults.strikes('firedTwice', name)) {
      lambda.invoke(of, 'start-run', event, faults.chance.oneOf(`${name} again`, 0, 10, 70_000));
    }
  },
  retain: ({ confirm }, of, { lambda }) =>
    lambda.invoke(of, 'apply-retention', { plan: 'nightly', ...(confirm && { confirm }) }),
  hold: ask('Hold Requested', () => true),
  release: ask('Release Requested', ({ hold }) => hold !== undefined),
  deleteRequest: ask('Delete Requested', () => true),
  deleteByHand({ nth }, _of, { place, scene }) {
    const made = nthOf(scene.truth.livingBackups(), nth);
    return made && place.call('DeleteBackup', { BackupArn: made.arn });
  },
  backUp({ table, atMs }, of, { events, place }) {
    const expiresAt = new Date(place.clock.now() + 240_000).toISOString();
    const detail = { tables: [table], reason: 'before the release', requestId: `b${atMs}`, expiresAt };
    events.deliver(of, { type: 'Backup Requested', detail }, 'people');
  },
  async dropTable({ table: TableName }, _of, { place, scene }) {
    const protect = (DeletionProtectionEnabled: boolean) =>
      place.call('UpdateTable', { TableName, DeletionProtectionEnabled });
    if (scene.story.hasSettings) await protect(false);
    if (scene.story.hasSettings) await sleep(place.clock, updatedMs);
    // What AWS does not delete has its settings, as before.
    await place.call('DeleteTable', { TableName }).catch(async () => {
      if (scene.story.hasSettings) await protect(true);
    });
  },
  makeTable: ({ table }, _of, { place, scene }) => {
    place.clock.at(place.clock.now() + (scene.story.hasSettings ? 2 * updatedMs : 5000), () => {
      makeTable(place, table).catch(() => {});
    });
  },
  forge({ table, atMs }, of, { place, scene }) {
    // Of no run; or of one that there was, and of another table.
    const [known] = atMs % 2 === 0 ? entriesOf(scene, of) : [];
    const run = known ?? { target: hub, plan: 'nightly', stamp: stampOf(place.clock.now() - atMs - 86_400_000) };
    const tableId = known === undefined ? scene.truth.tableIds.get(table) : 'another';
    const BackupName = backupName(of.id, run, tableId ?? '');
    return place.call('CreateBackup', { TableName: table, BackupName });
  },
  putItem: ({ table, atMs }, _of, { place }) =>
    place.call('PutItem', { TableName: table, Item: { id: { S: `item-${atMs % 3}` }, n: { N: String(atMs) } } }),
  deploy({ last }, of, { scene }) {
    of.deploy(last);
    scene.deployed[of.number]?.push({ at: scene.now(), keepOf: () => last });
  },
  restore({ table, target, wishes = { tags: { team: 'shop' } }, nth, atMs }, of, on) {
    const { events, place } = on;
    const named =
      nth === undefined
        ? undefined
        : nthOf(
            available(on, of, () => true),
            nth,
          );
    const detail = {
      requestId: `r${atMs}`,
      source: named === undefined ? { table, latest: true } : { backupArn: named.backupArn },
      target: { tableName: target, ...wishes },
      reason: 'somebody deleted it',
    };
    sendTwice(of, { type: 'Restore Requested', detail }, events, place);
  },
  import({ nth, target, atMs }, of, { events, place, scene }) {
    const chain = nthOf(chainsIn(scene), nth);
    if (chain === undefined) return;
    const source = { bucket: archive, export: chain };
    const detail = { requestId: `i${atMs}`, source, target: { tableName: target }, reason: 'it is older' };
    sendTwice(of, { type: 'Import Requested', detail }, events, place);
  },
  fireExports: (_act, of, { place, lambda }) =>
    lambda.invoke(of, 'export', { exports: 'lake', scheduledAt: new Date(place.clock.now()).toISOString() }),
  recovery: ({ table, isOn }, _of, { place }) => place.call('UpdateContinuousBackups', recovery(table, isOn)),
};

/** A request under one id is one request. */
function sendTwice(of: Installation, fact: Pick<Fact, 'type' | 'detail'>, events: Events, { clock }: Place): void {
  const send = () => events.deliver(of, fact, 'people');
  send();
  clock.at(clock.now() + 130_000, send);
}

/** Does it; nobody waits for it. */
export function perform(act: Act, of: Installation, on: Stage): void {
  const deed = deeds[act.do] as (act: Act, of: Installation, on: Stage) => unknown;
  Promise.resolve()
    .then(() => deed(act, of, on))
    .catch(() => {});
}

export function makeTable({ call }: Place, TableName: string): Promise<unknown> {
  return call('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
}

/** Another driver takes a lease that is another's, and dies; somebody writes nonsense into a quota. */
export function disturb(of: Installation, tick: number, { place, scene, faults }: Stage): void {
  const { truth } = scene;
  const update = (key: string, UpdateExpression: string, values: Record<string, unknown>, names?: object) => {
    const [pk = '', sk = ''] = key.split('|');
    const Key = { pk: { S: pk }, sk: { S: sk } };
    const input = { TableName: of.catalog, Key, UpdateExpression, ReturnValues: 'ALL_NEW' };
    const ExpressionAttributeValues = values;
    place
      .call('UpdateItem', { ...input, ExpressionAttributeValues, ...(names && { ExpressionAttributeNames: names }) })
      .catch(() => {});
  };
  const name = `${of.number} tick ${tick}`;
  const led = truth.items(of.catalog, () => true).filter(([, { driver }]) => driver !== undefined);
  const [key] = nthOf(led, faults.chance.whole(`${name} which`, 0, 9)) ?? [];
  if (key !== undefined && faults.strikes('leaseLost', name)) {
    const until = { N: String(place.clock.now() + 60_000) };
    update(key, 'SET driver = :thief, leaseUntil = :until, dueAt = :until', {
      ':thief': { S: 'thief' },
      ':until': until,
    });
  }
  const quotas = truth.items(of.catalog, (key) => key.startsWith('quota#'));
  const [quota] = nthOf(quotas, faults.chance.whole(`${name} quota`, 0, 9)) ?? [];
  if (quota === undefined || !faults.strikes('poisonedQuota', name)) return;
  const far = { N: String(place.clock.now() + 86_400_000) };
  const [attribute, poison] = faults.chance.oneOf<[string, object]>(
    `${name} poison`,
    ['tat', far],
    ['tat', { S: 'x' }],
    ['rate', { N: '-5' }],
    ['rate', { N: '0' }],
    ['cutAt', far],
    ['gen', { S: 'x' }],
  );
  update(quota, 'SET #a = :poison', { ':poison': poison }, { '#a': attribute });
}

export const isWholeStory = ({ acts, hasExports, hasSettings }: Story): boolean =>
  hasExports || hasSettings || acts.some((act) => act.do === 'restore');
