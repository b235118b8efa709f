import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCost } from '../../deploy/checks/cost.ts';
import { checkDelivery } from '../../deploy/checks/delivery.ts';
import { checkRights } from '../../deploy/checks/rights.ts';
import { type Packaged, packageService } from '../../deploy/package.ts';
import { type Statement, statementsOf, type Template, trustOf } from '../../deploy/template.ts';
import { validate } from '../../deploy/validate.ts';

/** Packaging takes two seconds of a machine that does nothing else. */
const patienceMs = 180_000;

let packaged: Packaged;
beforeAll(async () => {
  packaged = await packageService();
}, patienceMs);
afterAll(() => packaged?.remove());

/** The packaged template with something spoilt. */
function spoilt(spoil: (properties: (id: string) => Record<string, unknown>, template: Template) => void): Template {
  const template = structuredClone(packaged.template);
  spoil((id) => template.Resources[id]?.Properties ?? {}, template);
  return template;
}

const firstStatement = (role: Record<string, unknown>): Statement =>
  statementsOf(role)[0] ?? { Effect: 'Allow', Action: [] };

describe('npm run validate', () => {
  test(
    'finds nothing wrong, and says what it looked at',
    async () => {
      const { report, problems } = await validate();
      expect(problems).toEqual([]);
      expect(report.map((line) => line.split(' ')[0])).toEqual([
        'CloudFormation',
        'Rights',
        'Delivery',
        'Bundles',
        'Idle',
      ]);
    },
    patienceMs,
  );
});

describe('rights', () => {
  const problemsOf = async (template: Template) => (await checkRights(template)).problems.join('\n');

  test('an action that AWS does not know is found', async () => {
    const template = spoilt((of) => {
      firstStatement(of('AuditRole')).Action = 'dynamodb:ListBackup';
    });
    expect(await problemsOf(template)).toMatch(/AuditRole names dynamodb:ListBackup, and AWS knows no such action/);
  });

  test('a * is found where AWS could be told which resource', async () => {
    const template = spoilt((of) => {
      Object.assign(firstStatement(of('AuditRole')), { Action: 'dynamodb:DescribeTable', Resource: '*' });
    });
    expect(await problemsOf(template)).toMatch(/AuditRole allows dynamodb:DescribeTable on \*/);
  });

  test('policies larger than IAM takes are found', async () => {
    const template = spoilt((of) => {
      firstStatement(of('AuditRole')).Resource = Array.from({ length: 400 }, (_, n) => `arn:aws:iam::${n}:role/r`);
    });
    expect(await problemsOf(template)).toMatch(/The policies of AuditRole have \d+ characters; IAM takes 10240/);
  });
});

describe('delivery', () => {
  test.each<[string, RegExp, Parameters<typeof spoilt>[0]]>([
    [
      'a cron that AWS would refuse',
      /EveryHour has the schedule cron\(99/,
      (of) => {
        of('EveryHour').ScheduleExpression = 'cron(99 * * * ? *)';
      },
    ],
    [
      'a target that is not tried again',
      /EveryHour has a target without a retry policy/,
      (of) => {
        delete (of('EveryHour').Target as Record<string, unknown>).RetryPolicy;
      },
    ],
    [
      'a target whose losses go nowhere',
      /EveryHour has a target without a dead-letter queue/,
      (of) => {
        delete (of('EveryHour').Target as Record<string, unknown>).DeadLetterConfig;
      },
    ],
    [
      'a role that any schedule may use',
      /HousekeepingRole may be assumed by others/,
      (of) => {
        for (const statement of trustOf(of('HousekeepingRole')))
          delete statement.Condition?.StringEquals?.['aws:SourceArn'];
      },
    ],
    [
      'a role that may not invoke',
      /SchedulerRole may not invoke the target of EveryHour/,
      (of) => {
        (of('EveryHour').Target as Record<string, unknown>).RoleArn = { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] };
      },
    ],
    [
      'a role that may do more than it needs',
      /HousekeepingRole may also events:PutEvents/,
      (of) => {
        firstStatement(of('HousekeepingRole')).Action = ['lambda:InvokeFunction', 'events:PutEvents'];
      },
    ],
    [
      'a queue that EventBridge may not write',
      /EventBridge may not write the dead letters/,
      (_of, template) => {
        delete template.Resources.DeadLettersFromOurRules;
      },
    ],
    [
      'a function whose errors go nowhere',
      /AuditLambdaFunction has no on-failure destination/,
      (of) => {
        delete of('AuditLambdaEvConf').DestinationConfig;
      },
    ],
  ])('%s is found', (_what, sentence, spoil) => {
    expect(checkDelivery(spoilt(spoil)).problems.join('\n')).toMatch(sentence);
  });
});

describe('idle cost', () => {
  test('is at most ten cents a month with a plan a day', () => {
    const { dollars } = checkCost(packaged.template);
    expect(dollars).toBeGreaterThan(0.05);
    expect(dollars).toBeLessThanOrEqual(0.1);
  });

  test('grows with what fires more often', () => {
    const template = spoilt((of) => {
      of('EveryHour').ScheduleExpression = 'rate(1 minute)';
    });
    expect(checkCost(template).dollars).toBeGreaterThan(checkCost(packaged.template).dollars * 3);
  });

  test('is not claimed for what has no price', () => {
    const template = spoilt((_of, { Resources }) => {
      Resources.Gateway = { Type: 'AWS::EC2::NatGateway', Properties: {} };
    });
    expect(checkCost(template).problems.join()).toMatch(/What AWS::EC2::NatGateway costs while idle is not known/);
  });
});
