import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Packaged, packageService } from '../../deploy/package.ts';
import { list, readYamlTemplate, resourcesOf, type Statement, statementsOf, trustOf } from '../../deploy/template.ts';
import { contracts } from '../../events/contracts.ts';

const functions = ['start-run', 'take-backups', 'apply-retention', 'restore', 'export', 'import', 'heartbeat', 'audit'];
const parameters = {
  requesters: 'arn:aws:iam::123456789012:role/ci, arn:aws:iam::123456789012:user/ops-*',
  notifyEmail: 'ops@example.com',
  notifyTopic: 'arn:aws:sns:us-east-1:123456789012:ops',
  organisation: 'o-exampleorgid',
};

let plain: Packaged;
let full: Packaged;
beforeAll(async () => {
  plain = await packageService();
  full = await packageService({ parameters, stage: 'prod' });
});
afterAll(() => {
  plain?.remove();
  full?.remove();
});

const propertiesOf = ({ template }: Packaged, id: string) => template.Resources[id]?.Properties ?? {};
const statementOf = (packaged: Packaged, id: string) => propertiesOf(packaged, id).Statement as Statement;
const rulesOf = ({ template }: Packaged) =>
  resourcesOf(template, 'AWS::Events::Rule')
    .filter(([, { EventPattern }]) => EventPattern !== undefined)
    .map(([id, rule]) => ({
      id,
      types: ((rule.EventPattern as Record<string, string[]>)['detail-type'] ?? []).toSorted(),
      targets: list(rule.Targets as { Arn: unknown; InputPath?: string }[]),
    }));

describe('the functions', () => {
  test('have a role each, named so that member accounts can trust it', () => {
    const roles = resourcesOf(full.template, 'AWS::IAM::Role').map(([, { RoleName }]) => RoleName);
    for (const name of functions) expect(roles).toContain(`tablekeep-prod-us-east-1-${name}`);
  });

  test('get literals and names of resources as environment, which is all that invoke local can resolve', () => {
    const values = resourcesOf(plain.template, 'AWS::Lambda::Function').flatMap(([, { Environment }]) =>
      Object.values((Environment as { Variables: Record<string, unknown> }).Variables),
    );
    for (const value of values) {
      const { Ref = '' } = (typeof value === 'object' ? value : { Ref: 'Catalog' }) as { Ref?: string };
      expect(Object.keys(plain.template.Resources)).toContain(Ref);
    }
  });

  test('reserve no concurrency, so that they deploy into an account with little of it', () => {
    for (const [, definition] of resourcesOf(plain.template, 'AWS::Lambda::Function')) {
      expect(definition.ReservedConcurrentExecutions).toBeUndefined();
    }
  });
});

describe('the catalog', () => {
  test('outlives the stack, cannot be deleted by mistake, and can be put back to any second of 35 days', () => {
    expect(plain.template.Resources.Catalog).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        SSESpecification: { SSEEnabled: true },
      },
    });
    expect(propertiesOf(plain, 'Catalog')).not.toHaveProperty('TableName');
  });
});

const api = { 'Fn::GetAtt': ['ApiRole', 'Arn'] };

describe('the buses', () => {
  test('of facts refuses everybody but the roles of the functions and the root user, who could change that', () => {
    const { Effect, Principal, Condition } = statementOf(plain, 'FactsOnlyFromFunctions');
    const roles = ['StartRun', 'TakeBackups', 'ApplyRetention', 'Restore', 'Export', 'Import', 'Heartbeat', 'Audit'];
    expect({ Effect, Principal, Condition }).toEqual({
      Effect: 'Deny',
      Principal: '*',
      Condition: {
        ArnNotEquals: {
          'aws:PrincipalArn': [
            ...roles.map((role) => ({ 'Fn::GetAtt': [`${role}Role`, 'Arn'] })),
            // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own.
            { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' },
          ],
        },
      },
    });
  });

  test('of requests refuses everybody but the API when nobody is named', () => {
    const statement = statementOf(plain, 'RequestsOnlyFromRequesters');
    expect(statement).toMatchObject({ Effect: 'Deny', Principal: '*', Action: 'events:PutEvents' });
    expect(statement.Condition).toEqual({ ArnNotLike: { 'aws:PrincipalArn': [api] } });
    expect(plain.template.Resources).not.toHaveProperty('RequestsFromRequesters');
  });

  test('of requests lets those put who are named, and refuses the rest', () => {
    const named = ['arn:aws:iam::123456789012:role/ci', 'arn:aws:iam::123456789012:user/ops-*'];
    expect(statementOf(full, 'RequestsOnlyFromRequesters').Condition).toEqual({
      ArnNotLike: { 'aws:PrincipalArn': [...named, api] },
    });
    expect(statementOf(full, 'RequestsFromRequesters')).toMatchObject({
      Effect: 'Allow',
      Condition: { ArnLike: { 'aws:PrincipalArn': named } },
    });
  });

  test('of requests takes the source of the API, which says that a requester is verified, from the API only', () => {
    expect(statementOf(full, 'ApiSourceOnlyFromApi')).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Condition: {
        StringEquals: { 'events:source': 'tablekeep.api' },
        ArnNotLike: { 'aws:PrincipalArn': api },
      },
    });
  });

  test('of requests takes no requester that could never put: packaging says so', async () => {
    const session = 'arn:aws:sts::123456789012:assumed-role/ci/me';
    await expect(packageService({ parameters: { requesters: session } })).rejects.toThrow(
      /is not the ARN of a role or user/,
    );
  });
});

