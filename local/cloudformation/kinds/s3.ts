import type { Kind } from '../kind.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A bucket, empty; of its properties only the name is known. As at AWS, one that holds something is not deleted. */
export const bucket: Kind = {
  identity: ['BucketName'],
  async put(place, { BucketName }, before) {
    const Bucket = String(before?.physicalId ?? BucketName ?? place.generateName(63).toLowerCase());
    const location = `<LocationConstraint>${place.region}</LocationConstraint>`;
    const Body =
      place.region === 'us-east-1' ? '' : `<CreateBucketConfiguration>${location}</CreateBucketConfiguration>`;
    if (before === undefined) await place.call('s3', 'CreateBucket', { Bucket, Body: bytes(Body) });
    return {
      physicalId: Bucket,
      attributes: { Arn: `arn:aws:s3:::${Bucket}`, DomainName: `${Bucket}.s3.amazonaws.com` },
    };
  },
  remove: (place, { physicalId }) => place.call('s3', 'DeleteBucket', { Bucket: physicalId }),
};

export const bucketPolicy: Kind = {
  identity: ['Bucket'],
  async put(place, { Bucket, PolicyDocument }) {
    await place.call('s3', 'PutBucketPolicy', { Bucket, Body: bytes(JSON.stringify(PolicyDocument)) });
    return { physicalId: String(Bucket), attributes: {} };
  },
  remove: (place, { physicalId }) => place.call('s3', 'DeleteBucketPolicy', { Bucket: physicalId }),
};
