import { AwsError, type Call, RawAnswer } from '../service.ts';
import type { Functions, LambdaFunction } from './functions.ts';
import type { LogLine } from './logs.ts';
import { qualifierOf } from './names.ts';
import type { Outcome } from './runner.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestEventBytes = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };
const tailBytes = 4096;

type InvocationType = keyof typeof largestEventBytes;

/** What Invoke needs of Lambda. */
export interface InvokeOptions {
  functions: Functions;
  run(one: LambdaFunction, requestId: string, event: string): Promise<Outcome>;
  accept(one: LambdaFunction, qualifier: string, requestId: string, event: string): void;
  logs(functionName: string): LogLine[];
}

function eventOf({ Payload }: Record<string, unknown>, type: InvocationType): string {
  const text = Payload instanceof Uint8Array ? new TextDecoder().decode(Payload) : String(Payload ?? '');
  const size = Buffer.byteLength(text);
  if (size > largestEventBytes[type]) {
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${largestEventBytes[type]} bytes for the InvokeFunction operation`,
      413,
    );
  }
  if (text === '') return '{}';
  try {
    JSON.parse(text);
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`;
    throw new AwsError('InvalidRequestContentException', message);
  }
  return text;
}

function checkVersion(one: LambdaFunction, qualifier: string): void {
  if (qualifier === '$LATEST' || (Number(qualifier) >= 1 && Number(qualifier) <= one.versions)) return;
  throw new AwsError('ResourceNotFoundException', `Function not found: ${one.arn}:${qualifier}`, 404);
}

const nothing = new Uint8Array();

/** Invoke: wait for the answer, hand over the event, or only ask whether one may. Versions all run the newest code. */
export function invokeOperation(options: InvokeOptions): (call: Call) => Promise<RawAnswer> {
  return async (call) => {
    const one = options.functions.of(call);
    const qualifier = qualifierOf(call);
    checkVersion(one, qualifier);
    const type = (call.input.InvocationType ?? 'RequestResponse') as InvocationType;
    const event = eventOf(call.input, type);
    if (type === 'DryRun') return new RawAnswer(204, {}, nothing);
    if (type === 'Event') {
      options.accept(one, qualifier, call.requestId, event);
      return new RawAnswer(202, {}, nothing);
    }
    const { payload, isError } = await options.run(one, call.requestId, event);
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'x-amz-executed-version': qualifier,
      ...(isError && { 'x-amz-function-error': 'Unhandled' }),
      ...(call.input.LogType === 'Tail' && { 'x-amz-log-result': tailOf(options.logs(one.name)) }),
    };
    return new RawAnswer(200, headers, new TextEncoder().encode(payload));
  };
}

function tailOf(lines: LogLine[]): string {
  const text = lines.slice(-100).map((line) => `${line.text}\n`);
  return Buffer.from(text.join('')).subarray(-tailBytes).toString('base64');
}
