import { AwsError, type Service, type WireRequest } from '../service.ts';

/** What a request's signature says. The signature itself is not verified: the local AWS knows no secret keys. */
export interface Signature {
  accessKey: string;
  region: string;
  service: string;
  /** Epoch ms; absent when the request has no `X-Amz-Date`. */
  signedAt?: number;
}

/** Reads the credential scope (https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html). */
export function readSignature({ headers }: WireRequest): Signature | undefined {
  const scope = /Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/.exec(headers.authorization ?? '');
  if (scope === null) return undefined;
  const [, accessKey = '', region = '', service = ''] = scope;
  const signedAt = instantOf(headers['x-amz-date']);
  return { accessKey, region, service, ...(signedAt !== undefined && { signedAt }) };
}

/** AWS takes a request for five minutes before and after its time stamp. */
const validMs = 5 * 60_000;

/** S3 takes a request for fifteen minutes (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
const validAtS3Ms = 15 * 60_000;

/** Throws what AWS answers to a signature that is too old or lies in the future. */
export function checkAge(service: Service, signedAt: number, now: number): void {
  if (service.protocol === 'rest-xml') {
    if (Math.abs(now - signedAt) <= validAtS3Ms) return;
    const message = 'The difference between the request time and the current time is too large.';
    throw new AwsError('RequestTimeTooSkewed', message, 403);
  }
  const [stamp, current] = [basicIso(signedAt), basicIso(now)];
  const code = service.protocol === 'query' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException';
  const status = service.protocol.startsWith('json') ? 400 : 403;
  // The stamp and AWS's own reading are whole seconds.
  const age = Math.floor(now / 1000) * 1000 - signedAt;
  if (age > validMs) {
    const oldest = basicIso(now - validMs);
    throw new AwsError(code, `Signature expired: ${stamp} is now earlier than ${oldest} (${current} - 5 min.)`, status);
  }
  if (age < -validMs) {
    const newest = basicIso(now + validMs);
    throw new AwsError(
      code,
      `Signature not yet current: ${stamp} is still later than ${newest} (${current} + 5 min.)`,
      status,
    );
  }
}

/** What AWS answers to a request without a signature. */
export function unsigned(service: Service): AwsError {
  if (service.protocol === 'rest-xml') return new AwsError('AccessDenied', 'Access Denied', 403);
  return service.protocol === 'query'
    ? new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
    : new AwsError(
        'MissingAuthenticationTokenException',
        'Request is missing Authentication Token',
        service.protocol === 'rest-json' ? 403 : 400,
      );
}

/** `20260131T020000Z` */
const basicIso = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

function instantOf(stamp: string | undefined): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp ?? '');
  if (parts === null) return undefined;
  const [year = 0, month = 1, day, hour, minute, second] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
