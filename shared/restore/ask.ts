import { RestoreFailed, RestorePlanned } from '../../events/restore-events.ts';
import type { RestoreRequest } from '../../events/restore-request.ts';
import { type Asking, askFor, type TaskAnswer } from '../task/ask.ts';
import type { Asked } from '../task/asked.ts';
import type { Invocation, World } from '../world.ts';
import type { ChosenBackup } from './chosen.ts';
import { drive } from './drive.ts';
import type { Estimate } from './estimate.ts';
import { look } from './look.ts';
import { type Explained, planRestore } from './plan.ts';
import { readRequest } from './read-request.ts';
import type { RestoreTask } from './restore-task.ts';
import { failed, failedTask, planned } from './told.ts';
import type { Column } from './wanted.ts';

/** What an invocation answers. */
export interface Answer extends TaskAnswer {
  /** Of a restore that was asked for now: what will be done. */
  steps?: string[];
  notices?: string[];
  /** Each setting as it was backed up and as it will be. */
  settings?: Column[];
  estimate?: Estimate;
  /** The one that was chosen. */
  backup?: ChosenBackup;
}

const asking: Asking<RestoreRequest, RestoreTask, Explained, Partial<Answer>> = {
  kind: 'restore',
  read: readRequest,
  plan: async (world, request) => planRestore(await look(world, request)),
  accept: (task, explained) => ({
    ...task,
    kind: 'restore',
    ...(explained && { plan: explained.plan, notices: explained.notices }),
  }),
  drive,
  explain: ({ steps, notices, columns, estimate, backup }) => ({
    ...(backup && { backup }),
    steps,
    notices,
    settings: columns,
    estimate,
  }),
  sentenceOf: (task) => failedTask(task).sentence,
  async tellRefused(world, refusal, isQuiet) {
    const fact = failed(refusal);
    if (!isQuiet) await world.facts.publish(RestoreFailed, [fact]);
    return fact.sentence;
  },
  tellPlanned: (world, named, explained) =>
    world.facts.publish(RestorePlanned, [planned(named, world.clock.now(), explained)]),
};

/** Reads a request for a restore, and answers with all that is wrong, or with the task that has begun. */
export const ask = (world: World, asked: Asked, invocation: Invocation): Promise<Answer> =>
  askFor(asking, world, asked, invocation);
