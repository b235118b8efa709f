import { ExportChainEnded } from '../../../events/chain-events.ts';
import type { ExportRequest } from '../../../events/export-request.ts';
import { iso } from '../../clock.ts';
import { PermanentError } from '../../errors.ts';
import type { ExportsPlan } from '../../plans/exports.ts';
import { hashOf } from '../../task/asked.ts';
import { inSlots } from '../../task/paced.ts';
import { hasEnded, type TaskError, taskFrom, taskId, taskKey } from '../../task/task.ts';
import type { Invocation, World } from '../../world.ts';
import { ask } from '../ask.ts';
import type { ExportedTable } from '../calls.ts';
import type { ExportTask } from '../export-task.ts';
import { type Chain, type Round, requestIdOf, type Step, writeChain } from './chain.ts';
import { type Decision, decide } from './decide.ts';
import { addLink } from './link.ts';
import { prefixOf } from './prefix.ts';
import { ended } from './told.ts';

/** A round while this process drives it. */
export interface Rounding {
  world: World;
  invocation: Invocation;
  round: Round;
  plan: ExportsPlan;
  /** Everything is to be exported up to this instant. */
  goal: number;
}

/** Nothing is left to do for it in this round. */
export const isSettled = ({ step, settledFor, endedAt }: Chain, goal: number): boolean =>
  endedAt !== undefined || (step === undefined && settledFor !== undefined && settledFor >= goal);

/** Goes on with one table until it is settled, or has to wait; may be killed anywhere. */
export async function advance(rounding: Rounding, chain: Chain): Promise<Chain> {
  const { world, goal } = rounding;
  for (let now = chain; ; ) {
    if (now.step === undefined) {
      if (isSettled(now, goal) || (now.retryAt ?? 0) > world.clock.now()) return now;
      now = await begin(rounding, now);
    } else {
      const came = await lookAtStep(rounding, { ...now, step: now.step });
      if (came === undefined) return now;
      now = came;
    }
  }
}

const inTrouble = (rounding: Rounding, chain: Chain, trouble: string): Promise<Chain> =>
  writeChain(rounding.world, rounding.round, chain, { trouble, settledFor: rounding.goal, retryAt: undefined });

/** Decides what is next, and writes it down before anything is asked for. */
async function begin(rounding: Rounding, chain: Chain): Promise<Chain> {
  const { world, round, plan, goal } = rounding;
  const { name, id } = chain.table;
  const bucket = world.options.exportBuckets.find((one) => one.name === plan.bucket);
  if (bucket === undefined) {
    const remedy = `deploy with ${plan.bucket} among the buckets of the parameter exportBuckets`;
    return inTrouble(rounding, chain, `The deployment does not let exports be written to ${plan.bucket}: ${remedy}.`);
  }
  const calls = world.exports(round.target);
  const table = await calls.describeTable(name);
  if (table === undefined || table.id !== id) {
    return end(world, round, chain, table === undefined ? 'the table is gone' : 'another table has its name now');
  }
  const recovery = await inSlots(world, round.target)('DescribeContinuousBackups', () => calls.recoveryWindow(name));
  const now = world.clock.now();
  const decision = decide(plan, chain, goal, { now, ...(recovery && { recovery }) });
  world.logger.info('export decided', { table: name, ...decision });
  switch (decision.act) {
    case 'blocked':
      return inTrouble(rounding, chain, decision.trouble);
    case 'settled':
      return writeChain(world, round, chain, { settledFor: goal, retryAt: undefined, trouble: undefined });
    case 'wait':
      return writeChain(world, round, chain, {
        retryAt: now + Math.min(Math.max(decision.forMs, 1000), longestWaitMs),
      });
    case 'export':
      return writeChain(world, round, chain, { step: stepOf(rounding, chain, table, decision), retryAt: undefined });
  }
}

/** AWS's window follows time by five minutes; clocks that disagree may say more. */
const longestWaitMs = 600_000;

function stepOf(
  { round, plan }: Rounding,
  chain: Chain,
  { arn, keys }: ExportedTable,
  decided: Extract<Decision, { act: 'export' }>,
): Step {
  const { kind, from, until, reason } = decided;
  const attempt = (chain.attempts ?? 0) + 1;
  const extent = { kind, until, attempt, ...(from !== undefined && { from }) };
  const prefix = kind === 'full' ? prefixOf(plan, round.target, chain.table.name, until) : (chain.prefix ?? '');
  const request: ExportRequest = {
    requestId: requestIdOf(round, chain.table.id, extent),
    source: { tableArn: arn },
    destination: { bucket: plan.bucket, ...(prefix !== '' && { prefix }) },
    format: plan.format,
    ...(kind === 'full'
      ? { type: 'full' as const, exportTime: iso(until) }
      : { type: 'incremental' as const, window: { from: iso(from ?? 0), until: iso(until) }, view: plan.view }),
    reason: `exports ${plan.name} of plans.yml`,
    requester: 'tablekeep',
    priority: 'bulk',
  };
  const asked = request as Step['request'];
  return { ...extent, mode: plan.mode, arn, keys, request: asked, ...(reason !== undefined && { reason }) };
}

