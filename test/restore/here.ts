import type { Answer } from '../../shared/restore/ask.ts';
import type { RestoreTask } from '../../shared/restore/restore-task.ts';
import { restore } from '../../shared/restore/trigger.ts';
import { type TaskFunction, type Tasks, tasksHere } from '../support/tasks.ts';
import { type Local, type LocalOptions, local } from '../support/world.ts';

/** A request that is right in all but what a test is about. */
export const reason = 'somebody deleted it';

export interface RestoreHere extends Local, Tasks<Answer, RestoreTask> {
  backUp(table: string): Promise<string>;
  putItems(table: string, count: number): Promise<void>;
}

export interface RestoreOptions
  extends LocalOptions,
    Partial<Pick<TaskFunction<Answer>, 'fateOf' | 'around' | 'deliveries'>> {}

/** The local AWS with the function restore and the heartbeat, as the deployment wires them. */
export async function restoreHere(options: RestoreOptions = {}): Promise<RestoreHere> {
  const here = await local({ isWhole: true, ...options });
  const { fateOf, around, deliveries } = options;
  const tasks = tasksHere<Answer, RestoreTask>(here, { kind: 'Restore', run: restore, fateOf, around, deliveries });
  return Object.assign(here, tasks, {
    async backUp(table: string) {
      const made = await here.call<{ BackupDetails: { BackupArn: string } }>('CreateBackup', {
        TableName: table,
        BackupName: `by-hand-${table}`,
      });
      await tasks.pass(10_000);
      return made.BackupDetails.BackupArn;
    },
    async putItems(table: string, count: number) {
      for (let n = 0; n < count; n++) {
        const Item = { id: { S: `item-${n}` }, n: { N: String(n) } };
        await tasks.done(here.call('PutItem', { TableName: table, Item }));
      }
    },
  });
}
