import type { LocalIam } from '../iam/iam.ts';
import { validatorOf } from '../members.ts';
import type { Call, Core, Permission, RestParts, Service } from '../service.ts';
import { bindByName } from '../wire/rest-json.ts';
import { administration } from './administration.ts';
import { deliver, type Ended } from './destinations.ts';
import { eventInvokeConfigs } from './event-invoke.ts';
import { eventSourceMappings, mappingPermissions } from './event-source-mappings.ts';
import { Functions } from './functions.ts';
import { invokeOperation } from './invoke.ts';
import { type LogLine, Logs } from './logs.ts';
import { arnOf } from './names.ts';
import { Pool } from './pool.ts';
import { Queue } from './queue.ts';
import type { Runner } from './runner.ts';

/** What Lambda is made with. */
export interface LambdaOptions {
  iam: LocalIam;
  runner: Runner;
  /** Whether there is such a stream of a table; any stream is taken for there when absent. */
  hasStream?: (streamArn: string) => boolean;
  /** How long an event source mapping is Creating, Updating or Deleting; 5 s when absent. */
  mappingMs?: number;
  onLog?: (line: LogLine) => void;
  /** A record that could not be written to its destination; AWS only counts them (`DestinationDeliveryFailures`). */
  onDeliveryFailure?: (ended: Ended, error: unknown) => void;
}

