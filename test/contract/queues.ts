import { sqs } from './endpoint.ts';
import { afterwards, newName } from './made.ts';

export interface Queue {
  url: string;
  arn: string;
}

/** A queue that EventBridge and SNS may write to. */
export async function makeQueue(attributes: Record<string, string> = {}): Promise<Queue> {
  const { QueueUrl: url = '' } = await sqs.createQueue({ QueueName: newName(), Attributes: attributes });
  afterwards(() => sqs.deleteQueue({ QueueUrl: url }));
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ['QueueArn'] });
  const arn = Attributes?.QueueArn ?? '';
  const statement = ['events.amazonaws.com', 'sns.amazonaws.com'].map((service) => ({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sqs:SendMessage',
    Resource: arn,
  }));
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statement });
  await sqs.setQueueAttributes({ QueueUrl: url, Attributes: { Policy: policy } });
  return { url, arn };
}

/** Takes the bodies of what is in the queue until one is `last`; each is gone then. */
export async function take(queue: Queue, last: (body: string) => boolean): Promise<string[]> {
  const bodies: string[] = [];
  for (let round = 0; round < 20; round++) {
    const { Messages = [] } = await sqs.receiveMessage({
      QueueUrl: queue.url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
    });
    for (const { Body = '', ReceiptHandle } of Messages) {
      bodies.push(Body);
      await sqs.deleteMessage({ QueueUrl: queue.url, ReceiptHandle });
    }
    if (bodies.some(last)) return bodies;
  }
  throw new Error(`The message did not come; these did: ${JSON.stringify(bodies)}`);
}
