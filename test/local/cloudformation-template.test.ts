import { describe, expect, test } from 'vitest';
import { resolve } from '../../local/cloudformation/intrinsics.ts';
import { inOrder } from '../../local/cloudformation/order.ts';
import { parametersOf, scopeOf } from '../../local/cloudformation/scope.ts';
import { parseTemplate, type Template } from '../../local/cloudformation/template.ts';

const template: Template = {
  Parameters: {
    Stage: { Type: 'String', Default: 'dev' },
    Names: { Type: 'CommaDelimitedList', Default: 'a, b' },
  },
  Conditions: {
    IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
    IsProd: { 'Fn::Not': [{ Condition: 'IsDev' }] },
    IsAny: { 'Fn::Or': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
    IsBoth: { 'Fn::And': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
  },
  Mappings: { Sizes: { dev: { memory: 256 } } },
  Resources: { Table: { Type: 'AWS::DynamoDB::Table' } },
};
const where = { account: '123456789012', region: 'eu-west-1', stackName: 'app', stackId: 'arn:stack' };
const made = { physicalId: 'app-Table-1', attributes: { Arn: 'arn:table', 'Nested.Attribute': 7 } };
const scope = scopeOf(template, where, parametersOf(template, {}), (id) => (id === 'Table' ? made : undefined));

describe('intrinsic functions', () => {
  test.each<[unknown, unknown]>([
    [{ Ref: 'Table' }, 'app-Table-1'],
    [{ Ref: 'Stage' }, 'dev'],
    [{ Ref: 'Names' }, ['a', 'b']],
    [{ Ref: 'AWS::Region' }, 'eu-west-1'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:table'],
    [{ 'Fn::GetAtt': 'Table.Arn' }, 'arn:table'],
    [{ 'Fn::GetAtt': ['Table', 'Nested.Attribute'] }, 7],
    [
      { 'Fn::Sub': `\${Stage}:\${Table.Arn}:\${AWS::AccountId}:\${!Literal}` },
      `dev:arn:table:123456789012:\${Literal}`,
    ],
    [{ 'Fn::Sub': [`\${Own}-\${Stage}`, { Own: { Ref: 'Table' } }] }, 'app-Table-1-dev'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'Stage' }, 1]] }, 'a/dev/1'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [':', 'x:y:z'] }] }, 'y'],
    [{ 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'memory'] }, 256],
    [{ 'Fn::If': ['IsDev', 'yes', { Ref: 'NotThere' }] }, 'yes'],
    [{ 'Fn::If': ['IsProd', 'yes', 'no'] }, 'no'],
    [{ 'Fn::If': ['IsAny', 'yes', 'no'] }, 'yes'],
    [{ 'Fn::If': ['IsBoth', 'yes', 'no'] }, 'no'],
    [{ a: { 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] }, b: 2 }, { b: 2 }],
    [[{ Ref: 'AWS::NoValue' }, 'kept'], ['kept']],
    [{ Condition: { StringEquals: { x: { Ref: 'Stage' } } } }, { Condition: { StringEquals: { x: 'dev' } } }],
    [
      { Ref: 'Stage', and: 'more' },
      { Ref: 'Stage', and: 'more' },
    ],
  ])('%j is %j', (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  test.each<[unknown, RegExp]>([
    [{ Ref: 'NotThere' }, /undefined or uncreated resource NotThere/],
    [{ 'Fn::GetAtt': ['Table', 'Nope'] }, /attribute Nope does not exist.*AWS::DynamoDB::Table/],
    [{ 'Fn::If': ['Nope', 1, 2] }, /unresolved condition dependency Nope/],
    [{ 'Fn::FindInMap': ['Sizes', 'prod', 'memory'] }, /Sizes::prod::memory/],
    [{ 'Fn::Select': [3, ['a']] }, /nonexistent value at index 3/],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 1, 8] }, /does not know the intrinsic function Fn::Cidr/],
  ])('%j is refused', (value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});

