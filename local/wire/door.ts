import { sleep } from '../clock.ts';
import {
  AwsError,
  type Call,
  ConnectionLost,
  type Core,
  type Iam,
  type Service,
  type WireAnswer,
  type WireRequest,
} from '../service.ts';
import { cbor } from './cbor.ts';
import { json } from './json.ts';
import type { Protocol } from './protocol.ts';
import { query } from './query.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import { checkAge, checkExpiry, readSignature, type Signature, unsigned } from './signature.ts';

const protocols: Record<Service['protocol'] | 'cbor', Protocol> = {
  cbor,
  'json-1.0': json,
  'json-1.1': json,
  query,
  'rest-json': restJson,
  'rest-xml': restXml,
};

interface Door {
  core: Core;
  services: Map<string, Service>;
  iam: Iam;
  /** What happens to a call once its caller is known. */
  perform(call: Call): Promise<unknown>;
  latencyMs?: (call: Call) => number;
}

/** Most services take a megabyte. */
const maxBodyBytes = 2 ** 20;

/** Answers requests as they come over the wire: whose is it, for which service, and how does the answer look? */
export function wireDoor(door: Door): (request: WireRequest) => Promise<WireAnswer> {
  const { core, services } = door;
  const others = [...services.values()].filter((service) => service.answers !== undefined);

  return async (request) => {
    for (const service of others) {
      const answer = service.answers?.(request);
      if (answer !== undefined) return dated(core, seenBy(request, await answer));
    }
    const requestId = core.random.uuid();
    const signature = readSignature(request);
    const service = findService(services, request, signature);
    if (service === undefined) return dated(core, unknownService(request, signature, requestId));
    const protocol = protocols[spokenOf(service, request)];
    try {
      const call = readCall(door, service, request, signature, requestId);
      const latencyMs = door.latencyMs?.(call) ?? 0;
      if (latencyMs > 0) await sleep(core.clock, latencyMs);
      if (call.signedAt !== undefined) checkAge(service, call.signedAt, core.clock.now());
      if (signature?.expiresAt !== undefined) checkExpiry(signature.expiresAt, core.clock.now());
      const result = await door.perform(call);
      return dated(core, seenBy(request, protocol.answer(service, call.operation, result, requestId)));
    } catch (error) {
      if (error instanceof ConnectionLost) throw error;
      return dated(core, seenBy(request, protocol.error(service, asAwsError(error), requestId)));
    }
  };
}

function readCall(
  { iam, core }: Door,
  service: Service,
  request: WireRequest,
  signature: Signature | undefined,
  requestId: string,
): Call {
  if (request.body.length > (service.maxBodyBytes ?? maxBodyBytes)) {
    throw new AwsError('RequestEntityTooLargeException', 'The request body is too large.', 413);
  }
  const spoken = spokenOf(service, request);
  const asked = protocols[spoken].read(service, request);
  if (spoken !== service.protocol) {
    const message = `The local AWS has ${asked.operation} of ${service.name} in AWS JSON at most, not in AWS Query.`;
    throw new AwsError('InvalidAction', message);
  }
  if (signature === undefined) throw unsigned(service);
  const caller = iam.caller(signature.accessKey);
  return {
    service: service.name,
    ...asked,
    caller,
    account: caller.account,
    region: signature.region || core.region,
    requestId,
    ...(signature.signedAt !== undefined && { signedAt: signature.signedAt }),
  };
}

/**
 * By `X-Amz-Target`, else by the signature's scope: DynamoDB and its streams share one signing name. What has neither, and
 * no form, can only be for S3, which has public objects.
 */
function findService(
  services: Map<string, Service>,
  { headers }: WireRequest,
  signature: Signature | undefined,
): Service | undefined {
  const prefix = headers['x-amz-target']?.split('.')[0];
  const targeted = prefix && [...services.values()].find((service) => service.targetPrefix === prefix);
  const isBare = prefix === undefined && !isForm(headers) && !headers['content-type']?.includes('json');
  return targeted || services.get(signature?.service ?? (isBare ? 's3' : ''));
}

const isForm = (headers: WireRequest['headers']): boolean => headers['content-type']?.includes('form') ?? false;

/** Clients that still speak AWS Query with SQS or CloudWatch, or CBOR already, get at least an answer that they can read. */
function spokenOf({ protocol }: Service, { headers }: WireRequest): Service['protocol'] | 'cbor' {
  if (protocol !== 'json-1.0' || headers['x-amz-target'] !== undefined) return protocol;
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'cbor';
  return isForm(headers) ? 'query' : protocol;
}

/** An error that no service threw on purpose is a defect of the local AWS; its text says where. */
const asAwsError = (error: unknown): AwsError =>
  error instanceof AwsError
    ? error
    : new AwsError('InternalFailure', error instanceof Error ? (error.stack ?? error.message) : String(error), 500);

/** In the form that the client seems to read. */
function unknownService({ headers }: WireRequest, signature: Signature | undefined, requestId: string): WireAnswer {
  const protocol = isForm(headers) ? 'query' : 'json-1.1';
  const nobody: Service = { name: '', protocol, permissions: () => [], operations: {} };
  const error =
    signature === undefined
      ? unsigned(nobody)
      : new AwsError('UnknownServiceException', `The local AWS has no service ${signature.service}.`, 404);
  return protocols[protocol].error(nobody, error, requestId);
}

/** HEAD is answered without a body, errors too. */
const seenBy = ({ method }: WireRequest, answer: WireAnswer): WireAnswer =>
  method === 'HEAD' ? { ...answer, body: new Uint8Array() } : answer;

/** SDKs set their clocks by the `Date` of each answer. */
function dated({ clock }: Core, answer: WireAnswer): WireAnswer {
  return { ...answer, headers: { ...answer.headers, date: new Date(clock.now()).toUTCString() } };
}