/** Lambda, with what CloudWatch Logs would have kept of its functions. */
export interface LambdaService extends Service {
  logs(functionName: string): LogLine[];
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
const routes = {
  'POST /2015-03-31/functions': 'CreateFunction',
  'GET /2015-03-31/functions': 'ListFunctions',
  'GET /2015-03-31/functions/{FunctionName}': 'GetFunction',
  'DELETE /2015-03-31/functions/{FunctionName}': 'DeleteFunction',
  'GET /2015-03-31/functions/{FunctionName}/configuration': 'GetFunctionConfiguration',
  'PUT /2015-03-31/functions/{FunctionName}/configuration': 'UpdateFunctionConfiguration',
  'PUT /2015-03-31/functions/{FunctionName}/code': 'UpdateFunctionCode',
  'POST /2015-03-31/functions/{FunctionName}/versions': 'PublishVersion',
  'POST /2015-03-31/functions/{FunctionName}/invocations': 'Invoke',
  'POST /2015-03-31/functions/{FunctionName}/policy': 'AddPermission',
  'GET /2015-03-31/functions/{FunctionName}/policy': 'GetPolicy',
  'DELETE /2015-03-31/functions/{FunctionName}/policy/{StatementId}': 'RemovePermission',
  'PUT /2017-10-31/functions/{FunctionName}/concurrency': 'PutFunctionConcurrency',
  'GET /2019-09-30/functions/{FunctionName}/concurrency': 'GetFunctionConcurrency',
  'DELETE /2017-10-31/functions/{FunctionName}/concurrency': 'DeleteFunctionConcurrency',
  'PUT /2019-09-25/functions/{FunctionName}/event-invoke-config': 'PutFunctionEventInvokeConfig',
  'POST /2019-09-25/functions/{FunctionName}/event-invoke-config': 'UpdateFunctionEventInvokeConfig',
  'GET /2019-09-25/functions/{FunctionName}/event-invoke-config': 'GetFunctionEventInvokeConfig',
  'DELETE /2019-09-25/functions/{FunctionName}/event-invoke-config': 'DeleteFunctionEventInvokeConfig',
  'POST /2015-03-31/event-source-mappings': 'CreateEventSourceMapping',
  'GET /2015-03-31/event-source-mappings': 'ListEventSourceMappings',
  'GET /2015-03-31/event-source-mappings/{UUID}': 'GetEventSourceMapping',
  'PUT /2015-03-31/event-source-mappings/{UUID}': 'UpdateEventSourceMapping',
  'DELETE /2015-03-31/event-source-mappings/{UUID}': 'DeleteEventSourceMapping',
};

const validate = validatorOf({
  required: {
    CreateFunction: ['FunctionName', 'Role', 'Code'],
    AddPermission: ['FunctionName', 'StatementId', 'Action', 'Principal'],
    PutFunctionConcurrency: ['ReservedConcurrentExecutions'],
    CreateEventSourceMapping: ['FunctionName'],
  },
  enums: { InvocationType: ['Event', 'RequestResponse', 'DryRun'], LogType: ['None', 'Tail'] },
});

/** Invoke's event is the body itself, and its options are headers. */
function bind(operation: string, parts: RestParts): Record<string, unknown> {
  if (operation !== 'Invoke') return bindByName(parts);
  const { 'x-amz-invocation-type': type, 'x-amz-log-type': logType } = parts.headers;
  return {
    ...parts.path,
    ...parts.query,
    ...(type !== undefined && { InvocationType: type }),
    ...(logType !== undefined && { LogType: logType }),
    Payload: parts.body,
  };
}

function permissions(call: Call): Permission[] {
  const { operation, input } = call;
  if (operation === 'ListFunctions') return [{ action: 'lambda:ListFunctions', resource: '*' }];
  if (operation.includes('EventSourceMapping')) return mappingPermissions(call);
  const arn = arnOf(call);
  if (operation === 'Invoke') {
    const qualifier = input.Qualifier ?? /:function:[^:]+:(.+)$/.exec(String(input.FunctionName))?.[1];
    return [{ action: 'lambda:InvokeFunction', resource: qualifier === undefined ? arn : `${arn}:${qualifier}` }];
  }
  const own = { action: `lambda:${operation}`, resource: arn };
  if (typeof input.Role !== 'string') return [own];
  const context = { 'iam:PassedToService': 'lambda.amazonaws.com' };
  return [own, { action: 'iam:PassRole', resource: input.Role, context }];
}

const hasNoPolicy = (operation: string): boolean =>
  operation === 'ListFunctions' || operation.includes('EventSourceMapping');

/** Lambda: functions from packages, run when invoked, with AWS's retries and destinations for what nobody waits for. */
export function createLambda(core: Core, options: LambdaOptions): LambdaService {
  const { iam, runner, onDeliveryFailure = () => {}, hasStream = () => true, mappingMs = 5000 } = options;
  const functions = new Functions();
  const logs = new Logs(core.clock, options.onLog ?? (() => {}));
  const pool = new Pool({ core, iam, runner, logs });
  const queue = new Queue({
    core,
    run: (one, requestId, event) => pool.run(one, requestId, event),
    current: (arn) => functions.find(arn),
    async deliver(ended) {
      try {
        const caller = iam.assumeFor(
          { service: 'lambda.amazonaws.com', sourceAccount: ended.one.account },
          ended.one.roleArn,
        );
        await deliver(core, caller, ended);
      } catch (error) {
        onDeliveryFailure(ended, error);
      }
    },
  });
  return {
    name: 'lambda',
    protocol: 'rest-json',
    routes,
    maxBodyBytes: 100 * 2 ** 20,
    bind,
    validate,
    permissions,
    resourcePolicy: (call) => (hasNoPolicy(call.operation) ? undefined : functions.find(arnOf(call))?.policy),
    operations: {
      ...administration(core, iam, functions, (one) => pool.drop(one)),
      ...eventInvokeConfigs(functions, () => core.clock.now()),
      ...eventSourceMappings(core, { functions, iam, hasStream, mappingMs }),
      Invoke: invokeOperation({
        functions,
        run: (one, requestId, event) => pool.run(one, requestId, event),
        accept: (one, qualifier, requestId, event) => queue.accept(one, qualifier, requestId, event),
        logs: (name) => logs.of(name),
      }),
    },
    logs: (functionName) => logs.of(functionName),
  };
}
