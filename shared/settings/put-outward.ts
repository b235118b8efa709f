import type { CreateReplicationGroupMemberAction } from '@aws-sdk/client-dynamodb';
import { alarmNameFor, tableOfArn } from './parts.ts';
import { CannotPutBack, type Put, type Putting, wantedOf } from './putting.ts';
import { isAlarmOn, liveStream } from './readers.ts';
import type { KinesisDestination, Replica, Trigger } from './settings.ts';

/** A replica takes minutes, and AWS makes one at a time. */
const replicaLookMs = 60_000;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateReplicationGroupMemberAction.html */
export async function putReplicas({ api, name, arn, wanted, rows }: Putting): Promise<Put> {
  const { mode } = wantedOf(wanted, 'replicas');
  if (mode === 'STRONG') {
    throw new CannotPutBack('AWS makes replicas with strong consistency of empty tables only, and this one has items.');
  }
  const missing = rows
    .filter(({ outcome }) => outcome === 'missing')
    .map((row) => row.wanted as Replica)
    .filter(({ region }) => region !== tableOfArn(arn).region);
  const [next] = missing;
  if (next === undefined) throw new CannotPutBack('Its replicas are there, but not as they were.');
  const create = {
    RegionName: next.region,
    ...(next.keyArn && { KMSMasterKeyId: next.keyArn }),
    ...(next.tableClass && { TableClassOverride: next.tableClass }),
    ...next.overrides,
  } as CreateReplicationGroupMemberAction;
  await api.table.updateTable({ TableName: name, ReplicaUpdates: [{ Create: create }] });
  return { again: replicaLookMs, sentence: `A replica is being made in ${next.region}.` };
}

export async function putResourcePolicy({ api, arn, wanted }: Putting): Promise<Put> {
  await api.table.putResourcePolicy({ ResourceArn: arn, Policy: wantedOf(wanted, 'resourcePolicy').document });
  return 'done';
}

export async function putKinesis({ api, name, rows }: Putting): Promise<Put> {
  for (const { outcome, wanted } of rows) {
    const { streamArn, precision } = wanted as KinesisDestination;
    if (outcome === 'different') throw new CannotPutBack(`${streamArn} is a destination already, with other settings.`);
    await api.table.enableKinesis({
      TableName: name,
      StreamArn: streamArn,
      ...(precision && {
        EnableKinesisStreamingConfiguration: { ApproximateCreationDateTimePrecision: precision as 'MILLISECOND' },
      }),
    });
  }
  return 'done';
}

/** The stream is a new one, and nothing of the old one is in it: functions begin where they are told to. */
export async function putTriggers({ api, table, rows }: Putting): Promise<Put> {
  const stream = liveStream(table);
  if (stream === undefined) throw new CannotPutBack('The table has no stream that a function could read.');
  for (const { outcome, wanted } of rows) {
    const { functionArn, isEnabled, configuration } = wanted as Trigger;
    if (outcome === 'different')
      throw new CannotPutBack(`${functionArn} reads the stream already, with other settings.`);
    await api.mappings.create({
      StartingPosition: 'LATEST',
      ...configuration,
      FunctionName: functionArn,
      EventSourceArn: stream,
      Enabled: isEnabled,
    });
  }
  return 'done';
}

/** Alarms outlive their table, so under its old name they are often there. One on another table is not touched. */
export async function putAlarms({ api, name, sourceName, wanted }: Putting): Promise<Put> {
  const alarms = wantedOf(wanted, 'alarms').map((alarm) => ({
    ...alarm,
    name: alarmNameFor(alarm.name, sourceName, name),
  }));
  for (const other of await api.alarms.metricAlarms(alarms.map((alarm) => alarm.name))) {
    if (isAlarmOn(other, name)) continue;
    throw new CannotPutBack(
      `There is an alarm ${other.AlarmName} on something else; rename it, or make this one yourself.`,
    );
  }
  for (const alarm of alarms) await api.alarms.putMetricAlarm({ ...alarm.definition, AlarmName: alarm.name });
  return 'done';
}
