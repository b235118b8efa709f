import { createHash } from 'node:crypto';

export interface MessageAttribute {
  DataType: string;
  StringValue?: string;
  /** Base64. */
  BinaryValue?: string;
}

export type MessageAttributes = Record<string, MessageAttribute>;

export const md5 = (value: string | Uint8Array): string => createHash('md5').update(value).digest('hex');

/**
 * What clients compare with their own sum: names in order; name, type and value each with its length before it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const names = Object.keys(attributes).sort();
  const parts = names.flatMap((name) => {
    const { DataType, StringValue, BinaryValue } = attributes[name] as MessageAttribute;
    const isBinary = DataType.startsWith('Binary');
    const value = isBinary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue ?? '');
    return [sized(Buffer.from(name)), sized(Buffer.from(DataType)), Buffer.from([isBinary ? 2 : 1]), sized(value)];
  });
  return md5(Buffer.concat(parts));
}

function sized(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
