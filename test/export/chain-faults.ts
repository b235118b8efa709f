import { AwsError } from '../../local/service.ts';
import type { ChainsHere } from './chain-here.ts';

/** What AWS does wrong, and what it was asked to do more than once. */
export interface Faults {
  /** So many exports that begin will fail. */
  failing: number;
  /** What S3 answers to everything. */
  closed: 'AccessDenied' | 'NoSuchBucket' | undefined;
  /** What was done twice that is to be done once. */
  twice(): string[];
}

export function faultsOf({ aws }: ChainsHere): Faults {
  const failed = new Set<unknown>();
  const exported = new Map<string, Set<unknown>>();
  const puts = new Map<string, number>();
  const faults: Faults = {
    failing: 0,
    closed: undefined,
    twice: () => [
      ...[...puts].flatMap(([key, times]) => (times > 1 ? [`${key} was put ${times} times`] : [])),
      ...[...exported].flatMap(([token, arns]) => (arns.size > 1 ? [`${token}: ${arns.size} exports`] : [])),
    ],
  };
  aws.intercept(async ({ service, operation, input }, perform) => {
    const { closed } = faults;
    if (service === 's3' && closed !== undefined) {
      throw new AwsError(closed, closed, closed === 'AccessDenied' ? 403 : 404);
    }
    const answer = (await perform()) as { ExportDescription?: Record<string, unknown> };
    const { ExportDescription: found } = answer;
    const key = String(input.Key ?? '');
    if (operation === 'PutObject' && key.includes('/chain/')) puts.set(key, (puts.get(key) ?? 0) + 1);
    if (operation === 'ExportTableToPointInTime') {
      const token = String(input.ClientToken);
      exported.set(token, (exported.get(token) ?? new Set()).add(found?.ExportArn));
    }
    if (operation !== 'DescribeExport' || found === undefined) return answer;
    if (faults.failing > 0 && found.ExportStatus === 'IN_PROGRESS' && !failed.has(found.ExportArn)) {
      faults.failing--;
      failed.add(found.ExportArn);
    }
    if (!failed.has(found.ExportArn)) return answer;
    return { ExportDescription: { ...found, ExportStatus: 'FAILED', FailureCode: 'UNKNOWN', FailureMessage: 'no' } };
  });
  return faults;
}
