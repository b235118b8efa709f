const bus = { EventBusName: { Ref: 'RequestsBus' } };
const put = {
  Principal: '*',
  Action: 'events:PutEvents',
  Resource: { 'Fn::GetAtt': ['RequestsBus', 'Arn'] },
};

/**
 * The statements of the bus of requests: those named may put, and an explicit Deny stops everybody else, whatever
 * their own policies say. With nobody named it stops all.
 */
export function onlyRequesters(requesters: string[]) {
  for (const arn of requesters) {
    if (!/^arn:[^:]+:iam::\d{12}:(role|user|root)/.test(arn)) {
      const sentence = `"${arn}" in the parameter requesters is not the ARN of a role or user; write arn:aws:iam::<account>:role/<name>.`;
      // osls prints the stack of what is thrown here.
      throw Object.assign(new Error(sentence), { stack: sentence });
    }
  }
  const named = { 'aws:PrincipalArn': requesters };
  const deny = { Effect: 'Deny', ...put, ...(requesters.length > 0 && { Condition: { ArnNotLike: named } }) };
  const allow = { Effect: 'Allow', ...put, Condition: { ArnLike: named } };
  return {
    RequestsOnlyFromRequesters: policy('only-requesters', deny),
    ...(requesters.length > 0 && { RequestsFromRequesters: policy('requesters', allow) }),
  };
}

const policy = (StatementId: string, Statement: object) => ({
  Type: 'AWS::Events::EventBusPolicy',
  Properties: { ...bus, StatementId, Statement },
});
