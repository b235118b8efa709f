import { readFileSync, writeFileSync } from 'node:fs';

/*
 * Makes model.json from DynamoDB's API model as botocore publishes it:
 *   node local/dynamodb/make-model.ts <service-2.json>
 * NOTICE: model.json holds the shapes, constraints and errors of botocore 1.43.117,
 * botocore/data/dynamodb/2012-08-10/service-2.json, Copyright Amazon.com, Inc. or its affiliates,
 * Apache License 2.0 (https://github.com/boto/botocore/blob/1.43.117/LICENSE.txt). Documentation was left out.
 */

type Source = {
  metadata: { apiVersion: string };
  operations: Record<string, { input?: { shape: string }; output?: { shape: string }; errors?: { shape: string }[] }>;
  shapes: Record<string, Record<string, unknown>>;
};

/** Drops documentation, wherever it stands, and what only code generators read. */
function essential(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essential);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, part]) => name !== 'documentation' || typeof part !== 'string');
  return Object.fromEntries(kept.map(([name, part]) => [name, essential(part)]));
}

const [from] = process.argv.slice(2);
if (from === undefined) throw new Error('Name the service-2.json to read.');
const source = JSON.parse(readFileSync(from, 'utf8')) as Source;
const operations = Object.fromEntries(
  Object.entries(source.operations).map(([name, { input, output, errors }]) => [
    name,
    { input: input?.shape, output: output?.shape, errors: errors?.map(({ shape }) => shape) },
  ]),
);
const shapes = Object.entries(source.shapes).map(
  ([name, shape]) => `${JSON.stringify(name)}:${JSON.stringify(essential(shape))}`,
);
writeFileSync(
  new URL('model.json', import.meta.url),
  `{"notice":"botocore 1.43.117, Apache-2.0; see make-model.ts","operations":${JSON.stringify(operations)},\n"shapes":{\n${shapes.join(',\n')}\n}}\n`,
);
