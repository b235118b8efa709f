import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { loadFile, loadPlans } from '../../deploy/plans/file.ts';
import { plansJsonSchema } from '../../deploy/plans/schema.ts';
import { logicalId, schedulesOf } from '../../deploy/schedules.ts';
import { planNamePattern } from '../../events/patterns.ts';
import { type Plan, planOf } from '../../shared/plan.ts';
import type { PlanSource } from '../../shared/plans/definition.ts';

const now = Date.parse('2026-05-08T12:00Z');
const planWith = (name: string, fields: Partial<PlanSource> = {}): Plan =>
  planOf(name, { schedule: 'cron(0 3 * * ? *)', tables: { include: ['*'] }, keep: { daily: 7 }, ...fields });

describe('the schedules in the template', () => {
  test('there is one for each plan that is enabled', () => {
    const plans = [
      planWith('nightly'),
      planWith('off', { enabled: false }),
      planWith('every-hour', { schedule: 'rate(1 hour)' }),
    ];
    expect(Object.keys(schedulesOf(plans, now, () => {}))).toEqual([
      'PlanNightlySchedule',
      'PlanEveryDashhourSchedule',
    ]);
  });

  test('fires start-run in the zone of the plan, with the time for which it was due', () => {
    const { PlanNightlySchedule } = schedulesOf([planWith('nightly', { timezone: 'Asia/Kolkata' })], now, () => {});
    expect(PlanNightlySchedule?.Type).toBe('AWS::Scheduler::Schedule');
    expect(PlanNightlySchedule?.Properties).toMatchObject({
      GroupName: { Ref: 'ScheduleGroup' },
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Kolkata',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { 'Fn::GetAtt': ['StartDashrunLambdaFunction', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
        Input: '{"plan":"nightly","scheduledAt":"<aws.scheduler.scheduled-time>"}',
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
      },
    });
  });

  test.each<[NonNullable<PlanSource['startWithin']>, number]>([
    ['1m', 60],
    ['20m', 1200],
    ['24h', 86_400],
  ])('is tried again for the %s in which the plan may start, and no longer', (startWithin, seconds) => {
    const { PlanNightlySchedule } = schedulesOf([planWith('nightly', { startWithin })], now, () => {});
    expect(PlanNightlySchedule?.Properties.Target).toMatchObject({
      RetryPolicy: { MaximumEventAgeInSeconds: seconds, MaximumRetryAttempts: 185 },
    });
  });

  test.each([
    ['at(2026-05-08T12:00:00)', false],
    ['at(2026-05-08T12:00:01)', true],
    ['cron(0 3 * * ? 2025)', false],
  ])('%s has one: %s; one that has passed is left out and said, and fails nothing', (schedule, isThere) => {
    const said: string[] = [];
    const made = schedulesOf([planWith('once', { schedule })], now, (sentence) => said.push(sentence));
    expect(Object.keys(made)).toEqual(isThere ? ['PlanOnceSchedule'] : []);
    expect(said).toHaveLength(isThere ? 0 : 1);
    if (!isThere) expect(said[0]).toContain(`Plan once will not fire again (${schedule}, UTC)`);
  });

  test('two plans never share a logical id, and it has letters and digits only', () => {
    const names = fc.stringMatching(planNamePattern);
    fc.assert(
      fc.property(names, names, (one, other) => {
        expect(logicalId(one) === logicalId(other)).toBe(one === other);
        expect(logicalId(one)).toMatch(/^[A-Za-z0-9]{1,255}$/);
      }),
    );
  });
});

describe('a wrong file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tablekeep-plans-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const wrong = join(folder, 'plans.yml');
  writeFileSync(wrong, 'plans:\n  nightly:\n    schedule: never\n    keep: {}\n');

  test('stops packaging with its sentences and no stack', () => {
    const failure = (() => {
      try {
        return loadPlans(wrong);
      } catch (error) {
        return error as Error;
      }
    })();
    expect(failure).toMatchObject({ name: 'PlansError', stack: '' });
    expect((failure as Error).message).toContain('3 mistakes in ');
    expect((failure as Error).message).toMatch(/plans\.yml:3:15 plans\.nightly\.schedule: "never" is not a schedule/);
  });

  test('stops the bundling of a function as well', async () => {
    const bundling = bundle(wrong);
    await expect(bundling).rejects.toThrow('plans.nightly.keep: keeps nothing');
  });
});

test('a bundle holds the checked plans and no YAML parser', async () => {
  const code = await bundle(join(import.meta.dirname, '../../plans.yml'));
  const loaded: { exports: { plans?: Plan[] } } = { exports: {} };
  new Function('module', 'exports', code)(loaded, loaded.exports);
  expect(loaded.exports.plans).toEqual(loadFile());
  expect(code.length).toBeLessThan(5000);
});

test('the committed JSON Schema is what the definition says; if not: npm run schemas', () => {
  expect(JSON.parse(readFileSync('plans.schema.json', 'utf8'))).toEqual(JSON.parse(JSON.stringify(plansJsonSchema())));
});

test('the JSON Schema describes every field, for completion in editors', () => {
  const { $defs } = plansJsonSchema() as { $defs: { plan: Described } };
  const undescribed = (schema: Described, path: string): string[] => [
    ...(schema.description === undefined ? [path] : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => undescribed(inner, `${path}.${key}`)),
    ...(schema.items?.properties === undefined ? [] : undescribed(schema.items, `${path}[]`)),
  ];
  expect(undescribed($defs.plan, 'plan')).toEqual([]);
});

interface Described {
  description?: string;
  properties?: Record<string, Described>;
  items?: Described;
}

async function bundle(plans: string): Promise<string> {
  const plugins = createRequire(import.meta.url)('../../deploy/esbuild.cjs') as Plugin[];
  const entry = {
    contents: `import plans from ${JSON.stringify(plans)}; export { plans };`,
    resolveDir: import.meta.dirname,
  };
  const { outputFiles } = await build({
    stdin: entry,
    bundle: true,
    write: false,
    format: 'cjs',
    logLevel: 'silent',
    plugins,
  });
  return outputFiles[0]?.text ?? '';
}