describe('events', () => {
  test('reach every function that the contracts say listens, and no other', () => {
    const listeners = (name: string) =>
      contracts
        .filter(({ heardBy }) => heardBy.split(/[,;] ?/).includes(name))
        .map(({ type }) => type)
        .toSorted();
    for (const name of functions) {
      const id = `${name.replaceAll(/(^|-)\w/g, (start) => start.replace('-', 'Dash').toUpperCase())}LambdaFunction`;
      const ruled = rulesOf(plain).filter(({ targets }) =>
        JSON.stringify(targets).toUpperCase().includes(`"${id}"`.toUpperCase()),
      );
      expect(ruled.flatMap(({ types }) => types).toSorted(), name).toEqual(listeners(name));
    }
  });

  test('tell nobody when nobody is named', () => {
    expect(rulesOf(plain).filter(({ id }) => id.startsWith('Tell'))).toEqual([]);
    expect(resourcesOf(plain.template, 'AWS::SNS::Topic')).toEqual([]);
  });

  test('that the contracts say people hear are told to the address and to the topic, as sentences', () => {
    const forPeople = contracts.filter(({ heardBy }) => heardBy === 'people').map(({ type }) => type);
    const told = rulesOf(full).find(({ id }) => id === 'TellPeople');
    expect(told?.types).toEqual(forPeople.toSorted());
    expect(told?.targets.map(({ Arn, InputPath }) => ({ Arn, InputPath }))).toEqual([
      { Arn: { Ref: 'Notices' }, InputPath: '$.detail.sentence' },
      { Arn: 'arn:aws:sns:us-east-1:123456789012:ops', InputPath: '$.detail.sentence' },
    ]);
  });

  test('of runs and rounds of exports without failures are told to nobody', () => {
    expect(propertiesOf(full, 'TellOfFailedBackups').EventPattern).toMatchObject({
      'detail-type': ['Run Completed', 'Export Round Completed'],
      detail: { failed: [{ numeric: ['>', 0] }] },
    });
  });
});

describe('other accounts', () => {
  const member = readYamlTemplate(new URL('../../deploy/member-account.yml', import.meta.url));

  test('are entered under names of the prefix and with the external id only, and within the organisation when one is given', () => {
    const entering = (packaged: Packaged) =>
      resourcesOf(packaged.template, 'AWS::IAM::Role')
        .flatMap(([, role]) => statementsOf(role))
        .filter(({ Action }) => list(Action).includes('sts:AssumeRole'));
    for (const packaged of [full, plain]) expect(entering(packaged).length).toBeGreaterThan(2);
    for (const { Resource } of entering(full)) expect(JSON.stringify(Resource)).toMatch(/:iam::\*:role\/tablekeep-/);
    for (const { Condition } of entering(full)) {
      expect(Condition).toEqual({
        StringEquals: { 'sts:ExternalId': 'tablekeep', 'aws:ResourceOrgID': 'o-exampleorgid' },
      });
    }
    for (const { Condition } of entering(plain)) {
      expect(Condition).toEqual({ StringEquals: { 'sts:ExternalId': 'tablekeep' } });
    }
  });

  test('have a role per capability, and each is entered by those functions that may ask for it', () => {
    for (const capability of ['read', 'backup', 'retain', 'restore', 'export', 'import']) {
      const asking = functions.filter((name) => {
        const role = resourcesOf(plain.template, 'AWS::IAM::Role').find(([, { RoleName }]) =>
          String(RoleName).endsWith(`-${name}`),
        );
        return JSON.stringify(role).includes(`role/tablekeep-${capability}`);
      });
      const [trust] = resourcesOf(member, 'AWS::IAM::Role')
        .filter(([, { RoleName }]) => JSON.stringify(RoleName).includes(`-${capability}"`))
        .flatMap(([, role]) => trustOf(role));
      const trusted = list(trust?.Condition?.ArnEquals?.['aws:PrincipalArn']).map((arn) => JSON.stringify(arn));
      const names = functions.filter((name) => trusted.some((arn) => arn.includes(`HubRolePrefix}-${name}"`)));
      expect(names, capability).toEqual(asking);
      expect(asking, capability).not.toEqual([]);
      expect(trusted, capability).toHaveLength(asking.length);
    }
  });

  test('ask for the external id', () => {
    for (const [, role] of resourcesOf(member, 'AWS::IAM::Role')) {
      for (const { Condition } of trustOf(role)) {
        expect(Condition?.StringEquals?.['sts:ExternalId']).toEqual({ Ref: 'ExternalId' });
      }
    }
  });
});
