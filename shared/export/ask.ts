import { ExportFailed, ExportPlanned } from '../../events/export-events.ts';
import { type ExportRequest, ExportRequested } from '../../events/export-request.ts';
import { type Asking, askFor, type TaskAnswer } from '../task/ask.ts';
import type { Asked } from '../task/asked.ts';
import { readAs } from '../task/read-request.ts';
import type { Invocation, World } from '../world.ts';
import { contradictionsOf } from './contradictions.ts';
import { drive } from './drive.ts';
import type { ExportTask } from './export-task.ts';
import { look } from './look.ts';
import { type Explained, planExport } from './plan.ts';
import { clientToken } from './token.ts';
import { failed, failedTask, planned } from './told.ts';

/** What an invocation answers. */
export interface Answer extends TaskAnswer {
  /** Of an export that was asked for now: what will be done. */
  steps?: string[];
  notices?: string[];
  estimate?: { dollars: number };
}

const asking: Asking<ExportRequest, ExportTask, Explained, Partial<Answer>> = {
  kind: 'export',
  read: (value) => readAs(ExportRequested, value, contradictionsOf),
  plan: async (world, request, { id }) =>
    planExport(await look(world, request, id), clientToken(world.installation, id)),
  accept: (task, explained) => ({
    ...task,
    kind: 'export',
    ...(explained && { plan: explained.plan, notices: explained.notices }),
  }),
  drive,
  explain: ({ steps, notices, estimate }) => ({ steps, notices, ...(estimate && { estimate }) }),
  sentenceOf: (task) => failedTask(task).sentence,
  async tellRefused(world, refusal, isQuiet) {
    const fact = failed(refusal);
    if (!isQuiet) await world.facts.publish(ExportFailed, [fact]);
    return fact.sentence;
  },
  tellPlanned: (world, named, explained) =>
    world.facts.publish(ExportPlanned, [planned(named, world.clock.now(), explained)]),
};

/** An export of a round: only its form is read, and its id is one of ours. */
export const askOfRound = (world: World, asked: Asked, invocation: Invocation): Promise<Answer> =>
  askFor({ ...asking, read: (value) => readAs(ExportRequested, value, () => []) }, world, asked, invocation);

/** Reads a request for an export, and answers with all that is wrong, or with the task that has begun. */
export const ask = (world: World, asked: Asked, invocation: Invocation): Promise<Answer> =>
  askFor(asking, world, asked, invocation);
