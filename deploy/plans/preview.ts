import type { ClientOptions } from '../../shared/aws/client.ts';
import type { Plan } from '../../shared/plan.ts';
import { loadFile } from './file.ts';
import { Region } from './look.ts';
import { type Place, reportOf, reportOfExports } from './report.ts';

/** What is to be shown, and how AWS is reached. */
export interface Previewing {
  file: string;
  /** Where the service is or will be. */
  region: string;
  clients: ClientOptions;
  /** For sentences: an address in place of AWS. */
  endpoint?: string | undefined;
  firings: number;
  /** Dollars for a GB and month of backups. */
  price: number;
  /** Dollars for an exported GB. */
  exportPrice: number;
}

type Looked = Pick<Plan, 'tables' | 'targets'>;

/** What each plan, and what exports, will do and cost: a paragraph for each, and the sum. Throws a PlansError. */
export async function* previewOf(wishes: Previewing): AsyncGenerator<string> {
  const { plans, exports } = loadFile(wishes.file);
  const look = lookerFor(wishes);
  const options = { now: Date.now(), firings: wishes.firings, dollarsPerGbMonth: wishes.price };
  const reports = [];
  for (const plan of plans) {
    const report = reportOf(plan, await look(plan), options);
    reports.push(report);
    yield `${report.lines.join('\n')}\n`;
  }
  for (const plan of exports) {
    const { now, firings } = options;
    const lines = reportOfExports(plan, await look(plan), { now, firings, dollarsPerGb: wishes.exportPrice });
    yield `${lines.join('\n')}\n`;
  }
  yield sumOf(reports, wishes.price);
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
function lookerFor({ clients, endpoint, region: home }: Previewing): (plan: Looked) => Promise<Place[]> {
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
