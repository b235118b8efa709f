import type { S3Service } from '../../local/s3/s3.ts';
import type { Bucket } from '../../local/s3/state.ts';
import { hub, type Local } from './world.ts';

/** An empty bucket, made by the administrator of the account. */
export async function makeBucket({ aws, iam }: Local, name: string, account = hub.account): Promise<void> {
  const place = { account, region: hub.region };
  const input = { Bucket: name };
  await aws.core.call({ service: 's3', operation: 'CreateBucket', input, caller: iam.caller(account), ...place });
}

/** A bucket as it is inside, whoever may read it. */
export function bucketOf({ aws }: Local, name = 'archive'): Bucket {
  const found = (aws.service('s3') as S3Service).bucket(name);
  if (found === undefined) throw new Error(`no bucket ${name}`);
  return found;
}
