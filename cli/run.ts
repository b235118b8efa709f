import { CommanderError } from 'commander';
import { exitCodes, Stop } from './exit.ts';
import { programOf } from './program.ts';
import { screenOf } from './screen.ts';

/** Runs one command; resolves with the process's exit code. Whatever went wrong is said in a sentence. */
export async function run(args: string[]): Promise<number> {
  const screen = screenOf(args.includes('--json'));
  let code = exitCodes.done;
  try {
    await programOf(screen, (found) => {
      code = exitCodes[found];
    }).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.notUnderstood;
    if (!(error instanceof Stop)) throw error;
    screen.note(screen.colour('red', error.message));
    if (screen.isJson) screen.json({ error: error.message });
    return error.code;
  }
}
