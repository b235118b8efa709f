import { openApi } from './document.ts';
import { settingsTable } from './settings-table.ts';

interface Schema {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  default?: unknown;
}

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema; example?: unknown }> };
  responses: Record<string, { description: string; content?: Record<string, { example?: unknown }> }>;
}

interface Document {
  info: { description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
}

/** docs/api.md: the document of the API for people. */
export function apiPage(): string {
  const document = openApi() as unknown as Document;
  const lines = [
    '# The HTTP API',
    '',
    'Made from the contracts by `npm run openapi`, like [openapi.json](openapi.json), which has every field; change neither by hand.',
    '',
    document.info.description,
    '',
    ...errors,
    ...document.tags.flatMap(({ name, description }) => [
      '',
      `## ${name}`,
      '',
      `${description}.`,
      ...routesOf(document, name),
    ]),
    '',
    '## What absent, null and empty mean',
    '',
    'In the body of `POST /restores/aws/dynamodb-tables`. What has no line is as it was at the time of the backup.',
    '',
    ...settingsTable(),
  ];
  return `${lines.join('\n')}\n`;
}

const errors = [
  '## Answers',
  '',
  '| status | when | body |',
  '|---|---|---|',
  '| 200, 202 | done; asked for | as the route says |',
  '| 400 | the request is wrong: each field is named, with what to write instead | of the dialect |',
  '| 403 | nobody signed it, the signature is wrong, or the caller has not the right | `{"message": "Forbidden"}`, of the gateway |',
  '| 404 | what it names is not there | of the dialect |',
  '| 405 | the path has other methods: header `allow` | of the dialect |',
  '| 409 | it cannot succeed as things are, for the reason that is given | of the dialect |',
  '| 413, 431 | the body, or path, query and headers are larger than the gateway takes | `{"message": …}`, of the gateway |',
  '| 429 | too many requests a second | `{"message": "Too Many Requests"}`, of the gateway |',
  '| 503 | AWS did not take it just now: header `retry-after` | of the dialect, or of the gateway |',
  '',
  'Restore points: `{"errors": [{"message", "type", "code", "parameterName"}]}`. Restores and tasks: `{"errors": [{"error_code", "error_message"}]}`. Ours: `{"code", "message", "field", "remedy", "mistakes", "requestId"}`. Every answer of ours has `x-request-id`.',
  '',
  'What changes something takes `Idempotency-Key`: the same key with the same content is the same request, for 400 days. A `requestId` in the body means the same, and must be no other. Where both are left out, each request is another.',
];

function routesOf({ paths }: Document, tag: string): string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes(tag))
      .flatMap(([method, operation]) => section(`${method.toUpperCase()} ${path}`, operation)),
  );
}

function section(title: string, operation: Operation): string[] {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const [[status = '', success] = []] = Object.entries(responses);
  const media = Object.keys(success?.content ?? {})[0] ?? '';
  const shown = parameters.filter((one) => one.in !== 'header');
  const body = Object.values(requestBody?.content ?? {})[0];
  const failures = Object.keys(responses).filter((code) => code === '404' || code === '409');
  return [
    '',
    `### ${title}`,
    '',
    `${summary}. ${description}`,
    '',
    ...(shown.length === 0 ? [] : ['| parameter | in | is |', '|---|---|---|', ...shown.map(parameterRow), '']),
    ...(body === undefined ? [] : ['| body | is |', '|---|---|', ...bodyRows(body.schema), '']),
    `${status}: ${success?.description}${failures.length === 0 ? '' : ` Also ${failures.join(', ')}.`}`,
    ...example('The body', body?.example),
    ...example('The answer', success?.content?.[media]?.example),
  ];
}

const example = (what: string, value: unknown): string[] =>
  value === undefined ? [] : ['', `${what}, as it was:`, '', '```json', JSON.stringify(value, null, 2), '```'];

const parameterRow = ({ name, in: place, required, schema }: NonNullable<Operation['parameters']>[number]) =>
  `| ${name}${required ? '' : ' (optional)'} | ${place} | ${say(schema)} |`;

const bodyRows = ({ properties = {}, required = [] }: Schema): string[] =>
  Object.entries(properties).map(
    ([name, of]) => `| ${name}${required.includes(name) ? '' : ' (optional)'} | ${say(of)} |`,
  );

/** A schema in some words. */
function say(schema: Schema): string {
  const { type, format, enum: names, minimum, maximum, items, properties, anyOf } = schema;
  if (names !== undefined) return names.map((one) => `\`${String(one)}\``).join(', ');
  if (anyOf !== undefined) return anyOf.map(say).join(' or ');
  if (items !== undefined) return `list of ${say(items)}`;
  if (properties !== undefined) return `object: ${Object.keys(properties).join(', ')}`;
  if (format !== undefined) return format;
  const kind = Array.isArray(type) ? type.join(' or ') : (type ?? 'anything');
  const isBounded = kind === 'integer' && minimum !== undefined && maximum !== undefined && maximum < 2 ** 31 - 1;
  return isBounded ? `${kind}, ${minimum} to ${maximum}` : kind;
}
