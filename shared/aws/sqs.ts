import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Queues } from '../world.ts';
import { type ClientOptions, clientConfig } from './client.ts';

/** The dead-letter queues. `receive` gives at most ten messages and hides them for two minutes. */
export function queuesOf(options: ClientOptions, region: string): Queues {
  const client = new SQSClient(clientConfig(options, region, 4));
  return {
    async receive(queueUrl) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 120,
          MessageAttributeNames: ['All'],
        }),
      );
      return Messages.map(({ Body = '', MessageAttributes = {}, ReceiptHandle = '' }) => ({
        body: Body,
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
        ),
        receipt: ReceiptHandle,
      }));
    },
    async remove(queueUrl, receipt) {
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receipt }));
    },
  };
}
