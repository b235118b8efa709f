import * as z from 'zod/mini';
import { instant, planName, tableName } from '../../../events/contract.ts';
import { CancelRequested } from '../../../events/operation-requests.ts';
import type { BackupRequested } from '../../../events/requests.ts';
import { PermanentError } from '../../errors.ts';
import { adHoc, runId } from '../../names.ts';
import { targetsOf } from '../../plan.ts';
import { sentence } from '../../restore/words.ts';
import { runOfTables } from '../../run/runs-of-wish.ts';
import type { World } from '../../world.ts';
import { put } from '../ask.ts';
import { conflict, wrong } from '../failure.ts';
import { route } from '../route.ts';
import { askForRuns } from './ask-runs.ts';
import { planOf } from './plans.ts';
import { found, run, runPath } from './runs.ts';
import { defined, place, reason, targetOf } from './shapes.ts';

const text = z.string();
const own = { dialect: 'own', method: 'POST', rights: 'operate' } as const;
const asked = z.object({ requestId: text, runs: z.array(text) });

export const startRun = route({
  ...own,
  path: '/v1/runs',
  id: 'startRun',
  summary: 'Run a plan now',
  body: z.strictObject({ plan: planName, reason: z.optional(reason) }, 'write an object, as in {"plan": "nightly"}'),
  success: { status: 202, description: 'The runs that will begin, one for each target.', body: asked },
  failures: [404, 409],
  async act(world, { body, caller, requestId }) {
    const plan = planOf(world, body.plan);
    const detail = { ...defined(body), requester: caller };
    return askForRuns(world, detail, requestId, plan.name, targetsOf(plan, world.hub));
  },
});

export const cancelRun = route({
  ...own,
  path: `${runPath}/cancel`,
  id: 'cancelRun',
  summary: 'Cancel a run that has not begun',
  params: run,
  body: z.strictObject({ reason }, 'write an object, as in {"reason": "maintenance"}'),
  success: { status: 202, description: 'It was asked for.', body: z.object({ requestId: text }) },
  failures: [404, 409],
  async act(world, { params, body, caller, requestId }) {
    const there = await found(world, params);
    // It was asked for before.
    if (there.skipped === 'cancelled') return { requestId };
    if (there.state !== 'QUEUED') {
      const isRunning = there.state === 'RUNNING';
      const problem = `The run ${runId(there)} is ${isRunning ? 'under way' : `over (${there.state})`}.`;
      const remedy = isRunning
        ? 'A backup that has begun cannot be stopped; it goes by the keep of its plan.'
        : 'There is nothing to cancel.';
      throw conflict('NotQueued', 'stamp', problem, remedy);
    }
    await put(world, CancelRequested, { requestId, run: runId(there), reason: body.reason, requester: caller });
    return { requestId };
  },
});

const tablesWords = 'write a list of 1 to 100 names, as in ["orders"]';

/** What start-run would refuse, as an answer: its sentences begin with the field, and the remedy follows the problem. */
function checkTables(world: World, detail: BackupRequested, requestId: string): void {
  try {
    runOfTables({ detail, requestId, scheduledAt: world.clock.now() }, world);
  } catch (error) {
    const [, field, problem, remedy] =
      /^(\w+): (.+?); (.+)$/.exec(error instanceof PermanentError ? error.message : '') ?? [];
    if (field === undefined || problem === undefined || remedy === undefined) throw error;
    throw wrong([{ field, problem: sentence(problem), remedy: `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}` }]);
  }
}

export const backUpTables = route({
  ...own,
  path: '/v1/backups',
  id: 'backUpTables',
  summary: 'Back up some tables now',
  description:
    'Without expiresAt, which is at least an hour away, these backups stay until somebody deletes them. A table that is not there fails the run when the others have been taken.',
  body: z.strictObject(
    {
      tables: z.array(tableName, tablesWords).check(z.minLength(1, tablesWords), z.maxLength(100, tablesWords)),
      reason,
      expiresAt: z.optional(instant),
      /** A target of the deployment; where the service is deployed by default. */
      target: z.optional(z.strictObject(place, 'write an account and a Region')),
    },
    'write an object, as in {"tables": ["orders"], "reason": "before the migration"}',
  ),
  success: { status: 202, description: 'The run that will begin.', body: asked },
  failures: [404, 409],
  async act(world, { body, caller, requestId }) {
    const target = body.target === undefined ? world.hub : targetOf(world, body.target);
    const detail = { ...defined(body), requester: caller };
    checkTables(world, detail, requestId);
    return askForRuns(world, detail, requestId, adHoc, [target]);
  },
});
