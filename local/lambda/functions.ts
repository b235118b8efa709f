import { AwsError, type Call, type PolicyDocument } from '../service.ts';
import { arnOf } from './names.ts';
import { Code } from './runner.ts';

/** What becomes of an event that a function was given asynchronously. */
export interface EventInvokeConfig {
  maximumRetryAttempts: number;
  maximumEventAgeSeconds: number;
  onSuccess?: string;
  onFailure?: string;
  modifiedAt: number;
}

/** A function as Lambda keeps it. */
export interface LambdaFunction {
  account: string;
  region: string;
  name: string;
  arn: string;
  roleArn: string;
  handler: string;
  runtime: string;
  description: string;
  timeoutSeconds: number;
  memorySizeMb: number;
  variables: Record<string, string>;
  architectures: string[];
  code: Code;
  modifiedAt: number;
  revision: string;
  /** How often a version was published. */
  versions: number;
  reservedConcurrency?: number;
  /** Replaced, never changed: IAM reads each document once. */
  policy: PolicyDocument & { Id: string; Statement: PolicyStatement[] };
  /** By qualifier; `$LATEST` unless said. */
  eventInvoke: Map<string, EventInvokeConfig>;
}

/** A statement that AddPermission wrote. */
export type PolicyStatement = Record<string, unknown> & { Sid: string };

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const reserved = new Set(
  '_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR'.split(
    ' ',
  ),
);

export const invalid = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);
const cannotConfigure =
  'Lambda was unable to configure your environment variables because the environment variables you have provided';

function checkVariables(variables: Record<string, string>): void {
  const taken = Object.keys(variables).filter((name) => reserved.has(name));
  if (taken.length > 0) {
    throw invalid(
      `${cannotConfigure} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(', ')}`,
    );
  }
  if (JSON.stringify(variables).length > 4096) {
    throw invalid(`${cannotConfigure} exceeded the 4KB limit. String measured: ${JSON.stringify(variables)}`);
  }
}

/** CreateFunction's and UpdateFunctionConfiguration's members. */
export interface FunctionInput {
  FunctionName: string;
  Role?: string;
  Handler?: string;
  Runtime?: string;
  Description?: string;
  Timeout?: number | string;
  MemorySize?: number | string;
  Environment?: { Variables?: Record<string, string> };
  Architectures?: string[];
  Code?: { ZipFile?: Uint8Array | string };
  ZipFile?: Uint8Array | string;
}

/** What the members of a request change in a function. */
export function settingsOf(input: FunctionInput): Partial<LambdaFunction> {
  const { Role, Handler, Runtime, Description, Timeout, MemorySize, Environment, Architectures } = input;
  if (Timeout !== undefined && !(Number(Timeout) >= 1 && Number(Timeout) <= 900)) {
    throw invalid(`Value '${Timeout}' at 'timeout' failed to satisfy constraint: Member must be between 1 and 900`);
  }
  const variables = Environment?.Variables;
  if (variables !== undefined) checkVariables(variables);
  const zip = input.Code?.ZipFile ?? input.ZipFile;
  return {
    ...(Role !== undefined && { roleArn: Role }),
    ...(Handler !== undefined && { handler: Handler }),
    ...(Runtime !== undefined && { runtime: Runtime }),
    ...(Description !== undefined && { description: Description }),
    ...(Timeout !== undefined && { timeoutSeconds: Number(Timeout) }),
    ...(MemorySize !== undefined && { memorySizeMb: Number(MemorySize) }),
    ...(variables !== undefined && { variables }),
    ...(Architectures !== undefined && { architectures: Architectures }),
    ...(zip !== undefined && { code: new Code(typeof zip === 'string' ? Buffer.from(zip, 'base64') : zip) }),
  };
}

/** The functions of all accounts and Regions. */
export class Functions {
  readonly #functions = new Map<string, LambdaFunction>();

  add(lambdaFunction: LambdaFunction): void {
    if (this.#functions.has(lambdaFunction.arn)) {
      throw new AwsError('ResourceConflictException', `Function already exist: ${lambdaFunction.name}`, 409);
    }
    this.#functions.set(lambdaFunction.arn, lambdaFunction);
  }

  delete(arn: string): void {
    this.#functions.delete(arn);
  }

  find(arn: string): LambdaFunction | undefined {
    return this.#functions.get(arn);
  }

  /** The function that a call names. Throws `AwsError` ResourceNotFoundException. */
  of(call: Call): LambdaFunction {
    const arn = arnOf(call);
    const found = this.#functions.get(arn);
    if (found === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    return found;
  }

  list(account: string, region: string): LambdaFunction[] {
    return [...this.#functions.values()].filter((one) => one.account === account && one.region === region);
  }
}

/** A function as GetFunctionConfiguration answers it. */
export function configurationOf(one: LambdaFunction, version = '$LATEST'): Record<string, unknown> {
  return {
    FunctionName: one.name,
    FunctionArn: version === '$LATEST' ? one.arn : `${one.arn}:${version}`,
    Runtime: one.runtime,
    Role: one.roleArn,
    Handler: one.handler,
    CodeSize: one.code.zip.length,
    Description: one.description,
    Timeout: one.timeoutSeconds,
    MemorySize: one.memorySizeMb,
    LastModified: new Date(one.modifiedAt).toISOString().replace('Z', '+0000'),
    CodeSha256: one.code.sha256,
    Version: version,
    Environment: { Variables: one.variables },
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: one.revision,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: one.architectures,
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${one.name}` },
  };
}
