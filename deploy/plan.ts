import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ClientOptions } from '../shared/aws/client.ts';
import { dollarsPerExportedGb, dollarsPerGbMonth } from '../shared/plans/price.ts';
import { PlansError, plansFile } from './plans/file.ts';
import { previewOf } from './plans/preview.ts';

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

/** Prints what each plan, and what exports, will do and cost. */
async function main({ endpoint, ...wishes }: Wishes): Promise<void> {
  if (endpoint !== undefined) process.env.AWS_ENDPOINT_URL = endpoint;
  const needsKey = endpoint !== undefined && process.env.AWS_ACCESS_KEY_ID === undefined;
  const clients: ClientOptions = needsKey ? { credentials: { accessKeyId: 'plan', secretAccessKey: 'plan' } } : {};
  for await (const paragraph of previewOf({ ...wishes, endpoint, clients })) console.log(paragraph);
}

try {
  await main(wishesOf(process.argv.slice(2), process.env));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof PlansError)) throw error;
  console.error(error instanceof UsageError ? `${error.message}\n${usage}` : error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
