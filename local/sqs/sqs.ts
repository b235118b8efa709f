import { AwsError, type Call, type Core, type PolicyDocument, type Service } from '../service.ts';
import { perRegion } from '../state.ts';
import { type MessageAttributes, md5, md5OfAttributes } from './md5.ts';
import { type Message, Queue } from './queue.ts';

const missing = () => new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');

/** SQS as far as dead letters need it: standard queues with policies. */
export function createSqs(core: Core): Service {
  const queuesOf = perRegion(() => new Map<string, Queue>());

  const findQueue = ({ input, region, account }: Call): Queue | undefined => {
    const { name, owner } = address(input, account);
    return queuesOf({ account: owner, region }).get(name);
  };
  const queueOf = (call: Call): Queue => {
    const queue = findQueue(call);
    if (queue === undefined) throw missing();
    return queue;
  };

  return {
    name: 'sqs',
    protocol: 'json-1.0',
    targetPrefix: 'AmazonSQS',
    maxBodyBytes: 2 * 2 ** 20,
    errorType: (code) => (ownErrors.has(code) ? `com.amazonaws.sqs#${code}` : code),
    errorHeaders: ({ code, status }) => ({
      'x-amzn-query-error': `${queryCodes[code] ?? code};${status < 500 ? 'Sender' : 'Receiver'}`,
    }),
    permissions: (call) => [{ action: `sqs:${actionOf(call.operation)}`, resource: resourceOf(call) }],
    resourcePolicy(call) {
      const policy = call.operation === 'CreateQueue' ? undefined : findQueue(call)?.attributes.Policy;
      return policy === undefined ? undefined : (JSON.parse(policy) as PolicyDocument);
    },
    operations: {
      CreateQueue: (call) => createQueue(core, queuesOf(call), call),
      GetQueueUrl: (call) => ({ QueueUrl: queueOf(call).url }),
      ListQueues: (call) => {
        const prefix = String(call.input.QueueNamePrefix ?? '');
        const urls = [...queuesOf(call)].filter(([name]) => name.startsWith(prefix)).map(([, queue]) => queue.url);
        return urls.length > 0 ? { QueueUrls: urls } : {};
      },
      DeleteQueue: (call) => {
        queueOf(call);
        const { name, owner } = address(call.input, call.account);
        queuesOf({ account: owner, region: call.region }).delete(name);
      },
      GetQueueAttributes: (call) => ({ Attributes: chosen(queueOf(call).all(), call.input.AttributeNames) }),
      SetQueueAttributes: (call) => queueOf(call).set(call.input.Attributes as Record<string, string>),
      SendMessage: (call) => send(queueOf(call), call.input, call.caller.arn),
      SendMessageBatch: (call) => {
        const queue = queueOf(call);
        return batch(call.input.Entries, (entry) => {
          return send(queue, entry, call.caller.arn);
        });
      },
      ReceiveMessage: (call) => receive(queueOf(call), call.input),
      DeleteMessage: (call) => queueOf(call).delete(String(call.input.ReceiptHandle)),
      DeleteMessageBatch: (call) => {
        const queue = queueOf(call);
        return batch(call.input.Entries, (entry) => queue.delete(String(entry.ReceiptHandle)));
      },
      PurgeQueue: (call) => queueOf(call).purge(),
    },
  };
}

const ownErrors = new Set(['QueueDoesNotExist', 'QueueNameExists', 'ReceiptHandleIsInvalid', 'InvalidAttributeName']);

/** The names that these errors had in SQS's older protocol; clients still read them. */
const queryCodes: Record<string, string> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
};

/** Batches need the right to the single act. */
const actionOf = (operation: string): string => operation.replace(/Batch$/, '');

const nameOf = (input: Record<string, unknown>): string =>
  String(input.QueueName ?? input.QueueUrl ?? '')
    .split('/')
    .at(-1) ?? '';

/** By name in the caller's account, or by URL, which ends in `/<account>/<name>`. */
function address(input: Record<string, unknown>, account: string): { name: string; owner: string } {
  const byUrl = /\/(\d{12})\/[^/]+$/.exec(String(input.QueueUrl ?? ''))?.[1];
  return { name: nameOf(input), owner: byUrl ?? String(input.QueueOwnerAWSAccountId ?? account) };
}

