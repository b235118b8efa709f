import type { Invocation } from './runner.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface Context {
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  awsRequestId: string;
  logGroupName: string;
  logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

/** A handler as Lambda's runtime for Node.js 24 calls it; it no longer knows callbacks. */
export type Handler = (event: unknown, context: Context) => unknown;

/** The second argument of a handler. */
export function contextOf(
  setting: { functionName: string; memorySizeMb: number; logGroupName: string; logStreamName: string },
  { functionArn, requestId, deadlineAt }: Invocation,
  now: () => number,
): Context {
  return {
    functionName: setting.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(setting.memorySizeMb),
    awsRequestId: requestId,
    logGroupName: setting.logGroupName,
    logStreamName: setting.logStreamName,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineAt - now()),
  };
}
