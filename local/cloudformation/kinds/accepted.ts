import type { Kind } from '../kind.ts';

// Resources that deployments bring along and nothing here acts on: their names and ARNs are answered, no more.

export const logGroup: Kind = {
  identity: ['LogGroupName'],
  put(place, { LogGroupName }, before) {
    const name = String(before?.physicalId ?? LogGroupName ?? place.generateName(512));
    return { physicalId: name, attributes: { Arn: place.arn('logs', `log-group:${name}:*`) } };
  },
  remove() {},
};

export const bucket: Kind = {
  identity: ['BucketName'],
  put(place, { BucketName }, before) {
    const name = String(before?.physicalId ?? BucketName ?? place.generateName(63).toLowerCase());
    return { physicalId: name, attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` } };
  },
  remove() {},
};

export const bucketPolicy: Kind = {
  identity: ['Bucket'],
  put: (_place, { Bucket }) => ({ physicalId: String(Bucket), attributes: {} }),
  remove() {},
};
