import { invalid, invalidParameters } from './errors.ts';
import type { Region, Replica, Table, World } from './state.ts';

interface Member {
  RegionName: string;
  KMSMasterKeyId?: string;
  ProvisionedThroughputOverride?: { ReadCapacityUnits?: number };
  OnDemandThroughputOverride?: { MaxReadRequestUnits?: number };
  GlobalSecondaryIndexes?: object[];
  TableClassOverride?: string;
}

/** Exactly one of the three. */
export interface ReplicaUpdate {
  Create?: Member;
  Update?: Member;
  Delete?: { RegionName: string };
}

/** A table that was the source of a new replica cannot be deleted for so long. */
export const sourceMs = 24 * 3_600_000;

/**
 * Adds, changes or takes away a replica (global tables, version 2019.11.21); what it answers ends the change. Only the
 * setting is kept: there is no table in the other Region, and no item is replicated.
 */
export function changeReplicas(
  world: World,
  region: Region,
  table: Table,
  updates: ReplicaUpdate[],
  consistency: string | undefined,
): () => void {
  if (updates.length === 0) return () => {};
  const [{ Create, Update, Delete } = {}] = updates;
  const isStrong = consistency === 'STRONG';
  if (updates.length > 1 && !isStrong) {
    throw invalidParameters('Only one replica can be added, updated or removed in a request');
  }
  const names = updates.map((update) => (update.Create ?? update.Update ?? update.Delete)?.RegionName);
  for (const name of names) checkRegion(world, region, table, name);
  if (isStrong) checkStrong(table, updates);
  if (Create) return addAll(world, region, table, updates, consistency);
  if (Update) return change(table, Update);
  if (Delete) return remove(table, Delete.RegionName);
  throw invalidParameters('One of Create, Update, Delete must be specified in ReplicaUpdates');
}

/** The sentence about Regions that are not enabled is ours. */
function checkRegion({ settings }: World, region: Region, { name }: Table, wanted: string | undefined): void {
  if (wanted === region.name) {
    const advice = 'Use CreateTable, DeleteTable, or UpdateTable as required.';
    throw invalidParameters(`Cannot add, delete, or update the local region through ReplicaUpdates. ${advice}`);
  }
  if (wanted !== undefined && settings.enabledRegions.includes(wanted)) return;
  throw invalidParameters(`Region ${wanted} is not supported or not enabled for table: ${name}`);
}

/** Strong consistency is for an empty table that gets two replicas at once (a witness in place of one is left out). */
function checkStrong(table: Table, updates: ReplicaUpdate[]): void {
  if (updates.length === 2 && updates.every(({ Create }) => Create) && table.replicas.length === 0) {
    if (table.items.count === 0) return;
    throw invalidParameters('A table must be empty to become a global table with MultiRegionConsistency STRONG');
  }
  throw invalidParameters('MultiRegionConsistency STRONG needs exactly two replicas that are created in one request');
}

function addAll(
  world: World,
  { account }: Region,
  table: Table,
  updates: ReplicaUpdate[],
  consistency: string | undefined,
): () => void {
  if (consistency !== 'STRONG' && table.stream?.viewType !== 'NEW_AND_OLD_IMAGES') {
    throw invalidParameters('Table must have a stream with the view type NEW_AND_OLD_IMAGES to get replicas');
  }
  const members = updates.flatMap(({ Create }) => Create ?? []);
  for (const { RegionName } of members) {
    if (table.replicas.some(({ region }) => region === RegionName)) {
      throw invalid(
        `Failed to create a the new replica of table with name: '${table.name}' because one or more replicas already existed as tables.`,
      );
    }
    if (world.region({ account, region: RegionName }).tables.has(table.name)) {
      throw invalid(
        `Failed to create a the new replica of table with name: '${table.name}' because one or more replicas already existed as tables.`,
      );
    }
  }
  const added = members.map((member): Replica => ({ region: member.RegionName, status: 'CREATING', ...given(member) }));
  table.replicas.push(...added);
  table.consistency = consistency ?? table.consistency ?? 'EVENTUAL';
  table.replicatedAt = world.core.clock.now();
  return () => {
    for (const replica of added) replica.status = 'ACTIVE';
  };
}

const given = (member: Member): Partial<Replica> => ({
  ...(member.KMSMasterKeyId != null && { keyArn: member.KMSMasterKeyId }),
  ...(member.ProvisionedThroughputOverride && { throughput: member.ProvisionedThroughputOverride }),
  ...(member.OnDemandThroughputOverride && { onDemand: member.OnDemandThroughputOverride }),
  ...(member.TableClassOverride != null && { tableClass: member.TableClassOverride }),
  ...(member.GlobalSecondaryIndexes && { indexes: member.GlobalSecondaryIndexes }),
});

function change(table: Table, member: Member): () => void {
  const replica = existing(table, member.RegionName);
  Object.assign(replica, given(member), { status: 'UPDATING' });
  return () => {
    replica.status = 'ACTIVE';
  };
}

function remove(table: Table, region: string): () => void {
  const replica = existing(table, region);
  replica.status = 'DELETING';
  return () => {
    table.replicas = table.replicas.filter((other) => other !== replica);
    if (table.replicas.length === 0) delete table.consistency;
  };
}

function existing({ name, replicas }: Table, region: string): Replica {
  const found = replicas.find((replica) => replica.region === region);
  if (found !== undefined) return found;
  throw invalid(
    `Update global table operation failed because one or more replicas were not part of the global table: ${name} (${region})`,
  );
}
