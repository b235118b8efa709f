import type { Mistake } from '../task/task.ts';
import { placeOf } from './parts.ts';

type Part = Record<string, unknown>;

const part = (value: unknown): Part => (typeof value === 'object' && value !== null ? (value as Part) : {});
const given = (of: Part, name: string): boolean => of[name] !== undefined && of[name] !== null;
const isChain = (source: Part): boolean => 'chain' in placeOf(String(source.export ?? ''));

interface Rule extends Mistake {
  isBroken: (source: Part, target: Part) => boolean;
}

/** What must not be said together: each rule looks at the request alone, also at one that is wrong elsewhere. */
const rules: Rule[] = [
  {
    field: 'source.increments',
    isBroken: (source) => isChain(source) && given(source, 'increments'),
    problem: 'A chain knows its windows itself.',
    remedy: 'Leave increments out, or name the full export in place of the chain.',
  },
  {
    field: 'source.until',
    isBroken: (source) =>
      given(source, 'until') && given(source, 'export') && !isChain(source) && !given(source, 'increments'),
    problem: 'A full export alone is of one instant.',
    remedy: 'Leave it out, or name a chain or increments.',
  },
  {
    field: 'target.sortKey',
    isBroken: (_, target) => given(target, 'sortKey') && !given(target, 'partitionKey'),
    problem: 'A sort key goes with a partition key.',
    remedy: 'Give partitionKey, too.',
  },
  {
    field: 'target.provisionedThroughput',
    isBroken: (_, target) => target.billingMode === 'PAY_PER_REQUEST' && given(target, 'provisionedThroughput'),
    problem: 'A table on demand has no provisioned throughput.',
    remedy: 'Leave it out, or set billingMode to PROVISIONED.',
  },
  {
    field: 'target.onDemandThroughput',
    isBroken: (_, target) => target.billingMode === 'PROVISIONED' && given(target, 'onDemandThroughput'),
    problem: 'A provisioned table has no on-demand limits.',
    remedy: 'Leave it out, or set billingMode to PAY_PER_REQUEST.',
  },
  {
    field: 'target.encryption.keyArn',
    isBroken: (_, target) => {
      const encryption = part(target.encryption);
      return given(encryption, 'type') && (encryption.type === 'CUSTOMER_MANAGED') !== given(encryption, 'keyArn');
    },
    problem: 'A key of one’s own goes with CUSTOMER_MANAGED, and the others have none.',
    remedy: 'Give keyArn with CUSTOMER_MANAGED only.',
  },
];

/** All that a request says against itself. */
export function contradictionsOf(value: unknown): Mistake[] {
  const { source, target } = part(value);
  return rules
    .filter(({ isBroken }) => isBroken(part(source), part(target)))
    .map(({ field, problem, remedy }) => ({ field, problem, remedy }));
}
