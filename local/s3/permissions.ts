import type { Call, Permission } from '../service.ts';
import { deletedKeys } from './objects.ts';
import type { Buckets } from './state.ts';

/*
 * Who must be allowed what
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html).
 */

/** Where the action is called otherwise than the operation. */
const actions: Record<string, string> = {
  HeadBucket: 'ListBucket',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  HeadObject: 'GetObject',
  DeleteObjects: 'DeleteObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  // What they read, they read by a GetObject of its own.
  CopyObject: 'PutObject',
  UploadPartCopy: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  ListParts: 'ListMultipartUploadParts',
};

const contextMembers: Record<string, string> = {
  Prefix: 's3:prefix',
  Delimiter: 's3:delimiter',
  MaxKeys: 's3:max-keys',
  ACL: 's3:x-amz-acl',
  ServerSideEncryption: 's3:x-amz-server-side-encryption',
  SSEKMSKeyId: 's3:x-amz-server-side-encryption-aws-kms-key-id',
};

/** Rights on a bucket that is there belong to its owner's account, whose policy or the bucket's own lets others in. */
export function permissionsOf(buckets: Buckets, { operation, input }: Call): Permission[] {
  if (operation === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  const action = `s3:${actions[operation] ?? operation}`;
  const bucket = `arn:aws:s3:::${String(input.Bucket)}`;
  const owner = buckets.get(String(input.Bucket))?.owner;
  const context = Object.fromEntries(
    Object.entries(contextMembers).flatMap(([member, key]) =>
      input[member] === undefined ? [] : [[key, String(input[member])]],
    ),
  );
  const on = (resource: string, does = action): Permission => ({
    action: does,
    resource,
    context,
    // Nobody may make a bucket for another account: one that is there already is refused by its name.
    ...(owner !== undefined && operation !== 'CreateBucket' && { owner }),
  });
  if (operation === 'DeleteObjects') return deletedKeys(input).keys.map((key) => on(`${bucket}/${key}`));
  if (input.Key === undefined) return [on(bucket)];
  const object = `${bucket}/${String(input.Key)}`;
  return input.ACL === undefined ? [on(object)] : [on(object), on(object, 's3:PutObjectAcl')];
}
