import { CommanderError } from 'commander';
import { whatWentWrong } from './connection.ts';
import { exitCodes, Stop } from './exit.ts';
import { programOf } from './program.ts';
import { type Screen, screenOf } from './screen.ts';

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
    return ended(screen, error);
  }
}

/** A mistake of ours is thrown on, with its stack. */
function ended(screen: Screen, error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version are what was asked for; of a mistake commander has told on standard error.
    if (error.exitCode === 0) return exitCodes.done;
    screen.json({ error: error.message });
    return exitCodes.notUnderstood;
  }
  const stop = error instanceof Stop ? error : ofAws(error);
  if (stop === undefined) throw error;
  screen.note(screen.colour('red', stop.message));
  screen.json({ error: stop.message });
  return stop.code;
}

/** What AWS's clients throw, and what their way to AWS does. */
function ofAws(error: unknown): Stop | undefined {
  if (!(error instanceof Error)) return undefined;
  const isAnswer = '$metadata' in error || error.name === 'CredentialsProviderError';
  if (!isAnswer && !('code' in error)) return undefined;
  const isRight = /AccessDenied|UnrecognizedClient|ExpiredToken|CredentialsProvider|NotAuthorized/.test(error.name);
  return new Stop(isRight ? 'noRight' : 'failed', `AWS: ${whatWentWrong(error)}`, { cause: error });
}
