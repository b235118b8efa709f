import { type Attributes, fromAttributes } from '../../shared/aws/attributes.ts';
import { inWords, type Rule } from './scene.ts';

/** Calls a second that AWS documents: /docs/decisions/0005-a-run.md, and the API reference of each operation. */
const perSecond: Record<string, number> = {
  CreateBackup: 50,
  DeleteBackup: 10,
  DescribeBackup: 10,
  ListBackups: 5,
  ListTagsOfResource: 10,
  DescribeContinuousBackups: 10,
  RestoreTableFromBackup: 10,
  RestoreTableToPointInTime: 10,
};

/** Promise 3, of each installation: two know nothing of each other's calls, and then a throttle tells. */
function neverFaster(): Rule {
  const sent = new Map<string, number[]>();
  return {
    name: 'no installation calls an operation more often in any second than AWS documents',
    onSent(operation, at, by) {
      const most = perSecond[operation];
      if (most === undefined) return undefined;
      const lately = (sent.get(`${by} ${operation}`) ?? []).filter((one) => one > at - 1000);
      lately.push(at);
      sent.set(`${by} ${operation}`, lately);
      return lately.length > most ? `${lately.length} calls of ${operation} in the second before ${at}` : undefined;
    },
  };
}

/** Whoever leases slots gets the time after everybody else's; only what is impossible is begun anew. */
const disjointSlots: Rule = {
  name: 'slots are disjoint, and no narrower than the rate',
  onEffect({ write, call }) {
    if (write?.after === undefined || !write.key.startsWith('quota#') || call.signedAt === undefined) return undefined;
    const { before, after, key } = write;
    const values = fromAttributes((call.input.ExpressionAttributeValues ?? {}) as Attributes);
    const tat = Number(after.tat);
    if (before === undefined || after.tat === before.tat) return undefined;
    const known = Number(before.tat);
    const said = `${key} went from ${inWords(before)} to ${inWords(after)}`;
    if (values[':span'] !== undefined) {
      return Math.abs(tat - known - Number(values[':span'])) < 0.01 ? undefined : `overlapping slots: ${said}`;
    }
    if (values[':next'] !== undefined && values[':found'] === undefined && values[':gen'] !== undefined) {
      return Number(values[':now']) >= known ? undefined : `slots of others were taken: ${said}`;
    }
    const wasImpossible =
      !Number.isFinite(known) ||
      !Number.isFinite(Number(before.gen)) ||
      !(Number(before.rate) >= 1) ||
      Math.max(known, Number(before.cutAt)) > Number(values[':now']) + 30_000;
    return wasImpossible ? undefined : `begun anew without a reason: ${said}`;
  },
};

export const rulesOfQuotas = (): Rule[] => [neverFaster(), disjointSlots];