describe('parameters', () => {
  const declared = (more: object): Template => ({ Resources: {}, Parameters: { P: { Type: 'String', ...more } } });

  test.each<[string, object, Record<string, string>, RegExp]>([
    ['without value or default', {}, {}, /Parameters: \[P\] must have values/],
    ['not in the template', {}, { P: '1', Q: '2' }, /Parameters: \[Q\] do not exist in the template/],
    ['that miss their pattern', { AllowedPattern: '\\d+' }, { P: '12a' }, /'P' must match pattern/],
    [
      'that miss it, with a sentence',
      { AllowedPattern: '\\d', ConstraintDescription: 'one digit' },
      { P: 'x' },
      /one digit/,
    ],
    ['not among the allowed values', { AllowedValues: ['a', 'b'] }, { P: 'c' }, /must be one of AllowedValues/],
  ])('%s are refused', (_, more, given, message) => {
    expect(() => parametersOf(declared(more), given)).toThrow(message);
  });

  test('given values go before defaults', () => {
    expect(parametersOf(declared({ Default: 'x' }), {})).toEqual({ P: 'x' });
    expect(parametersOf(declared({ Default: 'x' }), { P: 'y' })).toEqual({ P: 'y' });
  });
});

describe('order', () => {
  const resource = (Properties: Record<string, unknown>, DependsOn?: string) => ({
    Type: 'T',
    Properties,
    ...(DependsOn && { DependsOn }),
  });

  test('each resource comes after what it refers to in any way', () => {
    const order = inOrder({
      A: resource({ x: { Ref: 'B' } }),
      B: resource({ x: [{ 'Fn::GetAtt': ['C', 'Arn'] }] }),
      C: resource({ x: { 'Fn::Sub': `\${D.Arn}/\${AWS::Region}/\${!F}` } }),
      D: resource({ x: { 'Fn::If': ['c', { 'Fn::Join': ['', [{ 'Fn::GetAtt': 'E.Arn' }]] }, ''] } }, 'F'),
      E: resource({}),
      F: resource({ x: { Ref: 'AWS::Region' } }),
    });
    expect(order).toEqual(['F', 'E', 'D', 'C', 'B', 'A']);
  });

  test('a circle is refused and named', () => {
    const resources = { A: resource({ x: { Ref: 'B' } }), B: resource({ x: { 'Fn::Sub': `\${A}` } }) };
    expect(() => inOrder(resources)).toThrow('Circular dependency between resources: [A, B]');
  });
});

describe('reading', () => {
  test('short forms in YAML are the long ones', () => {
    const text = `
Conditions:
  Is: !Not [!Equals [!Ref Stage, prod]]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Name: !Sub '\${Stage}-x'
      Arn: !GetAtt Table.Arn
      List: !Join [',', [!Ref A, !Select [0, !Split ['|', 'a|b']]]]
      If: !If
        - Is
        - !Sub ['\${x}', { x: !GetAtt T.Arn }]
        - !Ref AWS::NoValue
      Version: 2012-10-17
`;
    expect(parseTemplate(text)).toEqual({
      Conditions: { Is: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] }] } },
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            Name: { 'Fn::Sub': `\${Stage}-x` },
            Arn: { 'Fn::GetAtt': ['Table', 'Arn'] },
            List: { 'Fn::Join': [',', [{ Ref: 'A' }, { 'Fn::Select': [0, { 'Fn::Split': ['|', 'a|b'] }] }]] },
            If: {
              'Fn::If': [
                'Is',
                { 'Fn::Sub': [`\${x}`, { x: { 'Fn::GetAtt': ['T', 'Arn'] } }] },
                { Ref: 'AWS::NoValue' },
              ],
            },
            Version: '2012-10-17',
          },
        },
      },
    });
  });

  test('JSON is read, too; what has no resources is refused', () => {
    expect(parseTemplate('{"Resources": {}}')).toEqual({ Resources: {} });
    expect(() => parseTemplate('Outputs: {}')).toThrow(/no Resources/);
    expect(() => parseTemplate('Resources: [a')).toThrow(/line 1/);
  });
});
