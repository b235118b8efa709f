import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { readPlans } from '../../deploy/plans/read.ts';
import { fileNameOf, generatedFiles, outdatedFiles } from '../../deploy/schemas.ts';
import { planName, runId, source } from '../../events/contract.ts';
import { contracts } from '../../events/contracts.ts';
import { parseBackupName } from '../../shared/names.ts';

const examples = new URL('../../events/examples/', import.meta.url);
const example = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, examples), 'utf8'));

/** What EventBridge puts around a detail: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
const envelope = z.strictObject({
  version: z.literal('0'),
  id: z.uuid(),
  'detail-type': z.string(),
  source: z.string(),
  account: z.string().check(z.regex(/^\d{12}$/)),
  time: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)),
  region: z.string(),
  resources: z.array(z.string()),
  detail: z.record(z.string(), z.unknown()),
});

describe('contracts', () => {
  test('have names of their own', () => {
    expect(new Set(contracts.map(({ type }) => type)).size).toBe(contracts.length);
  });

  test.each(contracts.map(({ type }) => type))('%s is in Title Case with spaces', (type) => {
    expect(type).toMatch(/^[A-Z][a-z]+( [A-Z][a-z]+)+$/);
  });
});

test.each(['nightly', '0', 'a-b-', 'a'.repeat(32), 'Nightly', '-a', 'a_b', 'a'.repeat(33), ''])(
  'the plan name %j is one for events, run ids, plans.yml and backup names, or for none of them',
  (name) => {
    const stamp = '20270131T020000Z';
    const plan = { schedule: 'rate(1 day)', tables: { include: ['*'] }, keep: { last: 1 } };
    const read = readPlans(JSON.stringify({ plans: { [name]: plan } }), 'plans.yml');
    const isOne = [
      z.safeParse(planName, name).success,
      z.safeParse(runId, `123456789012/us-east-1/${name}/${stamp}`).success,
      parseBackupName(`tk-0123abcd-${name}-${stamp}-0123456789ab`)?.plan === name,
      'plans' in read,
    ];
    expect(new Set(isOne).size).toBe(1);
  },
);

describe('examples', () => {
  test.each(contracts.map((contract) => [contract.type, contract] as const))(
    '%s is a whole event',
    (type, contract) => {
      const event = z.parse(envelope, example(fileNameOf(contract)));
      expect(event['detail-type']).toBe(type);
      expect(z.parse(contract.detail, event.detail), 'the example says nothing beyond the contract').toEqual(
        event.detail,
      );
      if (contract.bus === 'facts') expect(event.source).toBe(source);
    },
  );

  test('of facts name one installation, so that they read as one story', () => {
    const facts = contracts.filter(({ bus }) => bus === 'facts').map((contract) => example(fileNameOf(contract)));
    const installations = facts.map((fact) => z.parse(envelope, fact).detail.installation);
    expect(new Set(installations)).toEqual(new Set(['7d1c0a9e']));
  });

  test('for serverless invoke are requests without an envelope, because an envelope from long ago is ignored', () => {
    const request = contracts.find(({ type }) => type === 'Backup Requested');
    for (const name of ['backup-now', 'backup-tables-now']) {
      expect(request && z.safeParse(request.detail, example(name)).success).toBe(true);
    }
  });

  test('are all of an event or of an invocation that the README names', () => {
    const readme = readFileSync(new URL('../README.md', examples), 'utf8');
    for (const file of readdirSync(examples)) expect(readme).toContain(`examples/${file}`);
  });
});

describe('generated files', () => {
  test('say what the definitions say; if not, run npm run schemas', () => {
    expect(outdatedFiles()).toEqual([]);
  });

  test('are all there is in schemas', () => {
    const made = generatedFiles().map(([address]) => address.pathname.split('/').at(-1));
    expect(readdirSync(new URL('../schemas/', examples)).filter((file) => !made.includes(file))).toEqual([]);
  });
});
