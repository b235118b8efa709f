import { expect, test } from 'vitest';
import type { Envelope } from '../../../local/eventbridge/envelope.ts';
import { type InputChoice, targetInput } from '../../../local/eventbridge/input.ts';

const event: Envelope = {
  version: '0',
  id: 'id-1',
  'detail-type': 'Order',
  source: 'shop',
  account: '123456789012',
  time: '2026-01-31T02:00:00Z',
  region: 'us-east-1',
  resources: ['arn:one'],
  detail: { name: 'Jo "J" é', count: 3, list: [{ n: 1 }, { n: 2 }], inner: { a: 'b' } },
};
const names = { ruleArn: 'arn:rule', ruleName: 'orders', ingestedAt: '2026-01-31T02:00:01Z' };
const input = (choice: InputChoice) => targetInput(choice, event, names);
const transformed = (InputTemplate: string, InputPathsMap = {}) =>
  input({ InputTransformer: { InputTemplate, InputPathsMap } });

test.each<[string, string, string, string]>([
  ['a text gets its quotes', '{"n":<x>}', '$.detail.name', '{"n":"Jo \\"J\\" é"}'],
  ['a number stays one', '{"n":<x>}', '$.detail.count', '{"n":3}'],
  ['an object stays one', '{"n":<x>}', '$.detail.inner', '{"n":{"a":"b"}}'],
  ['an index counts from 0', '{"n":<x>}', '$.detail.list[1].n', '{"n":2}'],
  ['an asterisk takes all', '{"n":<x>}', '$.detail.list[*].n', '{"n":[1,2]}'],
  ['a hyphen is part of a name', '{"n":<x>}', '$.detail-type', '{"n":"Order"}'],
  ['inside quotes a text stays bare', '"order of <x>"', '$.source', '"order of shop"'],
  ['inside quotes its own quotes are escaped', '"<x>!"', '$.detail.name', '"Jo \\"J\\" é!"'],
  ['inside quotes an object loses its own', '"<x>"', '$.detail.inner', '"{a:b}"'],
  ['a path to nowhere is an empty text', '{"n":<x>,"m":"<x>"}', '$.detail.none', '{"n":"","m":""}'],
  ['several lines are several texts', '"a <x>"\n"b <x>"', '$.source', '"a shop"\n"b shop"'],
])('transformer: %s', (_rule, template, path, expected) => {
  expect(transformed(template, { x: path })).toBe(expected);
});

test('the reserved names are there without being defined', () => {
  const template =
    '{"arn":<aws.events.rule-arn>,"name":"<aws.events.rule-name>","at":<aws.events.event.ingestion-time>}';
  expect(JSON.parse(transformed(template))).toEqual({ arn: 'arn:rule', name: 'orders', at: '2026-01-31T02:00:01Z' });
  expect(JSON.parse(transformed('{"e":<aws.events.event.json>}'))).toEqual({ e: event });
  const { detail: _detail, ...rest } = event;
  expect(JSON.parse(transformed('{"e":<aws.events.event>}'))).toEqual({ e: rest });
});

test('what is no placeholder stays as it is', () => {
  expect(transformed('{"a":"<unknown> < b"}')).toBe('{"a":"<unknown> < b"}');
});

test('Input replaces the event, InputPath takes a part of it, and neither leaves it whole', () => {
  expect(input({ Input: '{"fixed":true}' })).toBe('{"fixed":true}');
  expect(input({ InputPath: '$.detail.inner' })).toBe('{"a":"b"}');
  expect(JSON.parse(input({}))).toEqual(event);
});
