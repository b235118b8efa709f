import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type Api, apiOf } from './api.ts';
import { backupCommand } from './commands/backup.ts';
import { backupsCommand } from './commands/backups.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { deleteCommand, holdCommand, releaseCommand } from './commands/holds.ts';
import { importCommand } from './commands/import.ts';
import { localCommand } from './commands/local.ts';
import { plansCommand } from './commands/plans.ts';
import { probeCommand } from './commands/probe.ts';
import { restoreCommand } from './commands/restore.ts';
import { cancelCommand, runCommand, runsCommand } from './commands/runs.ts';
import { statusCommand } from './commands/status.ts';
import { tasksCommand } from './commands/tasks.ts';
import { type Connecting, type Connection, connect, usualStack } from './connection.ts';
import type { exitCodes } from './exit.ts';
import type { Screen } from './screen.ts';

/** What a command is given besides its own words. */
export interface Context {
  screen: Screen;
  /** The command has looked and found something wrong: the exit code says so. */
  found(what: keyof typeof exitCodes): void;
  /** AWS, as the options say. */
  connection(command: Command): Promise<Connection>;
  /** The service's API there. */
  api(command: Command): Promise<Api>;
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const examples = `
Credentials and Region are those of AWS's own tools: the environment, the profile, single sign-on, the role of a machine.
Examples:
  npx tablekeep status --profile ops --region eu-central-1 --stack tablekeep-prod
  npx tablekeep restore orders --latest --dry-run
  npx tablekeep restore --help                      every command has examples

Ends with 0 when it is done, 1 when it failed, 2 when it was not understood, 3 when something was found wrong, 4 when it
was refused, 5 without the right. NO_COLOR takes the colours off.`;

/** As help lists them. */
const commands = [
  statusCommand,
  backupsCommand,
  backupCommand,
  restoreCommand,
  exportCommand,
  importCommand,
  tasksCommand,
  runsCommand,
  runCommand,
  cancelCommand,
  holdCommand,
  releaseCommand,
  deleteCommand,
  plansCommand,
  doctorCommand,
  probeCommand,
  localCommand,
];

/** All commands, with the options that every one of them takes. */
export function programOf(screen: Screen, found: Context['found']): Command {
  const connection = (command: Command) => connect(command.optsWithGlobals<Connecting>());
  const context: Context = {
    screen,
    found,
    connection,
    api: async (command) => apiOf(await connection(command)),
  };
  const program = new Command('tablekeep')
    .description('Backups of DynamoDB tables: look, take, restore, export, hold.')
    .version(version)
    .option('--stack <name>', 'the CloudFormation stack of the service', usualStack)
    .option('--profile <name>', "AWS's named profile")
    .option('--region <region>', 'the Region of the stack')
    .option('--endpoint <url>', 'another address for all of AWS')
    .option('--local', 'the local AWS of npm start')
    .option('--json', 'one JSON document on standard output, for programs')
    .addHelpText('after', examples)
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  for (const make of commands) program.addCommand(inherit(make(context), program));
  return program;
}

/** Commands that were made apart take the settings of the program, and so do theirs. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const inner of command.commands) inherit(inner, command);
  return command;
}
