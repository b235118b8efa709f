import { Command } from 'commander';
import type { Task } from '../answers.ts';
import { Stop } from '../exit.ts';
import { followTask, printTask, readTask, told } from '../follow-task.ts';
import { all } from '../pages.ts';
import type { Context } from '../program.ts';
import { span } from '../times.ts';
import { shown } from '../words.ts';
import { numberOf } from './backups.ts';

const examples = `
Examples:
  npx tablekeep tasks                            restores, exports and imports, newest first
  npx tablekeep tasks restore-1a2b3c4d5e6f7081 --watch`;

interface Options {
  kind?: string;
  limit: string;
  watch?: boolean;
}

/** Restores, exports and imports. */
export const tasksCommand = ({ screen, found, api }: Context): Command =>
  new Command('tasks')
    .description('list restores, exports and imports, newest first, or show one')
    .argument('[task]', 'its id')
    .option('--kind <kind>', 'only restore, export or import')
    .option('--limit <number>', 'so many at most', '20')
    .option('--watch', 'show how far it is, until it has ended')
    .addHelpText('after', examples)
    .action(async (id: string | undefined, options: Options, command: Command) => {
      if (options.watch && id === undefined) throw new Stop('notUnderstood', '--watch needs the id of a task.');
      const service = await api(command);
      if (id !== undefined) {
        const first = await readTask(service, id);
        const task = options.watch ? await followTask(service, screen, first) : first;
        screen.json(task);
        printTask(screen, task);
        if (options.watch) told(task, found);
        return;
      }
      const most = numberOf('--limit', options.limit);
      const { rows: tasks } = await all<Task>(service, '/v1/tasks', 'tasks', { kind: options.kind }, most);
      screen.json({ tasks });
      if (tasks.length === 0) screen.line('There is no such task yet.');
      screen.table(tasks.map(rowOf));
    });

const rowOf = ({ id, kind, state, acceptedAt, endedAt, requester, reason, request }: Task) => ({
  task: id,
  kind,
  state,
  table: request.target?.tableName ?? String(request.source?.table ?? request.source?.tableArn ?? ''),
  asked: shown(acceptedAt),
  took: endedAt === undefined ? '' : span(Date.parse(endedAt) - Date.parse(acceptedAt)),
  by: requester.name,
  reason,
});
