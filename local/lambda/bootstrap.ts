import { createRequire } from 'node:module';
import type { ToChild } from './children.ts';
import { contextOf, type Handler } from './context.ts';
import { load } from './load.ts';
import { lambdaConsole } from './output.ts';
import { failure, type Outcome } from './runner.ts';

// The process of one environment: takes its program, then invocations, and ends with its parent.

let setting: Parameters<typeof contextOf>[0];
let handler: Handler | undefined;
let loadFailure: Outcome | undefined;
let requestId = '';

const answer = (outcome: Outcome): void => {
  process.send?.(outcome, () => outcome.isDead && process.exit(1));
};

function start(message: ToChild & { kind: 'program' }): void {
  setting = message.setting;
  const console = lambdaConsole(process.stdout, Date.now, () => requestId);
  try {
    handler = load(message.program, { process, console }, createRequire(import.meta.url));
  } catch (error) {
    loadFailure = { ...failure(error), isDead: true };
  }
}

async function invoke({ invocation }: ToChild & { kind: 'invocation' }): Promise<void> {
  requestId = invocation.requestId;
  if (handler === undefined) return answer(loadFailure ?? failure(new Error('The program was not sent.')));
  try {
    const result = await handler(JSON.parse(invocation.event), contextOf(setting, invocation, Date.now));
    answer({ payload: JSON.stringify(result) ?? 'null', isError: false });
  } catch (error) {
    answer(failure(error));
  }
}

process.on('message', (message: ToChild) => {
  if (message.kind === 'program') start(message);
  else void invoke(message);
});
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => answer({ ...failure(error), isDead: true }));
