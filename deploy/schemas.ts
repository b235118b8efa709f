import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { Contract } from '../events/contract.ts';
import { contracts } from '../events/contracts.ts';
import { ChainLink } from '../shared/export/chain-link.ts';
import { plansJsonSchema } from './plans/schema.ts';

/** `Backup Completed` as the name of its files: `backup-completed`. */
export function fileNameOf({ type }: Pick<Contract<unknown>, 'type'>): string {
  return type.toLowerCase().replaceAll(' ', '-');
}

/** JSON Schema of an event's detail. */
export function schemaOf({ type, when, detail }: Contract<unknown>): object {
  return { title: type, description: `Sent when ${when}.`, ...z.toJSONSchema(detail, { io: 'input' }) };
}

/** Of the objects beside exports on schedule, for whoever reads a bucket. */
const chainLinkSchema = () => ({
  title: '<prefix>/chain/<full export>/<n>.json',
  ...z.toJSONSchema(ChainLink, { io: 'input' }),
});

/** The table of events/README.md, by name. */
export function tableOf(all: Contract<unknown>[]): string {
  const rows = all
    .toSorted((a, b) => (a.type < b.type ? -1 : 1))
    .map(
      (contract) =>
        `| [${contract.type}](examples/${fileNameOf(contract)}.json) | ${contract.bus} | ${contract.sentBy} | ${contract.heardBy} | ${contract.when} |`,
    );
  return ['| event | bus | sent by | heard by | when |', '|---|---|---|---|---|', ...rows].join('\n');
}

const events = new URL('../events/', import.meta.url);
const [begin, end] = ['<!-- made by npm run schemas -->', '<!-- end -->'];

function readmeWith(table: string): string {
  const readme = readFileSync(new URL('README.md', events), 'utf8');
  const [before = '', rest = ''] = readme.split(begin);
  return `${before}${begin}\n${table}\n${end}${rest.split(end)[1] ?? ''}`;
}

/** Every file that is made from a definition, by its address: the schemas, and the table of events/README.md. */
export function generatedFiles(): [address: URL, text: string][] {
  const json = (path: string, schema: object): [URL, string] => [
    new URL(path, events),
    `${JSON.stringify(schema, null, 2)}\n`,
  ];
  return [
    json('../plans.schema.json', plansJsonSchema()),
    json('../docs/chain-link.schema.json', chainLinkSchema()),
    ...contracts.map((contract) => json(`schemas/${fileNameOf(contract)}.json`, schemaOf(contract))),
    [new URL('README.md', events), readmeWith(tableOf(contracts))],
  ];
}

/** The generated files that say something else than the definitions do. */
export function outdatedFiles(): string[] {
  return generatedFiles()
    .filter(([address, text]) => !existsSync(address) || readFileSync(address, 'utf8') !== text)
    .map(([address]) => fileURLToPath(address));
}

if (import.meta.main) {
  const outdated = outdatedFiles();
  if (process.argv.includes('--check')) {
    for (const path of outdated) console.error(`${path} is not what the definitions say; run npm run schemas.`);
    process.exitCode = outdated.length === 0 ? 0 : 1;
  } else {
    for (const [address, text] of generatedFiles()) writeFileSync(address, text);
    console.log(outdated.length === 0 ? 'All schemas are current.' : `Written: ${outdated.join(', ')}`);
  }
}
