import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** Who calls. `policies` is absent for an administrator, who may do everything in the account. */
export interface Caller {
  /** Twelve digits. */
  account: string;
  /** What `aws:PrincipalArn` says: the role's ARN, or `arn:aws:iam::<account>:root` for the administrator. */
  principalArn: string;
  /** What `userIdentity.arn` says: for a role its session, `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  arn: string;
  /** The access key that was used; `service` callers have none. */
  accessKey?: string;
  /** Set when AWS itself calls, e.g. `events.amazonaws.com`. */
  service?: string;
  /** `aws:SourceArn` and `aws:SourceAccount` of such a call. */
  sourceArn?: string;
  sourceAccount?: string;
}

/** One call on its way to an operation, wherever it came from: the wire, another service, a test. */
export interface Call {
  /** Signing name: `dynamodb`, `events`, `scheduler`, `lambda`, `application-autoscaling`, `monitoring` (CloudWatch) … */
  service: string;
  /** AWS's name of the operation, e.g. `CreateBackup`. */
  operation: string;
  input: Record<string, unknown>;
  caller: Caller;
  account: string;
  region: string;
  requestId: string;
  /** The `X-Amz-Date` of the signature, epoch ms; absent for calls between services. */
  signedAt?: number;
}

/** An action on a resource that the caller must be allowed, with the condition keys that it brings. */
export interface Permission {
  /** e.g. `dynamodb:CreateBackup` */
  action: string;
  /** ARN, or `*` where the action has no resource-level permissions. */
  resource: string;
  context?: Record<string, string | string[]>;
  /** The account that the resource belongs to, where its ARN does not say: S3's buckets. */
  owner?: string;
}

/** A resource's own policy, as parsed JSON. */
export type PolicyDocument = { Version?: string; Statement: unknown };

/** One AWS service of the local AWS. State is kept per account and Region by the service itself. */
export interface Service {
  /** Signing name. */
  name: string;
  /** `dynamodb` JSON 1.0, `events` JSON 1.1, `sts` query with XML answers, `scheduler` REST-JSON … */
  protocol: 'json-1.0' | 'json-1.1' | 'query' | 'rest-json' | 'rest-xml';
  /** Before the dot of `X-Amz-Target`, e.g. `DynamoDB_20120810`; for the JSON protocols. */
  targetPrefix?: string;
  /** For `rest-json`: method and path template, e.g. `POST /schedules/{Name}` → the operation's name. */
  routes?: Record<string, string>;
  /** XML namespace of the answers, for `query`. */
  xmlNamespace?: string;
  /** The largest request body, in bytes; 1 MiB when absent. */
  maxBodyBytes?: number;
  /** For `rest-json`, where a member is not simply in the path, the query string or the JSON body under its own name. */
  bind?(operation: string, parts: RestParts): Record<string, unknown>;
  /** For `rest-xml`: which operation a request asks for and with what, and how a result looks as an answer. */
  rest?: {
    read(request: WireRequest): { operation: string; input: Record<string, unknown> };
    write(operation: string, result: unknown): RawAnswer;
  };
  /** What `__type` says of an error code, where that is more than the code, e.g. `com.amazonaws.sqs#QueueDoesNotExist`. */
  errorType?(code: string): string;
  /** Headers that an error's answer carries besides the usual ones. */
  errorHeaders?(error: AwsError): Record<string, string>;
  /** Refuses a call that the API's model forbids (types, lengths, patterns, enums, required members). */
  validate?(operation: string, input: Record<string, unknown>): void;
  /** Answers a request that is no call of AWS's API but one of a customer's own, e.g. to an HTTP API; else undefined. */
  answers?(request: WireRequest): Promise<WireAnswer> | undefined;
  /** What the caller must be allowed before the operation runs. An empty list: everybody may. */
  permissions(call: Call): Permission[];
  /** The policy of the called resource, if it has one. */
  resourcePolicy?(call: Call): PolicyDocument | undefined;
  /**
   * Answers are plain values as they go over the wire: instants are epoch seconds (ISO 8601 for `query`), blobs base64,
   * maps of a `query` answer a `Map`; a `RawAnswer` says status, headers and body itself. Members that are undefined stay out.
   */
  operations: Record<string, (call: Call) => unknown>;
}

/** The parts of a `rest-json` request that its input is made of; names and values are decoded, header names lower-case. */
export interface RestParts {
  path: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** An operation's answer that is not just JSON, e.g. Lambda's Invoke. */
export class RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;

  constructor(status: number, headers: Record<string, string>, body: Uint8Array) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** Thrown by an interceptor: the caller gets no answer at all but a connection that was reset. */
export class ConnectionLost extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('read ECONNRESET');
    this.name = 'Error';
  }
}

/** An answer of AWS's that is an error: `code` as AWS writes it (without namespace), its status, its sentence. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error's shape, e.g. `Item`. */
  readonly members: Record<string, unknown>;

  constructor(code: string, message: string, status = 400, members: Record<string, unknown> = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** What every service is given. */
export interface Core {
  clock: Clock;
  random: Random;
  /** Account and Region of calls that name none. */
  account: string;
  region: string;
  /** Where clients reach this AWS, without a trailing slash; queue URLs start with it. */
  endpoint: string;
  /**
   * A call from one service to another, or from a test: permissions, resource policies, faults, rates and operation
   * as for a call by wire, without the wire. Throws `AwsError`.
   */
  call(call: Omit<Call, 'requestId'>): Promise<unknown>;
  /** Real asynchronous work (dynalite, zlib), during which a virtual clock stands still. */
  during<T>(work: Promise<T>): Promise<T>;
}

/** One HTTP request as it came over the wire. Header names are lower-case; `path` is still percent-encoded. */
export interface WireRequest {
  method: string;
  path: string;
  /** Without the question mark; empty when there is none. */
  query: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** What goes back over the wire. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  /** A `set-cookie` for each. */
  cookies?: string[];
  body: Uint8Array;
}

/** Principals and their rights. */
export interface Iam {
  /**
   * Who signs with this key: a role's session; else the administrator of the account that a 12-digit key names,
   * or of the default account. Throws `AwsError` ExpiredTokenException for a session that has ended.
   */
  caller(accessKey: string): Caller;
  /**
   * Throws `AwsError` AccessDeniedException unless the caller's policies, together with the policy of the called
   * resource, allow it (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
   */
  authorize(caller: Caller, permission: Permission, resourcePolicy?: PolicyDocument): void;
}

/**
 * Stands around every operation, after the call was authorised: a test or a demo delays it, refuses it, lets it take
 * effect and then fails, or never answers. Call `perform` at most once.
 */
export type Intercept = (call: Call, perform: () => Promise<unknown>) => Promise<unknown>;
