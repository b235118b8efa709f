import type { RestoreRequest } from '../../events/restore-request.ts';
import type { Mistake } from '../task/task.ts';

type Part = Record<string, unknown>;

const part = (value: unknown): Part => (typeof value === 'object' && value !== null ? (value as Part) : {});
const given = (of: Part, name: string): boolean => of[name] !== undefined;
const set = (of: Part, name: string): boolean => of[name] !== undefined && of[name] !== null;

interface Rule {
  field: string;
  isBroken: (source: Part, target: Part) => boolean;
  problem: string;
  remedy: string;
}

const forms = ['backupArn', 'backupId', 'latest', 'before', 'pointInTime'];
const formsIn = (source: Part): string[] => forms.filter((form) => given(source, form));

/** What must not be said together: each rule looks at the request alone, also at one that is wrong elsewhere. */
const rules: Rule[] = [
  {
    field: 'source',
    isBroken: (source) => formsIn(source).length !== 1,
    problem: 'It must say in exactly one way what to restore.',
    remedy: 'Give backupArn, or backupId, or table with one of latest, before and pointInTime.',
  },
  {
    field: 'source.table',
    isBroken: (source) =>
      !given(source, 'table') && ['latest', 'before', 'pointInTime'].some((form) => given(source, form)),
    problem: 'latest, before and pointInTime are of a table.',
    remedy: 'Give the name that the table has, or had.',
  },
  {
    field: 'source.table',
    isBroken: (source) => given(source, 'table') && ['backupArn', 'backupId'].some((form) => given(source, form)),
    problem: 'A backup knows its table.',
    remedy: 'Leave table out, or give latest or before in place of the backup.',
  },
  {
    field: 'source.tableId',
    isBroken: (source) => given(source, 'tableId') && !given(source, 'table'),
    problem: 'It chooses among tables of one name.',
    remedy: 'Give table, too, or leave tableId out.',
  },
  {
    field: 'source.pointInTime',
    isBroken: (source) =>
      given(source, 'pointInTime') &&
      given(part(source.pointInTime), 'at') === given(part(source.pointInTime), 'latest'),
    problem: 'It must be one instant.',
    remedy: 'Give either {"at": "2026-01-31T02:00:00Z"} or {"latest": true}.',
  },
  {
    field: 'target.provisionedThroughput',
    isBroken: (_, target) => target.billingMode === 'PAY_PER_REQUEST' && set(target, 'provisionedThroughput'),
    problem: 'A table on demand has no provisioned throughput.',
    remedy: 'Leave it out, or set billingMode to PROVISIONED.',
  },
  {
    field: 'target.onDemandThroughput',
    isBroken: (_, target) => target.billingMode === 'PROVISIONED' && set(target, 'onDemandThroughput'),
    problem: 'A provisioned table has no on-demand limits.',
    remedy: 'Leave it out, or set billingMode to PAY_PER_REQUEST.',
  },
  {
    field: 'target.autoScaling',
    isBroken: (_, target) => target.billingMode === 'PAY_PER_REQUEST' && set(target, 'autoScaling'),
    problem: 'A table on demand is not scaled.',
    remedy: 'Set it to null, or billingMode to PROVISIONED.',
  },
  {
    field: 'target.encryption.keyArn',
    isBroken: (_, { encryption }) => part(encryption).type === 'CUSTOMER_MANAGED' && !given(part(encryption), 'keyArn'),
    problem: 'CUSTOMER_MANAGED needs a key.',
    remedy: 'Give the ARN of a key in the Region of the target.',
  },
  {
    field: 'target.encryption.keyArn',
    isBroken: (_, { encryption }) => given(part(encryption), 'keyArn') && part(encryption).type !== 'CUSTOMER_MANAGED',
    problem: 'Only CUSTOMER_MANAGED has a key of yours.',
    remedy: 'Leave keyArn out, or set type to CUSTOMER_MANAGED.',
  },
  {
    field: 'target.triggers',
    isBroken: (_, target) => set(target, 'triggers') && target.stream === null,
    problem: 'Triggers read the stream of the table, and stream is null.',
    remedy: 'Set triggers to null, or leave stream out.',
  },
];

/** What in a request contradicts itself. It may be one that is not well formed. */
export function contradictionsOf(request: RestoreRequest | unknown): Mistake[] {
  const source = part(part(request).source);
  const target = part(part(request).target);
  return rules
    .filter(({ isBroken }) => isBroken(source, target))
    .map(({ field, problem, remedy }) => ({ field, problem, remedy }));
}
