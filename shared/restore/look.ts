import type { RestoreRequest } from '../../events/restore-request.ts';
import { errorText, kindOf } from '../errors.ts';
import { isUnread } from '../settings/settings.ts';
import { type Target, targetKey } from '../target.ts';
import { accountsOf, readable } from '../task/looking.ts';
import { inSlots, type Paced, withoutSlots } from '../task/paced.ts';
import { queueOf, restores } from '../task/queue.ts';
import type { Mistake } from '../task/task.ts';
import type { World } from '../world.ts';
import { capturedNear } from './captured.ts';
import type { Found, FoundKey, FoundSource } from './found.ts';
import { findSource } from './look-source.ts';

/** Reads everything that the plan of a restore is made of. Only reads. */
export async function look(world: World, request: RestoreRequest): Promise<Found> {
  const sought = placeOf(world, request);
  if ('mistake' in sought) return nothing(world, request, sought.mistake);
  const { place } = sought;
  const paced = request.dryRun ? withoutSlots(world) : inSlots(world, place);
  const target = { account: request.target.account ?? place.account, region: request.target.region ?? place.region };
  const found: Found = { ...nothing(world, request), target };
  // AWS restores to no other account: whatever is there is no matter.
  const isReachable = target.account === place.account;

  const source = await readable(found.mistakes, { field: 'source', role: 'restoring' }, () =>
    findSource(world, request, { place, paced }),
  );
  if (source !== undefined) {
    found.mistakes.push(...source.mistakes);
    found.notices.push(...source.notices);
    if (source.living !== undefined) found.living = source.living;
    if (source.source !== undefined) found.source = source.source;
  }
  if (!isReachable) return found;
  const taken = await readable(found.mistakes, { field: 'target.tableName', role: 'restoring' }, () =>
    world.restores(target).describeTable(request.target.tableName),
  );
  if (taken !== undefined) found.taken = taken;
  if (taken?.name === world.options.catalog && targetKey(target) === targetKey(world.hub)) found.isCatalog = true;
  if (found.source !== undefined) await lookFurther(world, found, found.source, paced);
  return found;
}

async function lookFurther(world: World, found: Found, source: FoundSource, paced: Paced): Promise<void> {
  const captured = await capturedNear(world, source, { livingId: found.living?.id, paced });
  if (captured !== undefined) found.captured = captured;
  found.keys = await findKeys(world, found, source);
  found.unusableRegions = await findUnusable(world, found);
  found.queue = await queueOf(world, restores, found.target);
}

const nothing = ({ clock, hub }: World, request: RestoreRequest, mistake?: Mistake): Found => ({
  request,
  now: clock.now(),
  mistakes: mistake === undefined ? [] : [mistake],
  notices: [],
  target: hub,
  keys: [],
  unusableRegions: [],
  queue: { running: 0, waiting: 0 },
});

/** Where the source is: as its ARN or id says, as the request says, or at home. Only in accounts of the deployment. */
function placeOf(world: World, { source }: RestoreRequest): { place: Target } | { mistake: Mistake } {
  const { hub } = world;
  const [, , , arnRegion, arnAccount] = source.backupArn?.split(':') ?? [];
  const [idAccount, idRegion] = source.backupId?.split('/') ?? [];
  const place = {
    account: arnAccount ?? idAccount ?? source.account ?? hub.account,
    region: arnRegion ?? idRegion ?? source.region ?? hub.region,
  };
  const accounts = accountsOf(world);
  if (accounts.includes(place.account)) return { place };
  const field =
    source.backupArn !== undefined
      ? 'source.backupArn'
      : source.backupId !== undefined
        ? 'source.backupId'
        : 'source.account';
  return {
    mistake: {
      field,
      problem: `It belongs to the account ${place.account}, and the deployment knows only ${accounts.join(', ')}.`,
      remedy: 'Ask the Tablekeep of that account, or add the account to the targets of a plan and deploy.',
    },
  };
}

async function findKeys(world: World, found: Found, source: FoundSource): Promise<FoundKey[]> {
  const { encryption } = found.request.target;
  const ofSource = (source.kind === 'backup' ? source.backup.table : source.table).keyArn;
  const wanted: { field: string; keyArn: string; at: Target }[] = [];
  if (ofSource !== undefined) wanted.push({ field: 'source', keyArn: ofSource, at: source.place });
  if (encryption?.keyArn !== undefined) {
    wanted.push({ field: 'target.encryption.keyArn', keyArn: encryption.keyArn, at: found.target });
  }
  return Promise.all(
    wanted.map(async ({ field, keyArn, at }) => {
      const state = await stateOf(world, at, keyArn);
      return { field, keyArn, ...(state !== undefined && { state }) };
    }),
  );
}

async function stateOf(world: World, at: Target, keyArn: string): Promise<string | undefined> {
  try {
    return (await world.keys(at, 'restore').describeKey(keyArn))?.state;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return 'NotFound';
    throw error;
  }
}

/** A Region can take a replica when it is enabled and the name is free there. */
async function findUnusable(world: World, { request, captured, target }: Found): Promise<Found['unusableRegions']> {
  const { replicas } = request.target;
  const known = captured?.settings.replicas;
  const capturedRegions = known && !isUnread(known) ? known.regions.map(({ region }) => region) : [];
  const regions = replicas === null ? [] : Array.isArray(replicas) ? replicas : capturedRegions;
  const looked = regions.map(async (region) => {
    const at = { account: target.account, region };
    try {
      const there = await world.restores(at).describeTable(request.target.tableName);
      return there && { region, why: `has a table ${request.target.tableName} already` };
    } catch (error) {
      if (kindOf(error) === 'credentials') return { region, why: 'is not enabled for this account' };
      return { region, why: `could not be looked at in ${targetKey(at)}: ${errorText(error)}` };
    }
  });
  return (await Promise.all(looked)).filter((unusable) => unusable !== undefined);
}
