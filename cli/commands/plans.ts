import { resolve } from 'node:path';
import { Command } from 'commander';
import type { ClientOptions } from '../../shared/aws/client.ts';
import type { Plan } from '../../shared/plan.ts';
import { dollarsPerExportedGb, dollarsPerGbMonth } from '../../shared/plans/price.ts';
import { Stop } from '../exit.ts';
import type { Context } from '../program.ts';
import { bothTimes } from '../times.ts';
import { counted } from '../words.ts';

const examples = `
Examples:
  npx tablekeep plans validate
  npx tablekeep plans next --count 3
  npx tablekeep plans preview             what each plan selects now, holds and costs`;

/** plans.yml, before it is deployed. */
export function plansCommand({ screen, found, connection }: Context): Command {
  const plans = new Command('plans')
    .description('look at plans.yml before it is deployed')
    .addHelpText('after', examples);
  const file = ['--file <path>', 'another file than plans.yml'] as const;

  plans
    .command('validate')
    .description('say every mistake with its line, or that there is none')
    .option(...file)
    .addHelpText('after', '\nExample:\n  npx tablekeep plans validate --file other.yml')
    .action(async (options: { file?: string }) => {
      const read = await plansIn(options.file);
      const names = 'plans' in read ? read.plans.map(({ name }) => name) : [];
      const said = 'plans' in read ? `${counted(names.length, 'plan')}, no mistakes: ${names.join(', ')}` : read.wrong;
      screen.line(said);
      screen.json({ plans: names, mistakes: 'wrong' in read ? read.wrong.split('\n').slice(1) : [] });
      if ('wrong' in read) found('foundWrong');
    });

  plans
    .command('next')
    .description('say when each plan fires next, in its time zone and in UTC')
    .option(...file)
    .option('--count <number>', 'so many firings of each', '5')
    .addHelpText('after', '\nExample:\n  npx tablekeep plans next --count 3')
    .action(async (options: { file?: string; count: string }) => {
      const count = countOf(options.count);
      const now = Date.now();
      const { nextFirings } = await import('../../shared/plans/forecast.ts');
      const all = (await loaded(options.file)).map((plan) => ({ plan, firings: nextFirings(plan, now, count) }));
      screen.json(
        all.map(({ plan: { name, schedule, timezone, enabled }, firings }) => ({
          ...{ plan: name, schedule, timezone, enabled },
          firings: firings.map((at) => new Date(at).toISOString()),
        })),
      );
      screen.table(
        all.flatMap(({ plan: { name, timezone, enabled }, firings }) =>
          firings.map((at) => ({ plan: enabled ? name : `${name} (off)`, fires: bothTimes(at, timezone) })),
        ),
      );
    });

  plans
    .command('preview')
    .description('say what each plan selects now, how many backups it will hold, and what they cost')
    .option(...file)
    .option('--price <dollars>', 'of a GB and month of backups', `${dollarsPerGbMonth}`)
    .option('--export-price <dollars>', 'of an exported GB', `${dollarsPerExportedGb}`)
    .addHelpText('after', '\nExample:\n  npx tablekeep plans preview --profile ops --region eu-central-1')
    .action(async (options: { file?: string; price: string; exportPrice: string }, command: Command) => {
      await loaded(options.file);
      const { plansFile } = await import('../../deploy/plans/file.ts');
      const { previewOf } = await import('../../deploy/plans/preview.ts');
      const { region, clients, endpoint } = await connection(command);
      const preview = previewOf({
        ...{
          file: options.file === undefined ? plansFile : resolve(options.file),
          region,
          clients: clients as ClientOptions,
          endpoint,
          firings: 5,
        },
        price: dollarsOf('--price', options.price),
        exportPrice: dollarsOf('--export-price', options.exportPrice),
      });
      const paragraphs: string[] = [];
      for await (const paragraph of preview) {
        paragraphs.push(paragraph);
        screen.line(paragraph);
      }
      screen.json({ preview: paragraphs });
    });
  return plans;
}

/** The plans of a file, or all its mistakes. */
async function plansIn(path: string | undefined): Promise<{ plans: Plan[] } | { wrong: string }> {
  const { loadPlans, PlansError } = await import('../../deploy/plans/file.ts');
  try {
    return { plans: loadPlans(path === undefined ? undefined : resolve(path)) };
  } catch (error) {
    if (error instanceof PlansError) return { wrong: error.message };
    throw error;
  }
}

async function loaded(path: string | undefined): Promise<Plan[]> {
  const read = await plansIn(path);
  if ('plans' in read) return read.plans;
  throw new Stop('foundWrong', read.wrong);
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new Stop('notUnderstood', `--count ${text} is not understood; write a whole number from 1 to 999.`);
}

function dollarsOf(option: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new Stop('notUnderstood', `${option} ${text} is not understood; write dollars, as 0.1.`);
}
