import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ClientOptions } from '../shared/aws/client.ts';
import type { Plan } from '../shared/plan.ts';
import { dollarsPerExportedGb, dollarsPerGbMonth } from '../shared/plans/price.ts';
import { loadFile, PlansError, plansFile } from './plans/file.ts';
import { Region } from './plans/look.ts';
import { type Place, reportOf, reportOfExports } from './plans/report.ts';

const usage = `npm run plan [-- --file plans.yml --endpoint http://127.0.0.1:4566 --region us-east-1 --firings 5 --price ${dollarsPerGbMonth} --export-price ${dollarsPerExportedGb}]`;

class UsageError extends Error {}

interface Wishes {
  file: string;
  endpoint: string | undefined;
  region: string;
  firings: number;
  price: number;
  exportPrice: number;
}

function wishesOf(args: string[], environment: NodeJS.ProcessEnv): Wishes {
  const text = { type: 'string' } as const;
  const options = { file: text, endpoint: text, region: text, firings: text, price: text, 'export-price': text };
  try {
    const { values } = parseArgs({ args, options });
    return {
      file: values.file === undefined ? plansFile : resolve(values.file),
      endpoint: values.endpoint ?? environment.AWS_ENDPOINT_URL,
      region: values.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1',
      firings: numberOf('--firings', values.firings ?? '5', /^[1-9]\d{0,2}$/, 'a whole number from 1 to 999'),
      price: numberOf(
        '--price',
        values.price ?? String(dollarsPerGbMonth),
        /^\d+(\.\d+)?$/,
        'dollars for a GB and month',
      ),
      exportPrice: numberOf(
        '--export-price',
        values['export-price'] ?? String(dollarsPerExportedGb),
        /^\d+(\.\d+)?$/,
        'dollars for a GB',
      ),
    };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message, { cause: error });
  }
}

function numberOf(flag: string, text: string, form: RegExp, remedy: string): number {
  if (!form.test(text)) throw new UsageError(`${flag} ${text} is not understood; write ${remedy}.`);
  return Number(text);
}

type Looked = Pick<Plan, 'tables' | 'targets'>;

/** Prints what each plan, and what exports, will do and cost. */
async function main(wishes: Wishes): Promise<void> {
  const { plans, exports } = loadFile(wishes.file);
  const look = lookerFor(wishes);
  const options = { now: Date.now(), firings: wishes.firings, dollarsPerGbMonth: wishes.price };
  const reports = [];
  for (const plan of plans) {
    const report = reportOf(plan, await look(plan), options);
    reports.push(report);
    console.log(`${report.lines.join('\n')}\n`);
  }
  for (const plan of exports) {
    const { now, firings } = options;
    const lines = reportOfExports(plan, await look(plan), { now, firings, dollarsPerGb: wishes.exportPrice });
    console.log(`${lines.join('\n')}\n`);
  }
  console.log(sumOf(reports, wishes.price));
}

function sumOf(reports: { dollars: number | undefined }[], price: number): string {
  const known = reports.flatMap(({ dollars }) => dollars ?? []);
  const rate = `at $${price.toFixed(2)} for a GB and month, the price in us-east-1 unless --price says another`;
  if (known.length === 0) {
    return 'Without tables there is no price. Give AWS credentials, or start a local AWS (npm start) and add -- --endpoint http://127.0.0.1:4566';
  }
  const sum = known.reduce((total, dollars) => total + dollars, 0);
  return `Together $${sum.toFixed(2)} a month for the plans that are on, ${rate}.`;
}

/** Looks at AWS, and once it does not answer says so and leaves it alone. */
function lookerFor({ endpoint, region: home }: Wishes): (plan: Looked) => Promise<Place[]> {
  if (endpoint !== undefined) process.env.AWS_ENDPOINT_URL = endpoint;
  const needsKey = endpoint !== undefined && process.env.AWS_ACCESS_KEY_ID === undefined;
  const clients: ClientOptions = needsKey ? { credentials: { accessKeyId: 'plan', secretAccessKey: 'plan' } } : {};
  const regions = new Map<string, Region>();
  const unreachable = new Map<string, string>();
  return async (plan) => {
    const places: Place[] = [];
    for (const { account, regions: names = [home] } of plan.targets.length > 0 ? plan.targets : [{}]) {
      for (const name of names) places.push(await lookAt(account, name, plan));
    }
    return places;
  };

  async function lookAt(account: string | undefined, name: string, plan: Looked): Promise<Place> {
    if (account !== undefined)
      return { notLookedAt: `not looked at: account ${account}, ${name} (its roles are for the functions)` };
    const known = unreachable.get(name);
    if (known !== undefined) return { notLookedAt: known };
    const region = regions.get(name) ?? new Region(name, clients);
    regions.set(name, region);
    try {
      return await region.selectedBy(plan);
    } catch (error) {
      const where = endpoint ?? 'AWS';
      const notLookedAt = `not known: ${where} did not answer in ${name} (${(error as Error).message || (error as Error).name})`;
      unreachable.set(name, notLookedAt);
      return { notLookedAt };
    }
  }
}

try {
  await main(wishesOf(process.argv.slice(2), process.env));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof PlansError)) throw error;
  console.error(error instanceof UsageError ? `${error.message}\n${usage}` : error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
