import { Logger } from '@aws-lambda-powertools/logger';
import { expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../shared/clock.ts';
import { worldOfAws } from '../../shared/world-of-aws.ts';

const hub = { account: '123456789012', region: 'us-east-1' };
const environment = {
  ...{ region: hub.region, catalog: 'catalog', factsBus: 'facts', deadLetterQueues: [], maxRuns: 50, graceMs: 0 },
  ...{ memberRolePrefix: 'tablekeep', externalId: 'tablekeep' },
};

test('what a function has not named it cannot use, and is told so', () => {
  const ofProcess = { clock: systemClock, random: systemRandom, logger: new Logger() };
  const world = worldOfAws({ environment, hub, plans: new Map(), ...ofProcess }, {});
  const refusal = (what: string) => `This function has no ${what}; name it in its file in functions/.`;

  expect(() => world.catalog.put({ pk: 'a', sk: 'b' })).toThrow(refusal('catalogWrites'));
  expect(() => world.quotas).toThrow(refusal('quotasOf'));
  expect(() => world.metrics).toThrow(refusal('metrics'));
  expect(() => world.dynamodb(hub, 'read')).toThrow(refusal('dynamoDbOf'));
  expect(() => world.dynamodb({ ...hub, account: '210987654321' }, 'read')).toThrow(refusal('assumedRole'));
});
