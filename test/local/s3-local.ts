import { afterEach } from 'vitest';
import { listen } from '../../local/http.ts';
import { createWholeAws, type WholeAws } from '../../local/services.ts';
import { account } from './whole-aws.ts';

let close = async () => {};
afterEach(() => close());

export interface Sent {
  method?: string;
  /** An access key, or twelve digits that name an account. */
  key?: string;
  region?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
}

export interface S3Local {
  aws: WholeAws;
  /** Sends a signed request, e.g. `/bucket/key?uploads`; signatures are read, not verified. */
  send(path: string, sent?: Sent): Promise<{ status: number; headers: Headers; text: string }>;
  /** The access key of a role that may do what the policy says. */
  roleKey(statement: object): string;
}

const basicIso = (): string => new Date().toISOString().replace(/[-:]|\.\d+/g, '');

/** S3 over HTTP, as clients of any kind reach it. */
export async function startS3(): Promise<S3Local> {
  const aws = createWholeAws();
  const server = await listen(aws, 0);
  close = server.close;
  return {
    aws,
    async send(path, { method = 'GET', key = account, region = 'us-east-1', headers = {}, body } = {}) {
      const date = basicIso();
      const scope = `${key}/${date.slice(0, 8)}/${region}/s3/aws4_request`;
      const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
      const answer = await fetch(server.url + path, {
        method,
        headers: { authorization, 'x-amz-date': date, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers },
        ...(body !== undefined && { body }),
      });
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    },
    roleKey(statement) {
      const trust = { Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' } };
      aws.iam.putRole({ account, name: 'reader', trust, policies: { own: { Statement: statement } } });
      return aws.iam.openSession(`arn:aws:iam::${account}:role/reader`, 'test', 3600).accessKeyId;
    },
  };
}

/** The texts of all elements of that name, as they stand in the XML. */
export const texts = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
