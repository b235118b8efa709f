import { Command } from 'commander';
import { Stop } from '../exit.ts';
import type { Context } from '../program.ts';

const examples = `
Examples:
  npx tablekeep local                 start it at http://127.0.0.1:4566; Ctrl-C ends it
  PORT=4600 npx tablekeep local       at another port
  npx tablekeep status --local        in another terminal`;

/** What `npm start` does. */
export const localCommand = ({ screen }: Context): Command =>
  new Command('local')
    .description('start the local AWS with the service and sample tables in it, as npm start does')
    .addHelpText('after', examples)
    .action(async () => {
      if (screen.isJson) throw new Stop('notUnderstood', 'local answers nothing, it runs: leave --json out.');
      await import('../../demo/start.ts');
    });
