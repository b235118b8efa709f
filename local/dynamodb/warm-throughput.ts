import { warm } from './describe.ts';
import { invalidParameters } from './errors.ts';
import type { GlobalIndex, Table, WarmThroughput } from './state.ts';

const members = ['ReadUnitsPerSecond', 'WriteUnitsPerSecond'] as const;

/**
 * Warms a table or an index: up only, never down
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/update-warm-throughput.html).
 */
export function changeWarmThroughput(
  { isOnDemand }: Pick<Table, 'isOnDemand'>,
  what: Pick<Table | GlobalIndex, 'throughput' | 'warm'>,
  name: string,
  wanted: WarmThroughput | undefined,
): void {
  if (wanted == null) return;
  const current = warm(isOnDemand, what.throughput, what.warm);
  for (const member of members) {
    if ((wanted[member] ?? current[member]) >= current[member]) continue;
    const rule = 'decreasing WarmThroughput is not supported';
    throw invalidParameters(
      `Requested ${member} for WarmThroughput for ${name} is lower than current WarmThroughput, ${rule}`,
    );
  }
  what.warm = { ...what.warm, ...wanted };
}