function resourceOf({ operation, input, region, account }: Call): string {
  const { name, owner } = address(input, account);
  return operation === 'ListQueues' ? '*' : `arn:aws:sqs:${region}:${owner}:${name}`;
}

/** The same name with the same attributes answers the queue that is there. */
function createQueue({ clock, random, endpoint }: Core, queues: Map<string, Queue>, call: Call) {
  const name = nameOf(call.input);
  if (!/^[\w-]{1,80}$/.test(name)) {
    const rule = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
    throw new AwsError('InvalidParameterValue', rule);
  }
  const wanted = (call.input.Attributes ?? {}) as Record<string, string>;
  const known = queues.get(name);
  if (known !== undefined) {
    const other = Object.entries(wanted).find(([attribute, value]) => known.attributes[attribute] !== value);
    if (other === undefined) return { QueueUrl: known.url };
    const reason = `A queue already exists with the same name and a different value for attribute ${other[0]}`;
    throw new AwsError('QueueNameExists', reason);
  }
  const url = `${endpoint}/${call.account}/${name}`;
  const queue = new Queue(`arn:aws:sqs:${call.region}:${call.account}:${name}`, url, clock, random);
  queue.set(wanted);
  queues.set(name, queue);
  return { QueueUrl: url };
}

function send(queue: Queue, input: Record<string, unknown>, senderId: string) {
  const attributes = (input.MessageAttributes ?? {}) as MessageAttributes;
  return queue.send(String(input.MessageBody ?? ''), attributes, senderId, input.DelaySeconds as number | undefined);
}

async function receive(queue: Queue, input: Record<string, unknown>) {
  const count = Number(input.MaxNumberOfMessages ?? 1);
  if (!(count >= 1 && count <= 10)) {
    const reason = `Value ${count} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`;
    throw new AwsError('InvalidParameterValue', reason);
  }
  const [wait, visibility] = [input.WaitTimeSeconds, input.VisibilityTimeout] as (number | undefined)[];
  const messages = await queue.receive(count, wait, visibility);
  return messages.length > 0 ? { Messages: messages.map((message) => received(message, input)) } : {};
}

function received(message: Message, input: Record<string, unknown>) {
  const system = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  };
  const attributes = chosen(system, input.MessageSystemAttributeNames ?? input.AttributeNames);
  const own = chosen(message.attributes, input.MessageAttributeNames) as MessageAttributes;
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(attributes).length > 0 && { Attributes: attributes }),
    ...(Object.keys(own).length > 0 && { MessageAttributes: own, MD5OfMessageAttributes: md5OfAttributes(own) }),
  };
}

/** Those that are named; `All` and `.*` name all of them, `x.*` those that begin with `x.`. */
function chosen<Value>(all: Record<string, Value>, names: unknown): Record<string, Value> {
  const asked = (names ?? []) as string[];
  const isAsked = (name: string) =>
    asked.some(
      (one) =>
        one === 'All' || (one.endsWith('.*') ? name.startsWith(one.slice(0, -1).replace(/^\.$/, '')) : one === name),
    );
  return Object.fromEntries(Object.entries(all).filter(([name]) => isAsked(name)));
}

function batch(entries: unknown, act: (entry: Record<string, unknown>) => unknown) {
  const list = (entries ?? []) as Record<string, unknown>[];
  if (list.length === 0) throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (list.length > 10) {
    const reason = `Maximum number of entries per request are 10. You have sent ${list.length}.`;
    throw new AwsError('TooManyEntriesInBatchRequest', reason);
  }
  if (new Set(list.map((entry) => entry.Id)).size < list.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id in the request.');
  }
  const outcomes = list.map((entry) => {
    try {
      return { done: { Id: entry.Id, ...(act(entry) as object | undefined) } };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { failed: { Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true } };
    }
  });
  return {
    Successful: outcomes.flatMap(({ done }) => (done ? [done] : [])),
    Failed: outcomes.flatMap(({ failed }) => (failed ? [failed] : [])),
  };
}
