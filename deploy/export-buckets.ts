import { readExportBuckets } from '../shared/export/buckets.ts';

const arn = (resource: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${resource}` });

/** To write the files and, when they are verified, to read them; AWS asks for the first three. */
const onObjects = ['s3:AbortMultipartUpload', 's3:PutObject', 's3:PutObjectAcl', 's3:GetObject'];
/** To see that the bucket is there, and whose it is. */
const onBuckets = ['s3:ListBucket'];

/** The policy of the exporting role for the buckets of the deployment; without any it may touch none. */
export function bucketStatements(text: string): object[] {
  const names = bucketNames(text);
  if (names.length === 0) return [{ Effect: 'Deny', Action: [...onObjects, ...onBuckets], Resource: '*' }];
  return [
    { Effect: 'Allow', Action: onObjects, Resource: names.map((name) => arn(`${name}/*`)) },
    { Effect: 'Allow', Action: onBuckets, Resource: names.map(arn) },
  ];
}

/** The policy of the importing role for the same buckets: it only reads. */
export function readStatements(text: string): object[] {
  const names = bucketNames(text);
  if (names.length === 0) return [{ Effect: 'Deny', Action: ['s3:GetObject', ...onBuckets], Resource: '*' }];
  return [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: names.map((name) => arn(`${name}/*`)) },
    { Effect: 'Allow', Action: onBuckets, Resource: names.map(arn) },
  ];
}

function bucketNames(text: string): string[] {
  try {
    return readExportBuckets(text, '').map(({ name }) => name);
  } catch (error) {
    // osls prints the stack of what is thrown here.
    throw error instanceof Error ? Object.assign(error, { stack: error.message }) : error;
  }
}
