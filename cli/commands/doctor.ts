import { Command } from 'commander';
import { apiOf } from '../api.ts';
import type { Check } from '../checks.ts';
import { type Connection, whatWentWrong } from '../connection.ts';
import type { Context } from '../program.ts';

const examples = `
Looks from outside and changes nothing. Ends with 3 when something is wrong. The plans are compared with plans.yml, with
--local only when --file names one.
Examples:
  npx tablekeep doctor --profile ops --region eu-central-1
  npx tablekeep doctor --local --json`;

/** What was looked at: well, or what is wrong and what to do about it. */
interface Finding {
  check: string;
  isWell: boolean;
  says: string;
}

/** Is the stack healthy, are the clocks right, which rights are there? */
export const doctorCommand = ({ screen, found, connection }: Context): Command =>
  new Command('doctor')
    .description('look whether the service is well: stack, schedules, targets, plans, clocks, and your rights')
    .option('--file <path>', 'the plans that should be deployed: plans.yml by default')
    .addHelpText('after', examples)
    .action(async ({ file }: { file?: string }, command: Command) => {
      const here = await connection(command);
      const isLocal = command.optsWithGlobals<{ local?: boolean }>().local === true;
      const { needed, others, plansAsIn } = await import('../checks.ts');
      const plans: typeof others = file === undefined && isLocal ? [] : [['plans', plansAsIn(file)]];
      const findings: Finding[] = [];
      for (const [name, check] of [...needed, ...others, ...plans]) {
        if (screen.isTerminal) screen.progress(`${name} …`);
        const finding = await look(name, check, here);
        findings.push(finding);
        if (!finding.isWell && needed.some(([first]) => first === name)) break;
      }
      screen.json({ findings });
      screen.table(
        findings.map(({ check, isWell, says }) => ({
          check,
          is: isWell ? screen.colour('green', 'well') : screen.colour('red', 'wrong'),
          says,
        })),
      );
      if (findings.some(({ isWell }) => !isWell)) found('foundWrong');
    });

const look = (name: string, check: Check, here: Connection): Promise<Finding> =>
  check(here, () => apiOf(here)).then(
    (says) => ({ check: name, isWell: true, says }),
    (error: Error) => ({ check: name, isWell: false, says: whatWentWrong(error) }),
  );
