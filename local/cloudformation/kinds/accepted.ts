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
