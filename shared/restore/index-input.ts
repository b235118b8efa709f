import type { IndexShape, Limits, Throughput } from './calls.ts';

/** Throughput as calls that make tables take it. */
export const provisioned = ({ read, write }: Throughput) => ({ ReadCapacityUnits: read, WriteCapacityUnits: write });

/** The same of limits; -1 is AWS's word for none. */
export const onDemand = ({ read = -1, write = -1 }: Limits) => ({
  MaxReadRequestUnits: read,
  MaxWriteRequestUnits: write,
});

/** The same of an index; a local one has no throughput. */
export const indexInput = ({ name, keys, projection, throughput, limits }: IndexShape) => ({
  IndexName: name,
  KeySchema: keys,
  Projection: projection,
  ...(throughput && { ProvisionedThroughput: provisioned(throughput) }),
  ...(limits && { OnDemandThroughput: onDemand(limits) }),
});
