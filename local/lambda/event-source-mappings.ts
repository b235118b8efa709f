import type { LocalIam } from '../iam/iam.ts';
import { page } from '../page.ts';
import { AwsError, type Call, type Core, type Permission, type Service } from '../service.ts';
import { type Functions, invalid } from './functions.ts';

interface Mapping {
  uuid: string;
  account: string;
  region: string;
  functionArn: string;
  sourceArn: string;
  /** The members of the request besides function, source and `Enabled`. */
  settings: Record<string, unknown>;
  state: 'Creating' | 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled' | 'Updating' | 'Deleting';
  changedAt: number;
}

const readStream = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'];

interface Surroundings {
  functions: Functions;
  iam: LocalIam;
  hasStream(streamArn: string): boolean;
  /** How long a mapping is Creating, Updating or Deleting; AWS takes some seconds. */
  mappingMs: number;
}

/**
 * Triggers on the streams of tables: their settings and states. No record is read and no function invoked
 * (https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html).
 */
export function eventSourceMappings(
  core: Core,
  { functions, iam, hasStream, mappingMs }: Surroundings,
): Service['operations'] {
  const mappings = new Map<string, Mapping>();
  const later = (mapping: Mapping, state: Mapping['state']) =>
    core.clock.at(core.clock.now() + mappingMs, () => {
      if (mapping.state !== 'Deleting') mapping.state = state;
    });
  const existing = ({ input, account, region }: Call): Mapping => {
    const found = mappings.get(String(input.UUID));
    if (found?.account === account && found.region === region) return found;
    throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
  };

  return {
    CreateEventSourceMapping(call) {
      const { account, region, input } = call;
      const one = functions.of(call);
      const sourceArn = streamArnOf(input, hasStream);
      checkRole(iam, one.roleArn, account, sourceArn);
      const functionArn = one.arn;
      const same = [...mappings.values()].find(
        (other) => other.sourceArn === sourceArn && other.functionArn === functionArn,
      );
      if (same !== undefined) {
        const what = `The event source arn (" ${sourceArn} ") and function (" ${one.name} ") provided mapping already exists.`;
        const advice = `Please update or delete the existing mapping with UUID ${same.uuid}`;
        throw new AwsError('ResourceConflictException', `${what} ${advice}`, 409);
      }
      if (input.StartingPosition == null) throw invalid('StartingPosition is required for this event source.');
      const settings = { ...defaults, ...settingsOf(input) };
      const changedAt = core.clock.now();
      const uuid = core.random.uuid();
      const mapping: Mapping = {
        uuid,
        account,
        region,
        functionArn,
        sourceArn,
        settings,
        state: 'Creating',
        changedAt,
      };
      mappings.set(mapping.uuid, mapping);
      later(mapping, input.Enabled === false ? 'Disabled' : 'Enabled');
      return describe(mapping);
    },
    UpdateEventSourceMapping(call) {
      const mapping = existing(call);
      if (!['Enabled', 'Disabled'].includes(mapping.state)) {
        const message = `Cannot update the event source mapping ${mapping.uuid} because it is in use.`;
        throw new AwsError('ResourceInUseException', message, 400);
      }
      if (call.input.FunctionName != null) mapping.functionArn = functions.of(call).arn;
      const end = call.input.Enabled == null ? mapping.state : call.input.Enabled ? 'Enabled' : 'Disabled';
      Object.assign(mapping.settings, settingsOf(call.input));
      mapping.state = end === mapping.state ? 'Updating' : end === 'Enabled' ? 'Enabling' : 'Disabling';
      mapping.changedAt = core.clock.now();
      later(mapping, end);
      return describe(mapping);
    },
    DeleteEventSourceMapping(call) {
      const mapping = existing(call);
      mapping.state = 'Deleting';
      core.clock.at(core.clock.now() + mappingMs, () => mappings.delete(mapping.uuid));
      return describe(mapping);
    },
    GetEventSourceMapping: (call) => describe(existing(call)),
    ListEventSourceMappings(call) {
      const { EventSourceArn, FunctionName, MaxItems, Marker } = call.input;
      const wanted = FunctionName == null ? undefined : functions.of(call).arn;
      const found = [...mappings.values()].filter(
        ({ account, region, sourceArn, functionArn }) =>
          account === call.account &&
          region === call.region &&
          (EventSourceArn == null || sourceArn === EventSourceArn) &&
          (wanted === undefined || functionArn === wanted),
      );
      const { page: shown, NextToken } = page(found, MaxItems, Marker);
      return { EventSourceMappings: shown.map(describe), ...(NextToken !== undefined && { NextMarker: NextToken }) };
    },
  };
}

/** Reading and listing is about any mapping or one; the function's ARN is for conditions. */
export function mappingPermissions({ operation, input, account, region }: Call): Permission[] {
  const action = `lambda:${operation}`;
  const resource =
    input.UUID == null ? '*' : `arn:aws:lambda:${region}:${account}:event-source-mapping:${String(input.UUID)}`;
  if (typeof input.FunctionName !== 'string') return [{ action, resource }];
  const given = input.FunctionName;
  const arn = given.startsWith('arn:') ? given : `arn:aws:lambda:${region}:${account}:function:${given}`;
  return [{ action, resource, context: { 'lambda:FunctionArn': arn } }];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html */
const defaults = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  DestinationConfig: { OnFailure: {} },
  MaximumRecordAgeInSeconds: -1,
  BisectBatchOnFunctionError: false,
  MaximumRetryAttempts: -1,
  TumblingWindowInSeconds: 0,
  FunctionResponseTypes: [],
};

const kept = [...Object.keys(defaults), 'StartingPosition', 'FilterCriteria', 'KMSKeyArn', 'MetricsConfig'];

const settingsOf = (input: Call['input']): Record<string, unknown> =>
  Object.fromEntries(kept.filter((name) => input[name] != null).map((name) => [name, input[name]]));

function streamArnOf({ EventSourceArn }: Call['input'], hasStream: Surroundings['hasStream']): string {
  const arn = String(EventSourceArn ?? '');
  if (!/^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/[^/]+\/stream\/.+$/.test(arn)) {
    throw invalid(`Unrecognized event source: ${arn}. The local Lambda knows the streams of DynamoDB tables only.`);
  }
  if (hasStream(arn)) return arn;
  throw invalid(`Stream not found: ${arn}`);
}

/**
 * Lambda reads the stream with the function's role and tries that at once
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html).
 */
function checkRole(iam: LocalIam, roleArn: string, account: string, sourceArn: string): void {
  try {
    const caller = iam.assumeFor({ service: 'lambda.amazonaws.com', sourceAccount: account }, roleArn);
    for (const name of readStream) {
      iam.authorize(caller, { action: `dynamodb:${name}`, resource: sourceArn });
    }
  } catch {
    const actions = 'GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions';
    throw invalid(
      `Cannot access stream ${sourceArn}. Please ensure the role can perform the ${actions} on your stream in IAM.`,
    );
  }
}

const describe = ({ uuid, functionArn, sourceArn, settings, state, changedAt }: Mapping) => ({
  UUID: uuid,
  ...settings,
  EventSourceArn: sourceArn,
  FunctionArn: functionArn,
  LastModified: changedAt / 1000,
  LastProcessingResult: 'No records processed',
  State: state,
  StateTransitionReason: 'User action',
});
