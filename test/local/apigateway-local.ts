import { VirtualClock } from '../../local/clock.ts';
import type { Template } from '../../local/cloudformation/template.ts';
import { sourceRunner } from '../../local/lambda/source.ts';
import { createWholeAws, type WholeAwsOptions } from '../../local/services.ts';
import { type ApiRequest, callApi, type Keys } from './apigateway-client.ts';

export const account = '123456789012';
export const region = 'us-east-1';
export const startAt = Date.UTC(2026, 10, 20, 6);

/** What of an event the tests look at. */
export interface ApiEvent extends Record<string, unknown> {
  routeKey: string;
  rawPath: string;
  headers: Record<string, string>;
  requestContext: Record<string, never>;
}

type Answer = (event: ApiEvent) => unknown;

const trust = (Principal: unknown) => ({ Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } });

/** As osls writes it for `httpApi` events: a key without `open` is guarded by IAM. */
export function apiTemplate(keys: string[]): Template {
  const ApiId = { Ref: 'HttpApi' };
  const routes = keys.map((key, index) => {
    const [RouteKey = '', isOpen] = key.split(' open');
    const Target = { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] };
    const guard = isOpen === undefined ? { AuthorizationType: 'AWS_IAM' } : {};
    const Properties = { ApiId, RouteKey, Target, ...guard };
    return [`Route${index}`, { Type: 'AWS::ApiGatewayV2::Route', Properties, DependsOn: 'Integration' }] as const;
  });
  const uri = { 'Fn::GetAtt': ['Function', 'Arn'] };
  const source = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${HttpApi}/*`;
  return {
    Resources: {
      HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'dev-sample', ProtocolType: 'HTTP' } },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId, StageName: '$default', AutoDeploy: true, DefaultRouteSettings: {} },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { RoleName: 'worker', AssumeRolePolicyDocument: trust({ Service: 'lambda.amazonaws.com' }) },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'api',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Handler: 'a.handler',
          Timeout: 60,
          Code: { S3Key: 'api.zip' },
        },
      },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: uri,
          Action: 'lambda:InvokeFunction',
          Principal: 'apigateway.amazonaws.com',
          SourceArn: { 'Fn::Sub': source },
        },
      },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId,
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: uri,
          PayloadFormatVersion: '2.0',
          TimeoutInMillis: 30_000,
        },
      },
      ...Object.fromEntries(routes),
    },
    Outputs: {
      HttpApiUrl: { Value: { 'Fn::Sub': `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}` } },
    },
  };
}

/** An HTTP API with these routes, all answered by one function; what it was given is in `events`. */
export async function startApi(
  keys: string[],
  answer: Answer = () => ({ statusCode: 204 }),
  more: WholeAwsOptions = {},
) {
  const clock = new VirtualClock(startAt);
  const events: ApiEvent[] = [];
  const api = async (event: unknown) => {
    events.push(event as ApiEvent);
    return answer(event as ApiEvent);
  };
  const aws = createWholeAws({ clock, runner: () => sourceRunner(clock, { api }), ...more });
  const deploy = (template: Template) =>
    aws.cloudformation.deploy(template, { stackName: 'sample', codeOf: () => new Uint8Array() });
  const stack = await deploy(apiTemplate(keys));
  const apiId = String(stack.resources.get('HttpApi')?.physicalId);
  const url = String(stack.outputs.HttpApiUrl?.value);

  /** A session of a role that may do what these statements say. */
  const sessionOf = (name: string, ...Statement: unknown[]): Keys => {
    const of = { account, name, trust: trust({ AWS: account }), policies: { own: { Statement } } };
    const { accessKeyId, secretAccessKey, sessionToken } = aws.iam.openSession(aws.iam.putRole(of).arn, 'anna', 3600);
    return { accessKeyId, secretAccessKey, sessionToken };
  };
  const call = (path: string, request: Omit<ApiRequest, 'url'> = {}) => callApi(aws, { url: url + path, ...request });
  return { aws, clock, stack, deploy, apiId, url, events, call, sessionOf };
}

/** A statement about calling routes of any API: `invoke('GET/plans/*')`. */
export const invoke = (paths: string, Effect = 'Allow') => ({
  Effect,
  Action: 'execute-api:Invoke',
  Resource: `arn:aws:execute-api:${region}:${account}:*/$default/${paths}`,
});
