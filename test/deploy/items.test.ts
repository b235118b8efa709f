import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Packaged, packageService } from '../../deploy/package.ts';
import { list, resourcesOf, type Statement, same, statementsOf } from '../../deploy/template.ts';
import { switches } from './restores.ts';

let packaged: Packaged;
beforeAll(async () => {
  packaged = await packageService({ parameters: switches });
});
afterAll(() => packaged?.remove());

const catalog = { 'Fn::GetAtt': ['Catalog', 'Arn'] };
/** Whatever reads or changes what is in a table. */
const items = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
/** A restore or an import fills its new table with the rights of whoever asks for it. */
const fill = ['RestoreRole', 'ImportRole'];

const roles = (): [string, Statement[]][] =>
  resourcesOf(packaged.template, 'AWS::IAM::Role').map(([id, role]) => [id, statementsOf(role)]);
const actionsOf = ({ Action }: Statement) => list(Action).map((action) => action.replace(/^dynamodb:/, ''));
const isOfCatalog = (resource: unknown) =>
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
  same(resource, catalog) || same(resource, { 'Fn::Sub': '${Catalog.Arn}/index/due' });

test('no role but those that fill new tables reads or writes items of another table than the catalog', () => {
  for (const [id, statements] of roles().filter(([id]) => !fill.includes(id))) {
    for (const statement of statements.filter(({ Effect }) => Effect === 'Allow')) {
      if (!actionsOf(statement).some((action) => items.includes(action))) continue;
      for (const resource of list(statement.Resource)) expect(isOfCatalog(resource), id).toBe(true);
    }
  }
});

test('those that fill new tables may do to the catalog only what a task needs to be written down', () => {
  for (const [id, statements] of roles().filter(([id]) => fill.includes(id))) {
    const onTables = statements.filter(
      ({ Effect, Resource }) =>
        Effect === 'Allow' && list(Resource).some((one) => JSON.stringify(one).includes(':table/*"')),
    );
    const denied = statements
      .filter(({ Effect, Resource }) => Effect === 'Deny' && list(Resource).some((one) => same(one, catalog)))
      .flatMap(actionsOf);
    const changes = onTables
      .flatMap(actionsOf)
      .filter((action) => /^(Update|Delete|Batch|Put.*Policy|Scan|Enable|CreateTableReplica)/.test(action));
    const left = changes.filter((action) => !denied.includes(action));
    expect([...new Set(left)].toSorted(), id).toEqual(
      id === 'RestoreRole' ? ['UpdateContributorInsights', 'UpdateItem'] : ['UpdateContributorInsights'],
    );
  }
});

test('no role may delete a table, and none but that of retention a backup', () => {
  for (const [id, statements] of roles()) {
    const actions = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(actionsOf);
    expect(actions, id).not.toContain('DeleteTable');
    if (id !== 'ApplyRetentionRole') expect(actions, id).not.toContain('DeleteBackup');
  }
});

test('what the catalog may forget, it forgets by itself', () => {
  expect(packaged.template.Resources.Catalog?.Properties?.TimeToLiveSpecification).toEqual({
    AttributeName: 'ttl',
    Enabled: true,
  });
});

test('what functions hear on the bus of facts says that it is ours', () => {
  const rules = resourcesOf(packaged.template, 'AWS::Events::Rule').filter(
    ([, { EventBusName, Targets }]) =>
      same(EventBusName, { Ref: 'FactsBus' }) && /LambdaFunction/.test(JSON.stringify(Targets)),
  );
  expect(rules.length).toBeGreaterThan(6);
  for (const [id, { EventPattern }] of rules) expect(EventPattern, id).toMatchObject({ source: ['tablekeep'] });
});