type Stepping = Chain & { step: Step };

/** Undefined while the export is on its way. */
async function lookAtStep(rounding: Rounding, chain: Stepping): Promise<Chain | undefined> {
  const { world, round } = rounding;
  const { request } = chain.step;
  const found = await taskOf(world, request.requestId);
  const task = found ?? (await asked(rounding, chain.step));
  if (!('id' in task)) return failed(rounding, chain, task);
  if (task.contentHash !== hashOf(request)) {
    return failed(rounding, chain, {
      code: 'RequestIdUsed',
      sentence: `Somebody else uses the requestId ${request.requestId}.`,
    });
  }
  if (!hasEnded(task)) return undefined;
  if (task.error !== undefined) return failed(rounding, chain, task.error);
  if ((task.exported?.tableId ?? chain.table.id) !== chain.table.id) {
    return end(world, round, chain, 'another table has its name now');
  }
  try {
    return await addLink(world, round, chain, task);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return failed(
      rounding,
      { ...chain, lost: 'the next object of the chain was there already' },
      { code: 'LinkTaken', sentence: error.message },
    );
  }
}

type Failure = Pick<TaskError, 'code' | 'sentence'>;

async function taskOf({ catalog }: World, requestId: string): Promise<ExportTask | undefined> {
  const item = await catalog.get(taskKey(taskId('export', requestId)));
  return item && taskFrom<ExportTask>(item);
}

/** Begins the export; one that is refused at once has failed. */
async function asked({ world, invocation }: Rounding, { request }: Step): Promise<ExportTask | Failure> {
  const answer = await ask(world, { value: request, id: request.requestId }, invocation);
  const task = await taskOf(world, request.requestId);
  return task ?? { code: 'Refused', sentence: answer.failed ?? 'It was refused.' };
}

/** What stands in the way of any export of the table: neither a lost window nor a matter of trying again soon. */
const isObstacle = (code: string): boolean =>
  /^(Refused|RequestIdUsed|AccessDenied|NotAuthorized|PointInTime|InvalidExportTime)|NoSuchBucket|Forbidden|KMS/.test(
    code,
  ) || /AccessDenied/.test(code);

/** AWS itself has given a window up so often: it will not come. */
const mostFailures = 3;

/** So often in a round; then the next firing tries. */
const mostTimes = 3;
const mostTimesOfObstacle = 2;
const firstRetryMs = 300_000;
const obstacleRetryMs = 60_000;

/** Decided anew after a while: whatever made it fail may call for a full export. */
async function failed({ world, round, goal }: Rounding, chain: Stepping, { code, sentence }: Failure): Promise<Chain> {
  const obstacle = isObstacle(code);
  const times = (chain.failedFor?.goal === goal ? chain.failedFor.times : 0) + 1;
  const isGivenUp = times >= (obstacle ? mostTimesOfObstacle : mostTimes);
  const retryMs = obstacle ? obstacleRetryMs : firstRetryMs * 2 ** (times - 1);
  const failures = (chain.failures ?? 0) + (obstacle || chain.step.kind === 'full' ? 0 : 1);
  const lost =
    chain.lost ??
    (failures >= mostFailures ? `the window from ${iso(chain.step.from ?? 0)} failed ${failures} times` : undefined);
  world.logger.warn('scheduled export failed', { table: chain.table.name, code, times });
  return writeChain(world, round, chain, {
    step: undefined,
    attempts: chain.step.attempt,
    failures,
    lost,
    failedFor: { goal, times },
    trouble: sentence.slice(0, 500),
    ...(isGivenUp ? { settledFor: goal, retryAt: undefined } : { retryAt: world.clock.now() + retryMs }),
  });
}

/** What it has exported stays; a table of the same name is another. */
export async function end(world: World, round: Round, chain: Chain, reason: string): Promise<Chain> {
  const now = world.clock.now();
  await world.facts.publish(ExportChainEnded, [ended(round, chain, reason, now)]);
  return writeChain(world, round, chain, { endedAt: now, step: undefined, retryAt: undefined, trouble: undefined });
}
