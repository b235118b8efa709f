import type { Queues } from '../world.ts';
import type { ClientOptions } from './client.ts';
import { jsonRequest, otherService } from './other-service.ts';

interface Received {
  Messages?: { Body?: string; MessageAttributes?: Record<string, { StringValue?: string }>; ReceiptHandle?: string }[];
}

/**
 * The dead-letter queues. `receive` gives at most ten messages and hides them for two minutes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html (AWS JSON 1.0)
 */
export function queuesOf(options: ClientOptions, region: string): Queues {
  const send = otherService(options, region, { host: 'sqs', signingName: 'sqs' });
  const call = <Answer>(operation: string, input: object) =>
    send<Answer>(jsonRequest(`AmazonSQS.${operation}`, '1.0', input));
  return {
    async receive(queueUrl) {
      const { Messages = [] } = await call<Received>('ReceiveMessage', {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 120,
        MessageAttributeNames: ['All'],
      });
      return Messages.map(({ Body = '', MessageAttributes = {}, ReceiptHandle = '' }) => ({
        body: Body,
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
        ),
        receipt: ReceiptHandle,
      }));
    },
    async remove(queueUrl, receipt) {
      await call('DeleteMessage', { QueueUrl: queueUrl, ReceiptHandle: receipt });
    },
  };
}
