import type { ExportRequest } from '../../../events/export-request.ts';
import { iso } from '../../clock.ts';
import { PermanentError } from '../../errors.ts';
import { hashOf } from '../../task/asked.ts';
import { hasEnded, type TaskError, taskFrom, taskId, taskKey } from '../../task/task.ts';
import type { World } from '../../world.ts';
import { askOfRound } from '../ask.ts';
import type { ExportedTable } from '../calls.ts';
import type { ExportTask } from '../export-task.ts';
import { type Chain, requestIdOf, type Step, writeChain } from './chain.ts';
import type { Decision } from './decide.ts';
import { addLink } from './link.ts';
import { prefixOf } from './prefix.ts';
import { end, type Rounding } from './rounding.ts';

/** What is asked for, word for word. */
export function stepOf(
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

/** Looks how the step came out, or asks for it; undefined while the export is on its way. */
export async function lookAtStep(rounding: Rounding, chain: Chain, step: Step): Promise<Chain | undefined> {
  const { world } = rounding;
  const { request } = step;
  const failed = (failure: Failure) => afterFailure(rounding, chain, step, failure);
  const found = await taskOf(world, request.requestId);
  const task = found ?? (await asked(rounding, step));
  if (!('id' in task)) return failed(task);
  if (task.contentHash !== hashOf(request)) {
    return failed({ code: 'RequestIdUsed', sentence: `Somebody else uses the requestId ${request.requestId}.` });
  }
  if (!hasEnded(task)) return undefined;
  if (task.error !== undefined) return failed(task.error);
  if ((task.exported?.tableId ?? chain.table.id) !== chain.table.id) {
    return end(rounding, chain, 'another table has its name now');
  }
  try {
    return await addLink(world, rounding.round, { ...chain, step }, task);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return failed({
      code: 'LinkTaken',
      sentence: error.message,
      lost: 'the next object of the chain was there already',
    });
  }
}

interface Failure extends Pick<TaskError, 'code' | 'sentence'> {
  /** Why the chain cannot go on. */
  lost?: string;
}

async function taskOf({ catalog }: World, requestId: string): Promise<ExportTask | undefined> {
  const item = await catalog.get(taskKey(taskId('export', requestId)));
  return item && taskFrom<ExportTask>(item);
}

/** Begins the export; one that is refused at once has failed. */
async function asked({ world, invocation }: Rounding, { request }: Step): Promise<ExportTask | Failure> {
  const answer = await askOfRound(world, { value: request, id: request.requestId }, invocation);
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
async function afterFailure(
  { world, round, goal }: Rounding,
  chain: Chain,
  step: Step,
  { code, sentence, lost }: Failure,
): Promise<Chain> {
  const obstacle = isObstacle(code);
  const times = (chain.failedFor?.goal === goal ? chain.failedFor.times : 0) + 1;
  const isGivenUp = times >= (obstacle ? mostTimesOfObstacle : mostTimes);
  const retryMs = obstacle ? obstacleRetryMs : firstRetryMs * 2 ** (times - 1);
  const failures = (chain.failures ?? 0) + (obstacle || step.kind === 'full' ? 0 : 1);
  const isLost = failures >= mostFailures && `the window from ${iso(step.from ?? 0)} failed ${failures} times`;
  world.logger.warn('scheduled export failed', { table: chain.table.name, code, times });
  return writeChain(world, round, chain, {
    step: undefined,
    attempts: step.attempt,
    failures,
    lost: chain.lost ?? lost ?? (isLost || undefined),
    failedFor: { goal, times },
    trouble: sentence.slice(0, 500),
    ...(isGivenUp ? { settledFor: goal, retryAt: undefined } : { retryAt: world.clock.now() + retryMs }),
  });
}
