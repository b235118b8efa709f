import { AwsError, type Call } from '../service.ts';
import { invalidParameters } from './errors.ts';
import { tableByArn } from './lookup.ts';
import { policyText } from './new-table.ts';
import type { Operations, Table, World } from './state.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html */
const largestBytes = 20 * 1024;
/** The `ExpectedRevisionId` by which a policy is put only where there is none. */
const none = 'NO_POLICY';

/** The policies of tables. Streams have none here, and a change is seen at once, while AWS takes seconds. */
export function resourcePolicyOperations(world: World): Operations {
  return {
    PutResourcePolicy: (call) => put(world, call),
    GetResourcePolicy: (call) => {
      const { policy, policyRevision } = tableByArn(world, call);
      if (policy === undefined) throw notFound(String(call.input.ResourceArn));
      return { Policy: policy, RevisionId: policyRevision };
    },
    DeleteResourcePolicy: (call) => {
      const table = tableByArn(world, call);
      checkRevision(table, call);
      const { policyRevision } = table;
      delete table.policy;
      delete table.policyRevision;
      return policyRevision === undefined ? {} : { RevisionId: policyRevision };
    },
  };
}

/** The same document again keeps its revision. */
function put(world: World, call: Call) {
  const table = tableByArn(world, call);
  const policy = policyText(String(call.input.Policy));
  if (policy.length > largestBytes) {
    throw invalidParameters(`Invalid policy document: The policy is larger than ${largestBytes} bytes`);
  }
  checkRevision(table, call);
  if (table.policy === undefined || !isSame(table.policy, policy)) table.policyRevision = world.core.random.uuid();
  table.policy = policy;
  return { RevisionId: table.policyRevision };
}

const isSame = (one: string, other: string): boolean =>
  JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));

function checkRevision({ policyRevision = none, arn }: Table, { input, operation }: Call): void {
  const expected = input.ExpectedRevisionId;
  if (expected == null || expected === policyRevision) return;
  if (expected === none && operation === 'DeleteResourcePolicy') {
    throw invalidParameters('ExpectedRevisionId NO_POLICY is not supported for DeleteResourcePolicy');
  }
  throw notFound(arn);
}

/** The sentence is ours; the error is the model's, for a revision that is not the current one, too. */
const notFound = (arn: string): AwsError =>
  new AwsError('PolicyNotFoundException', `Resource-based policy not found for the provided ResourceArn: ${arn}`);
