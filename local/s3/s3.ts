import type { Keys } from '../kms.ts';
import type { Core, Service } from '../service.ts';
import { write } from './answers.ts';
import { bucketOperations } from './buckets.ts';
import { copyOperations } from './copy.ts';
import { listOperations } from './list.ts';
import { multipartOperations } from './multipart.ts';
import { objectOperations } from './objects.ts';
import { permissionsOf } from './permissions.ts';
import { policyOperations } from './policies.ts';
import { read } from './requests.ts';
import type { Bucket, Buckets } from './state.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: a single put takes 5 GB. */
const maxBodyBytes = 5 * 2 ** 30;

/** What a test, a demo or another local service may see beside the API. */
export interface S3Service extends Service {
  /** A bucket with all that is in it, whoever owns it. */
  bucket(name: string): Bucket | undefined;
}

/** Amazon S3 as far as exports and archives need it: buckets, objects, uploads in parts, policies. */
export function createS3(core: Core, { keys }: { keys: Keys }): S3Service {
  const buckets: Buckets = new Map();
  const world = { core, buckets, keys };
  return {
    name: 's3',
    protocol: 'rest-xml',
    maxBodyBytes,
    rest: { read, write },
    permissions: (call) => permissionsOf(buckets, call),
    resourcePolicy: ({ input }) => buckets.get(String(input.Bucket))?.policy?.document,
    operations: {
      ...bucketOperations(core, buckets),
      ...objectOperations(world),
      ...multipartOperations(world),
      ...copyOperations(world),
      ...listOperations(buckets),
      ...policyOperations(buckets),
    },
    bucket: (name) => buckets.get(name),
  };
}
