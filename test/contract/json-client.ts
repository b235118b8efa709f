import { createHash, createHmac } from 'node:crypto';
import { config, dynamodb, url } from './endpoint.ts';

/** An error as an AWS service with a JSON protocol answers it. */
export class JsonError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const sign = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export interface JsonService {
  /** Signing name, and host name where that is no other. */
  name: string;
  host?: string;
  /** Of AWS JSON; 1.1 when absent. */
  version?: string;
  /** Before the dot of `X-Amz-Target`. */
  target: string;
}

export const autoscaling: JsonService = { name: 'application-autoscaling', target: 'AnyScaleFrontendService' };
export const kinesis: JsonService = { name: 'kinesis', target: 'Kinesis_20131202' };
export const streams: JsonService = {
  name: 'dynamodb',
  host: 'streams.dynamodb',
  version: '1.0',
  target: 'DynamoDBStreams_20120810',
};

/**
 * Calls an operation of a service whose SDK client is not among the dependencies, signed by Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html). Throws JsonError.
 */
export async function callJson(
  service: JsonService,
  operation: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const keys = await dynamodb.config.credentials();
  const { host, origin } = new URL(url ?? `https://${service.host ?? service.name}.${config.region}.amazonaws.com`);
  const body = JSON.stringify(input);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const headers: Record<string, string> = {
    'content-type': `application/x-amz-json-${service.version ?? '1.1'}`,
    host,
    'x-amz-date': stamp,
    ...(keys.sessionToken !== undefined && { 'x-amz-security-token': keys.sessionToken }),
    'x-amz-target': `${service.target}.${operation}`,
  };
  const names = Object.keys(headers).join(';');
  const canonical = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['POST', '/', '', canonical.join(''), names, hash(body)].join('\n');
  const scope = `${stamp.slice(0, 8)}/${config.region}/${service.name}/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>(sign, `AWS4${keys.secretAccessKey}`);
  const signature = sign(key, ['AWS4-HMAC-SHA256', stamp, scope, hash(request)].join('\n')).toString('hex');
  const { host: _, ...sent } = headers;
  const answer = await fetch(origin, {
    method: 'POST',
    headers: {
      ...sent,
      authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    },
    body,
  });
  const text = await answer.text();
  const result = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  if (answer.ok) return result;
  throw new JsonError(String(result.__type).split('#').pop() ?? '', String(result.message ?? result.Message ?? ''));
}
