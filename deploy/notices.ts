import * as audit from '../events/audit-events.ts';
import * as chains from '../events/chain-events.ts';
import { source } from '../events/contract.ts';
import * as exports from '../events/export-events.ts';
import * as imports from '../events/import-events.ts';
import * as restores from '../events/restore-events.ts';
import * as retention from '../events/retention-events.ts';
import * as runs from '../events/run-events.ts';
import { requestIdPrefix } from '../shared/export/chain/chain.ts';

/** Facts that a person must know of: one message per run, audit or day, never one per table, backup or letter. */
const forPeople = [
  runs.RunFailed,
  audit.ProtectionChanged,
  retention.RetentionBlocked,
  retention.RetentionChanged,
  restores.RestoreCompleted,
  restores.RestoreFailed,
  exports.ExportFailed,
  imports.ImportCompleted,
  imports.ImportFailed,
  audit.DeadLettersFound,
  audit.WorkStalled,
  audit.ProtectionReport,
].map(({ type }) => type);

/** Functions whose failure is told. The heartbeat and the runs come again within a minute; if they do not get well, the audit tells (`Work Stalled`). */
const functionsToldOf = ['StartDashrun', 'ApplyDashretention', 'Audit', 'Restore', 'Export', 'Import'];

/** What people get, by rule: the events, and how their text is made. */
const rules = {
  TellPeople: {
    Description: 'Facts that a person must know of',
    // A dry run that was refused is told to whoever asked for it, by the same event.
    // Of exports on schedule the round tells.
    EventPattern: {
      source: [source],
      'detail-type': forPeople,
      detail: {
        dryRun: [{ exists: false }],
        requestId: [{ exists: false }, { 'anything-but': { prefix: requestIdPrefix } }],
      },
    },
    text: { InputPath: '$.detail.sentence' },
  },
  TellOfFailedBackups: {
    Description: 'Runs in which a table got no backup, and rounds in which one was not exported',
    EventPattern: {
      source: [source],
      'detail-type': [runs.RunCompleted.type, chains.ExportRoundCompleted.type],
      detail: { failed: [{ numeric: ['>', 0] }] },
    },
    text: { InputPath: '$.detail.sentence' },
  },
  TellOfFailedFunctions: {
    Description: 'Functions of ours that threw three times in a row',
    EventPattern: {
      source: ['lambda'],
      'detail-type': ['Lambda Function Invocation Result - Failure'],
      detail: {
        requestContext: {
          functionArn: functionsToldOf.map((name) => ({ prefix: { 'Fn::GetAtt': [`${name}LambdaFunction`, 'Arn'] } })),
        },
      },
    },
    text: {
      InputTransformer: {
        InputPathsMap: {
          function: '$.detail.requestContext.functionArn',
          error: '$.detail.responsePayload.errorMessage',
        },
        InputTemplate: '"<function> failed and will not be tried again: <error>. Its log says more."',
      },
    },
  },
};

/**
 * Rules that send to a topic: one of our own for `email`, the given one for `topicArn` (whose policy must let
 * events.amazonaws.com publish). Nothing when both are empty. Our topic has no key of KMS: EventBridge cannot use
 * AWS's own key for SNS, and the sentences name tables and plans only.
 */
export function noticeTargets({ email, topicArn }: { email: string; topicArn: string }) {
  const topics = [...(email === '' ? [] : [{ Ref: 'Notices' }]), ...(topicArn === '' ? [] : [topicArn])];
  if (topics.length === 0) return {};
  return { ...(email !== '' && topicOf(email)), ...Object.fromEntries(Object.keys(rules).map(ruleTo(topics))) };
}

const ruleTo = (topics: unknown[]) => (name: string) => {
  const { text, ...rule } = rules[name as keyof typeof rules];
  const target = (Arn: unknown, index: number) => ({
    Id: `topic-${index + 1}`,
    Arn,
    ...text,
    RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 185 },
    DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
  });
  const Properties = { EventBusName: { Ref: 'FactsBus' }, State: 'ENABLED', ...rule, Targets: topics.map(target) };
  return [name, { Type: 'AWS::Events::Rule', Properties }] as const;
};

const topicOf = (email: string) => ({
  Notices: {
    Type: 'AWS::SNS::Topic',
    Properties: { DisplayName: 'Tablekeep', Subscription: [{ Protocol: 'email', Endpoint: email }] },
  },
  NoticesFromOurRules: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [{ Ref: 'Notices' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: { Ref: 'Notices' },
            Condition: {
              ArnEquals: { 'aws:SourceArn': Object.keys(rules).map((name) => ({ 'Fn::GetAtt': [name, 'Arn'] })) },
            },
          },
        ],
      },
    },
  },
});
