import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { events, patience } from './endpoint.ts';
import { afterwards, newName } from './made.ts';
import { makeQueue, type Queue, take } from './queues.ts';
import { rule } from './rule.ts';

async function makeBus(): Promise<string> {
  const Name = newName();
  await events.createEventBus({ Name });
  afterwards(() => events.deleteEventBus({ Name }));
  return Name;
}

/** A rule that writes to a queue; `input` says what, the event itself when absent. */
async function makeRule(bus: string, pattern: object, queue: Queue, input: object = {}): Promise<string> {
  const Name = newName();
  await events.putRule({ Name, EventBusName: bus, EventPattern: JSON.stringify(pattern) });
  afterwards(() => events.deleteRule({ Name, EventBusName: bus }));
  await events.putTargets({ Rule: Name, EventBusName: bus, Targets: [{ Id: 'queue', Arn: queue.arn, ...input }] });
  afterwards(() => events.removeTargets({ Rule: Name, EventBusName: bus, Ids: ['queue'] }));
  await pause(patience.settleMs);
  return Name;
}

const put = (bus: string, detail: object, source = 'contract') =>
  events.putEvents({
    Entries: [{ EventBusName: bus, Source: source, DetailType: 'Tested', Detail: JSON.stringify(detail) }],
  });

rule('an event reaches the queue of a rule that matches it, in its envelope', async () => {
  const bus = await makeBus();
  const queue = await makeQueue();
  await makeRule(bus, { source: ['contract'] }, queue);
  const { Entries, FailedEntryCount } = await put(bus, { a: 1 });
  expect(FailedEntryCount).toBe(0);
  const [body = '{}'] = await take(queue, () => true);
  expect(JSON.parse(body)).toMatchObject({
    version: '0',
    id: Entries?.[0]?.EventId,
    'detail-type': 'Tested',
    source: 'contract',
    account: expect.stringMatching(/^\d{12}$/),
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    resources: [],
    detail: { a: 1 },
  });
});

const detail = {
  name: 'nightly.1',
  size: 7,
  state: 'AVAILABLE',
  nested: { at: '10.0.0.7' },
  list: ['a', 'b'],
  nothing: null,
};

const patterns: [string, object, boolean][] = [
  ['a value', { name: ['nightly.1'] }, true],
  ['another value', { name: ['weekly.1'] }, false],
  ['one of several values', { name: ['x', 'nightly.1'] }, true],
  ['all of several fields', { name: ['nightly.1'], size: [8] }, false],
  ['a nested value', { nested: { at: ['10.0.0.7'] } }, true],
  ['one value of a list', { list: ['b'] }, true],
  ['null', { nothing: [null] }, true],
  ['a prefix', { name: [{ prefix: 'nightly' }] }, true],
  ['another prefix', { name: [{ prefix: 'Nightly' }] }, false],
  ['a prefix in any case', { name: [{ prefix: { 'equals-ignore-case': 'NIGHTLY' } }] }, true],
  ['a suffix', { name: [{ suffix: '.1' }] }, true],
  ['a wildcard', { name: [{ wildcard: 'night*.1' }] }, true],
  ['another wildcard', { name: [{ wildcard: 'night*.2' }] }, false],
  ['a value in any case', { state: [{ 'equals-ignore-case': 'available' }] }, true],
  ['anything but other values', { state: [{ 'anything-but': ['CREATING', 'DELETED'] }] }, true],
  ['anything but its value', { state: [{ 'anything-but': 'AVAILABLE' }] }, false],
  ['anything but a prefix', { state: [{ 'anything-but': { prefix: 'AVAIL' } }] }, false],
  ['a numeric range', { size: [{ numeric: ['>', 0, '<=', 7] }] }, true],
  ['another numeric range', { size: [{ numeric: ['<', 7] }] }, false],
  ['a field that exists', { size: [{ exists: true }] }, true],
  ['a field that does not exist', { colour: [{ exists: false }] }, true],
  ['a field that exists and should not', { size: [{ exists: false }] }, false],
  ['an address range', { nested: { at: [{ cidr: '10.0.0.0/24' }] } }, true],
  ['one of several conditions', { $or: [{ size: [8] }, { name: ['nightly.1'] }] }, true],
  ['none of several conditions', { $or: [{ size: [8] }, { name: ['weekly.1'] }] }, false],
];

const sourceOf = (body: string): unknown => JSON.parse(body).source;

for (const [what, pattern, isMatch] of patterns) {
  rule(`a pattern of ${what} ${isMatch ? 'matches' : 'does not match'}`, async () => {
    const bus = await makeBus();
    const queue = await makeQueue();
    await makeRule(bus, { source: ['contract'], detail: pattern }, queue);
    await makeRule(bus, { source: ['last'] }, queue);
    await put(bus, detail);
    await put(bus, {}, 'last');
    const bodies = await take(queue, (body) => sourceOf(body) === (isMatch ? 'contract' : 'last'));
    expect(bodies.map(sourceOf).includes('contract')).toBe(isMatch);
  });
}

rule("a target's InputPath gives it a part of the event", async () => {
  const bus = await makeBus();
  const queue = await makeQueue();
  await makeRule(bus, { source: ['contract'] }, queue, { InputPath: '$.detail.sentence' });
  await put(bus, { sentence: 'All is well.' });
  expect(await take(queue, () => true)).toEqual(['"All is well."']);
});

