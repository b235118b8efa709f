import { statementsOf } from '../iam/document.ts';
import { AwsError, type Call, type PolicyDocument } from '../service.ts';
import { encode } from '../wire/protocol.ts';
import type { Answer } from './answers.ts';
import { bucketOf } from './buckets.ts';
import { s3Error } from './errors.ts';
import { bodyText } from './requests.ts';
import type { Buckets } from './state.ts';

const longestPolicyBytes = 20 * 1024;

/** The policy of a bucket, which every later call to it is asked against. */
export function policyOperations(buckets: Buckets): Record<string, (call: Call) => Answer> {
  return {
    PutBucketPolicy: (call) => {
      const bucket = bucketOf(buckets, call);
      const text = bodyText(call.input);
      bucket.policy = { text, document: documentOf(text, bucket.name) };
      return { status: 204 };
    },
    GetBucketPolicy: (call) => {
      const { policy, name } = bucketOf(buckets, call);
      if (policy === undefined) throw s3Error('NoSuchBucketPolicy', { BucketName: name });
      return { headers: { 'content-type': 'application/json' }, body: encode(policy.text) };
    },
    DeleteBucketPolicy: (call) => {
      delete bucketOf(buckets, call).policy;
      return { status: 204 };
    },
  };
}

/** Throws MalformedPolicy for what is no policy, or is about something else than this bucket. */
export function documentOf(text: string, bucket: string): PolicyDocument {
  if (text.length > longestPolicyBytes) throw malformed('Policy exceeds the maximum allowed document size.');
  let document: PolicyDocument;
  try {
    document = JSON.parse(text) as PolicyDocument;
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  const arn = `arn:aws:s3:::${bucket}`;
  for (const { principals, resources } of statements(document)) {
    if (principals === undefined) throw malformed('Missing required field Principal');
    if (resources?.values.some((resource) => resource !== arn && !resource.startsWith(`${arn}/`))) {
      throw malformed('Policy has invalid resource');
    }
  }
  return document;
}

function statements(document: PolicyDocument) {
  try {
    return statementsOf(document);
  } catch (error) {
    throw malformed((error as Error).message);
  }
}

const malformed = (message: string): AwsError => new AwsError('MalformedPolicy', message);
