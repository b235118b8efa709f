import { apiSource } from '../events/contract.ts';

const bus = { EventBusName: { Ref: 'RequestsBus' } };
const put = {
  Principal: '*',
  Action: 'events:PutEvents',
  Resource: { 'Fn::GetAtt': ['RequestsBus', 'Arn'] },
};
/** The API puts what signed callers ask for. */
const apiRole = { 'Fn::GetAtt': ['ApiRole', 'Arn'] };

/**
 * The statements of the bus of requests: the API and those named may put, and an explicit Deny stops everybody else,
 * whatever their own policies say. The API's source says that a requester is verified: nobody else may use it.
 */
export function onlyRequesters(requesters: string[]) {
  for (const arn of requesters) {
    if (!/^arn:[^:]+:iam::\d{12}:(role|user|root)/.test(arn)) {
      const sentence = `"${arn}" in the parameter requesters is not the ARN of a role or user; write arn:aws:iam::<account>:role/<name>.`;
      // osls prints the stack of what is thrown here.
      throw Object.assign(new Error(sentence), { stack: sentence });
    }
  }
  const deny = {
    Effect: 'Deny',
    ...put,
    Condition: { ArnNotLike: { 'aws:PrincipalArn': [...requesters, apiRole] } },
  };
  const pretend = {
    Effect: 'Deny',
    ...put,
    Condition: { StringEquals: { 'events:source': apiSource }, ArnNotLike: { 'aws:PrincipalArn': apiRole } },
  };
  const allow = { Effect: 'Allow', ...put, Condition: { ArnLike: { 'aws:PrincipalArn': requesters } } };
  return {
    RequestsOnlyFromRequesters: policy('only-requesters', deny),
    ApiSourceOnlyFromApi: policy('api-source-only-from-api', pretend),
    ...(requesters.length > 0 && { RequestsFromRequesters: policy('requesters', allow) }),
  };
}

const policy = (StatementId: string, Statement: object) => ({
  Type: 'AWS::Events::EventBusPolicy',
  Properties: { ...bus, StatementId, Statement },
});
