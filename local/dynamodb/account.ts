import type { Operations } from './state.ts';

/** What belongs to the account. The quotas are the defaults of us-east-1 and most other Regions. */
export function accountOperations(): Operations {
  return {
    DescribeLimits: () => ({
      AccountMaxReadCapacityUnits: 80_000,
      AccountMaxWriteCapacityUnits: 80_000,
      TableMaxReadCapacityUnits: 40_000,
      TableMaxWriteCapacityUnits: 40_000,
    }),
    DescribeEndpoints: ({ region }) => ({
      Endpoints: [{ Address: `dynamodb.${region}.amazonaws.com`, CachePeriodInMinutes: 1440 }],
    }),
  };
}
