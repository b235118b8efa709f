import { AwsError, type Caller, ConnectionLost, type Core } from '../service.ts';
import { parseArn } from '../state.ts';

/** What EventBridge or Scheduler sends to a target, and as whom. */
export interface Parcel {
  targetArn: string;
  /** The text that the target gets. */
  payload: string;
  caller: Caller;
  messageGroupId?: string;
}

/** Hands a parcel to a Lambda function (asynchronously), a queue or a topic: delivered means accepted. Throws `AwsError`. */
export async function sendToTarget(core: Core, parcel: Parcel): Promise<void> {
  const { targetArn, caller } = parcel;
  const arn = parseArn(targetArn);
  const call = senders[arn?.service ?? '']?.(core, parcel);
  if (arn === undefined || call === undefined) {
    throw new AwsError('InvalidParameter', `The local AWS cannot deliver to ${targetArn}.`);
  }
  const { account, region } = arn;
  await core.call({ ...call, account, region, caller });
}

interface Sending {
  service: string;
  operation: string;
  input: Record<string, unknown>;
}

const senders: Record<string, (core: Core, parcel: Parcel) => Sending> = {
  lambda: (_core, { targetArn, payload }) => ({
    service: 'lambda',
    operation: 'Invoke',
    input: { FunctionName: targetArn, InvocationType: 'Event', Payload: payload },
  }),
  sqs: (core, { targetArn, payload, messageGroupId }) => ({
    service: 'sqs',
    operation: 'SendMessage',
    input: {
      QueueUrl: queueUrl(core, targetArn),
      MessageBody: payload,
      ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
    },
  }),
  sns: (_core, { targetArn, payload }) => ({
    service: 'sns',
    operation: 'Publish',
    input: { TopicArn: targetArn, Message: payload },
  }),
};

/** The URL of a queue of this AWS. */
export function queueUrl({ endpoint }: Core, queueArn: string): string {
  const arn = parseArn(queueArn);
  return `${endpoint}/${arn?.account}/${arn?.rest}`;
}

/** Writes a dead letter; its attributes are texts. One that the queue refuses is lost, as at AWS, which only counts it. */
export async function sendDeadLetter(
  core: Core,
  queueArn: string,
  body: string,
  attributes: Record<string, string>,
  caller: Caller,
): Promise<void> {
  const { account = '', region = '' } = parseArn(queueArn) ?? {};
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
  const input = { QueueUrl: queueUrl(core, queueArn), MessageBody: body, MessageAttributes };
  try {
    await core.call({ service: 'sqs', operation: 'SendMessage', input, account, region, caller });
  } catch (error) {
    if (!(error instanceof AwsError || error instanceof ConnectionLost)) throw error;
  }
}
