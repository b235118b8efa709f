import { AwsError, type Call } from '../service.ts';
import { storeOf } from './data.ts';
import { perform } from './dynalite.ts';
import { invalid } from './errors.ts';
import type { Snapshot } from './items.ts';
import { tableOf } from './lookup.ts';
import type { Operations, Region, Table, World } from './state.ts';

/** One change an hour (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html). */
const changeMs = 3_600_000;
/** What expired longer ago is taken for no time stamp, and stays. */
const oldestExpirySeconds = 5 * 365 * 86_400;

export function timeToLiveOperations(world: World): Operations {
  return {
    DescribeTimeToLive: (call) => {
      const table = tableOf(world, call);
      if (table.status === 'CREATING' || table.status === 'DELETING') {
        const state = `${table.status} state: Current table state is ${table.status}`;
        throw invalid(`Cannot describe time to live while table is in ${state}`);
      }
      return { TimeToLiveDescription: describeTimeToLive(table) };
    },
    UpdateTimeToLive: (call) => updateTimeToLive(world, call),
  };
}

export function describeTimeToLive({ timeToLive }: Pick<Table, 'timeToLive'>) {
  if (!timeToLive?.isEnabled) return { TimeToLiveStatus: 'DISABLED' };
  return { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive.attribute };
}

function updateTimeToLive(world: World, call: Call) {
  const table = tableOf(world, call);
  const specification = call.input.TimeToLiveSpecification as { Enabled: boolean; AttributeName: string };
  const { Enabled: isEnabled, AttributeName: attribute } = specification;
  if (table.status !== 'ACTIVE') {
    throw new AwsError(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is ${table.status}: ${table.name}`,
    );
  }
  checkChange(table, isEnabled, attribute, world.core.clock.now());
  table.timeToLive = { attribute, isEnabled, changedAt: world.core.clock.now() };
  if (isEnabled) sweepLater(world, world.region(call), table, table.timeToLive);
  return { TimeToLiveSpecification: specification };
}

function checkChange({ timeToLive }: Table, isEnabled: boolean, attribute: string, now: number): void {
  const wasEnabled = timeToLive?.isEnabled === true;
  if (!isEnabled && !wasEnabled) throw invalid('TimeToLive is already disabled');
  if (isEnabled && wasEnabled) {
    if (timeToLive.attribute === attribute) throw invalid('TimeToLive is already enabled');
    const current = `current AttributeName is ${timeToLive.attribute}`;
    throw invalid(`TimeToLive is active on a different AttributeName: ${current}`);
  }
  if (timeToLive === undefined || now >= timeToLive.changedAt + changeMs) return;
  throw invalid('Time to live has been modified multiple times within a fixed interval');
}

/** Deletes expired items again and again until this very setting, or its table, is gone. */
function sweepLater(world: World, region: Region, table: Table, setting: Table['timeToLive'], last?: Swept): void {
  const { core, settings } = world;
  core.clock.at(core.clock.now() + settings.timeToLiveSweepMs, () => {
    if (table.timeToLive !== setting || region.tables.get(table.name) !== table) return;
    const isAsBefore = last?.items === table.items.snapshot() && core.clock.now() < last.nextAt;
    sweepLater(world, region, table, setting, isAsBefore ? last : sweep(world, region, table));
  });
}

/** What a sweep left: unless something is written, the next one has nothing to do before `nextAt` (epoch ms). */
interface Swept {
  items: Snapshot;
  nextAt: number;
}

function sweep({ core }: World, region: Region, table: Table): Swept {
  const { attribute = '' } = table.timeToLive ?? {};
  const now = Math.floor(core.clock.now() / 1000);
  const items = table.items.snapshot();
  let next = Number.POSITIVE_INFINITY;
  for (const item of items.items()) {
    const at = Number(item[attribute]?.N ?? Number.NaN);
    if (at >= now) next = Math.min(next, at);
    if (!(at < now && at > now - oldestExpirySeconds)) continue;
    const Key = Object.fromEntries(table.keys.map(({ AttributeName }) => [AttributeName, item[AttributeName]]));
    void perform('DeleteItem', { TableName: table.name, Key }, storeOf(region));
  }
  return { items, nextAt: (next + 1) * 1000 };
}
