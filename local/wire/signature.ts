import { AwsError, type Service, type WireRequest } from '../service.ts';

/** What a request's signature says. The signature itself is not verified: the local AWS knows no secret keys. */
export interface Signature {
  accessKey: string;
  region: string;
  service: string;
  /** Epoch ms; absent when the request has no `X-Amz-Date`, and for presigned addresses. */
  signedAt?: number;
  /** Until when a presigned address is good, epoch ms. */
  expiresAt?: number;
}

const scopePattern = /^([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request$/;

/**
 * Reads the credential scope, of the header or of a presigned address
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html); and S3's older signatures
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html).
 */
export function readSignature({ headers, query }: WireRequest): Signature | undefined {
  const { authorization = '' } = headers;
  const [, credential] = /Credential=([^,\s]+)/.exec(authorization) ?? [];
  const signedAt = instantOf(headers['x-amz-date']);
  if (credential !== undefined) return scopeOf(credential, signedAt === undefined ? {} : { signedAt });
  const [, older] = /^AWS ([^:\s]+):\S+$/.exec(authorization) ?? [];
  if (older !== undefined) return { accessKey: older, region: '', service: 's3' };
  return query.includes('Signature=') ? presigned(new URLSearchParams(query)) : undefined;
}

function presigned(query: URLSearchParams): Signature | undefined {
  const scope = query.get('X-Amz-Credential');
  if (scope !== null) {
    const signedAt = instantOf(query.get('X-Amz-Date') ?? undefined);
    const expiresAt = (signedAt ?? 0) + Number(query.get('X-Amz-Expires') ?? 0) * 1000;
    return scopeOf(scope, { expiresAt });
  }
  const accessKey = query.get('AWSAccessKeyId');
  const expiresAt = Number(query.get('Expires')) * 1000;
  return accessKey === null ? undefined : { accessKey, region: '', service: 's3', expiresAt };
}

function scopeOf(credential: string, times: Pick<Signature, 'signedAt' | 'expiresAt'>): Signature | undefined {
  const [, accessKey = '', region = '', service = ''] = scopePattern.exec(credential) ?? [];
  return accessKey === '' ? undefined : { accessKey, region, service, ...times };
}

/** Throws what S3 answers to a presigned address whose time is over. */
export function checkExpiry(expiresAt: number, now: number): void {
  if (now <= expiresAt) return;
  const iso = (at: number) => new Date(at).toISOString().replace(/\.\d+/, '');
  const members = { Expires: iso(expiresAt), ServerTime: iso(now) };
  throw new AwsError('AccessDenied', 'Request has expired', 403, members);
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
