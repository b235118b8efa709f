import { AwsError, type Call, type Core } from '../service.ts';
import { childText, parseXml } from '../wire/xml.ts';
import { type Answer, iso } from './answers.ts';
import { s3Error } from './errors.ts';
import { bodyText, type Input } from './requests.ts';
import { type Bucket, type Buckets, canonicalId, newBucket } from './state.ts';

/** The bucket that a call names. Throws when there is none, or when it belongs to another account than was expected. */
export function bucketOf(buckets: Buckets, { input, operation, region, signedAt }: Call): Bucket {
  const name = String(input.Bucket);
  const bucket = buckets.get(name);
  if (bucket === undefined) throw s3Error('NoSuchBucket', { BucketName: name });
  const { ExpectedBucketOwner: expected } = input;
  if (expected !== undefined && expected !== bucket.owner) throw s3Error('AccessDenied');
  if (signedAt !== undefined && region !== bucket.region && operation !== 'GetBucketLocation') {
    const message = `The authorization header is malformed; the region '${region}' is wrong; expecting '${bucket.region}'`;
    throw new AwsError('AuthorizationHeaderMalformed', message, 400, { Region: bucket.region });
  }
  return bucket;
}

/** Buckets, as far as they hold objects: no versions, no settings but the policy. */
export function bucketOperations(core: Core, buckets: Buckets): Record<string, (call: Call) => Answer> {
  return {
    CreateBucket: (call) => createBucket(core, buckets, call),
    HeadBucket: (call) => ({ headers: { 'x-amz-bucket-region': bucketOf(buckets, call).region } }),
    GetBucketLocation: (call) => {
      const { region } = bucketOf(buckets, call);
      return { members: { '': region === 'us-east-1' ? '' : region } };
    },
    // Nothing in it: versioning was never switched on.
    GetBucketVersioning: (call) => {
      bucketOf(buckets, call);
      return { members: {} };
    },
    DeleteBucket: (call) => {
      const bucket = bucketOf(buckets, call);
      if (bucket.objects.size > 0) throw s3Error('BucketNotEmpty', { BucketName: bucket.name });
      buckets.delete(bucket.name);
      return { status: 204 };
    },
    ListBuckets: ({ account }) => ({
      members: {
        Owner: { ID: canonicalId(account) },
        Buckets: {
          Bucket: [...buckets.values()]
            .filter(({ owner }) => owner === account)
            .sort((a, b) => (a.name < b.name ? -1 : 1))
            .map(({ name, createdAt }) => ({ Name: name, CreationDate: iso(createdAt) })),
        },
      },
    }),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, without the reserved words. */
const bucketName = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

function createBucket(core: Core, buckets: Buckets, { account, region, input }: Call): Answer {
  const name = String(input.Bucket);
  if (!bucketName.test(name)) throw s3Error('InvalidBucketName', { BucketName: name });
  const wanted = locationOf(input);
  if ((wanted ?? 'us-east-1') !== region) throw s3Error('IllegalLocationConstraintException');
  const taken = buckets.get(name);
  if (taken !== undefined && taken.owner !== account) throw s3Error('BucketAlreadyExists', { BucketName: name });
  // In us-east-1 one's own bucket is made again without a word (API_CreateBucket, BucketAlreadyOwnedByYou).
  if (taken !== undefined && region !== 'us-east-1') throw s3Error('BucketAlreadyOwnedByYou', { BucketName: name });
  if (taken === undefined) buckets.set(name, newBucket(name, account, region, core.clock.now()));
  return { headers: { location: `/${name}` } };
}

function locationOf(input: Input): string | undefined {
  const text = bodyText(input);
  return text === '' ? undefined : childText(parseXml(text), 'LocationConstraint');
}
