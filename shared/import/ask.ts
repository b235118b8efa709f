import { ImportFailed, ImportPlanned } from '../../events/import-events.ts';
import { type ImportRequest, ImportRequested } from '../../events/import-request.ts';
import { type Asking, askFor, type TaskAnswer } from '../task/ask.ts';
import type { Asked } from '../task/asked.ts';
import { readAs } from '../task/read-request.ts';
import type { Invocation, World } from '../world.ts';
import { contradictionsOf } from './contradictions.ts';
import { drive } from './drive.ts';
import type { ImportTask } from './import-task.ts';
import { look } from './look.ts';
import { type Explained, planImport } from './plan.ts';
import { failed, failedTask, planned } from './told.ts';

/** What an invocation answers. */
export interface Answer extends TaskAnswer {
  /** Of an import that was asked for now: what will be done. */
  steps?: string[];
  notices?: string[];
}

const asking: Asking<ImportRequest, ImportTask, Explained, Partial<Answer>> = {
  kind: 'import',
  read: (value) => readAs(ImportRequested, value, contradictionsOf),
  plan: async (world, request, { id }) => planImport(world, await look(world, request), id),
  accept: (task, explained) => ({
    ...task,
    kind: 'import',
    ...(explained && { plan: explained.plan, notices: explained.notices }),
  }),
  drive,
  explain: ({ steps, notices }) => ({ steps, notices }),
  sentenceOf: (task) => failedTask(task).sentence,
  async tellRefused(world, refusal, isQuiet) {
    const fact = failed(refusal);
    if (!isQuiet) await world.facts.publish(ImportFailed, [fact]);
    return fact.sentence;
  },
  tellPlanned: (world, named, explained) =>
    world.facts.publish(ImportPlanned, [planned(named, world.clock.now(), explained)]),
};

/** Reads a request for an import, and answers with all that is wrong, or with the task that has begun. */
export const ask = (world: World, asked: Asked, invocation: Invocation): Promise<Answer> =>
  askFor(asking, world, asked, invocation);