rule("a target's input transformer makes a text of parts of the event", async () => {
  const bus = await makeBus();
  const queue = await makeQueue();
  const InputTransformer = {
    InputPathsMap: { plan: '$.detail.plan', type: '$.detail-type' },
    InputTemplate: '{"said": <type>, "of": "<plan>!"}',
  };
  await makeRule(bus, { source: ['contract'] }, queue, { InputTransformer });
  await put(bus, { plan: 'nightly' });
  const [body = ''] = await take(queue, () => true);
  expect(JSON.parse(body)).toEqual({ said: 'Tested', of: 'nightly!' });
});

rule('a rule that is disabled sends nothing', async () => {
  const bus = await makeBus();
  const queue = await makeQueue();
  const name = await makeRule(bus, { source: ['contract'] }, queue, { Input: '"disabled"' });
  await makeRule(bus, { source: ['contract'] }, queue, { Input: '"enabled"' });
  await events.disableRule({ Name: name, EventBusName: bus });
  await pause(patience.settleMs);
  await put(bus, {});
  expect(await take(queue, (body) => body === '"enabled"')).toEqual(['"enabled"']);
});

rule('an event is not kept: a rule that is made later does not get it', async () => {
  const bus = await makeBus();
  const queue = await makeQueue();
  await put(bus, {}, 'early');
  await makeRule(bus, { source: ['early', 'late'] }, queue);
  await put(bus, {}, 'late');
  expect((await take(queue, (body) => sourceOf(body) === 'late')).map(sourceOf)).toEqual(['late']);
});

rule('every rule that matches sends the event', async () => {
  const bus = await makeBus();
  const queues = [await makeQueue(), await makeQueue()];
  for (const queue of queues) await makeRule(bus, { source: ['contract'] }, queue);
  await put(bus, {});
  for (const queue of queues) expect((await take(queue, () => true)).map(sourceOf)).toEqual(['contract']);
});

rule('rules and their targets are listed', async () => {
  const bus = await makeBus();
  const queue = await makeQueue();
  const name = await makeRule(bus, { source: ['contract'] }, queue);
  const { Rules } = await events.listRules({ EventBusName: bus });
  expect(Rules).toMatchObject([{ Name: name, State: 'ENABLED', EventPattern: '{"source":["contract"]}' }]);
  const { Targets } = await events.listTargetsByRule({ Rule: name, EventBusName: bus });
  expect(Targets).toMatchObject([{ Id: 'queue', Arn: queue.arn }]);
});

rule('an entry that is wrong fails alone, and the call succeeds', async () => {
  const bus = await makeBus();
  const entry = { EventBusName: bus, Source: 'contract', DetailType: 'Tested' };
  const { Entries, FailedEntryCount } = await events.putEvents({
    Entries: [
      { ...entry, Detail: '{}' },
      { ...entry, Detail: 'no JSON' },
      { ...entry, Detail: '{}', Source: undefined },
    ],
  });
  expect(FailedEntryCount).toBe(2);
  expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, 'MalformedDetail', 'InvalidArgument']);
  expect(Entries?.[0]?.EventId).toBeTruthy();
});

rule('PutEvents takes ten entries and not eleven', async () => {
  const bus = await makeBus();
  const entries = (count: number) =>
    Array.from({ length: count }, () => ({
      EventBusName: bus,
      Source: 'contract',
      DetailType: 'Tested',
      Detail: '{}',
    }));
  expect((await events.putEvents({ Entries: entries(10) })).FailedEntryCount).toBe(0);
  await expect(events.putEvents({ Entries: entries(11) })).rejects.toMatchObject({ name: 'ValidationException' });
});

rule('an event for a bus that does not exist is accepted and lost', async () => {
  const { Entries, FailedEntryCount } = await put(newName(), {});
  expect(FailedEntryCount).toBe(0);
  expect(Entries?.[0]?.EventId).toBeTruthy();
});

rule('a bus is not made twice', async () => {
  const bus = await makeBus();
  await expect(events.createEventBus({ Name: bus })).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
});

rule('a pattern that is no pattern is refused', async () => {
  const bus = await makeBus();
  for (const pattern of ['no JSON', '{"source": "not a list"}', '{"detail": {"size": [{"numeric": ["?", 1]}]}}']) {
    const putRule = events.putRule({ Name: newName(), EventBusName: bus, EventPattern: pattern });
    await expect(putRule).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  }
});

rule('a rule on a bus that does not exist is refused', async () => {
  const putRule = events.putRule({ Name: newName(), EventBusName: newName(), EventPattern: '{"source":["a"]}' });
  await expect(putRule).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

rule('a rule needs a pattern or a schedule', async () => {
  const bus = await makeBus();
  await expect(events.putRule({ Name: newName(), EventBusName: bus })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

rule('a rule with targets is not deleted', async () => {
  const bus = await makeBus();
  const Name = await makeRule(bus, { source: ['contract'] }, await makeQueue());
  await expect(events.deleteRule({ Name, EventBusName: bus })).rejects.toMatchObject({ name: 'ValidationException' });
});

rule('a rule that does not exist is not described', async () => {
  const bus = await makeBus();
  await expect(events.describeRule({ Name: newName(), EventBusName: bus })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
