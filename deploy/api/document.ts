import * as z from 'zod/mini';
import { idempotencyKey, veeamVersion } from '../../shared/api/headers.ts';
import type { Dialect, Rights, Route } from '../../shared/api/route.ts';
import { routes } from '../../shared/api/routes.ts';
import { errorShapes, gatewayError } from '../../shared/api/shapes.ts';
import { examples } from './examples.ts';

type Json = Record<string, unknown>;

/** As OpenAPI 3.1 wants it: JSON Schema of 2020-12. */
function schemaOf(schema: z.ZodMiniType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: instantsInWords,
  }) as Json;
  return rest;
}

/** Of an instant with any offset the format says it all; of one in UTC only the pattern does. */
function instantsInWords({ jsonSchema }: { jsonSchema: { format?: string; pattern?: string } }): void {
  if (jsonSchema.format !== 'date-time' || jsonSchema.pattern === undefined) return;
  if (jsonSchema.pattern.endsWith('(?:Z))$')) delete jsonSchema.format;
  else delete jsonSchema.pattern;
}

const rightsSay: Record<Rights, string> = {
  read: 'Needs the right to read (policy ApiReadPolicyArn).',
  operate: 'Needs the right to operate (policy ApiOperatePolicyArn).',
  administer: 'Needs the right to administer (policy ApiAdministerPolicyArn).',
};

const tags: Record<Dialect, string> = { veeam: 'Restore points', clumio: 'Restores and tasks', own: 'Tablekeep' };

/** The document of the API, made of the same contracts that read requests. */
export function openApi(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tablekeep',
      version: '1.0.0',
      description:
        'Backups of DynamoDB tables: restore points and restores in the words of two documented APIs, and everything else in ours. Every request is signed (AWS Signature Version 4, service execute-api). An unsigned or wrongly signed one, and one without the right, is answered by the gateway with 403: where the documents of the dialects say 401, it is 403 here.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com',
        description: 'The output ApiUrl of the stack',
        variables: { api: { default: 'a1b2c3d4e5' }, region: { default: 'us-east-1' } },
      },
    ],
    tags: [
      { name: tags.veeam, description: 'The words of Veeam Backup for AWS, 1.7-rev0' },
      { name: tags.clumio, description: 'The words of Clumio' },
      { name: tags.own, description: 'Plans, runs, tables, tasks and what the day was' },
    ],
    security: [{ sigv4: [] }],
    paths: paths(),
    components: {
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4, service execute-api',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
      headers: { 'x-request-id': { description: 'Names the request in the log', schema: { type: 'string' } } },
      schemas: {
        GatewayError: schemaOf(gatewayError, 'output'),
        RestorePointError: schemaOf(errorShapes.veeam, 'output'),
        TaskError: schemaOf(errorShapes.clumio, 'output'),
        Error: schemaOf(errorShapes.own, 'output'),
      },
    },
  };
}

function paths(): Record<string, Json> {
  const all: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    all[path] = { ...all[path], [route.method.toLowerCase()]: operation(route) };
  }
  return all;
}

function operation(route: Route): Json {
  const { id, summary, description = '', dialect, rights, body } = route;
  const parameters = [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query'), ...headers(route)];
  const { request } = examples[id] ?? {};
  return {
    operationId: id,
    summary,
    description: [description, rightsSay[rights]].filter((text) => text !== '').join(' '),
    tags: [tags[dialect]],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: jsonOf(schemaOf(body, 'input'), request) } }),
    responses: responses(route),
  };
}

const jsonOf = (schema: Json, example?: unknown, mediaType = 'application/json'): Json => ({
  [mediaType]: { schema, ...(example !== undefined && { example }) },
});

function parametersOf(schema: z.ZodMiniType | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: of,
  }));
}

function headers({ dialect, method }: Route): Json[] {
  const version = {
    name: 'x-api-version',
    in: 'header',
    required: false,
    schema: { type: 'string', enum: [veeamVersion], default: veeamVersion },
  };
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'The same key with the same content is the same request.',
    schema: schemaOf(idempotencyKey, 'input'),
  };
  return [...(dialect === 'veeam' ? [version] : []), ...(method === 'GET' ? [] : [key])];
}

const errorNames: Record<Dialect, string> = { veeam: 'RestorePointError', clumio: 'TaskError', own: 'Error' };

const said: Record<number, string> = {
  400: 'The request is malformed, incomplete or otherwise wrong; each field that is wrong is named.',
  403: 'Nobody signed the request, the signature is wrong, or the caller has not the right: the gateway says so.',
  404: 'What the request names is not there.',
  409: 'The request cannot succeed as things are, for the reason that is given.',
  413: 'The body is larger than the gateway takes.',
  429: 'Too many requests a second: the gateway says so.',
  431: 'Path, query and headers are longer than the gateway takes: 10 KB.',
  500: 'Something went wrong on this side.',
  503: 'AWS did not take the request just now; send it again.',
};

const header = { 'x-request-id': { $ref: '#/components/headers/x-request-id' } };

/** What never reaches the function. */
const gatewayOnly = new Set([403, 413, 429, 431]);

function responses({ id, dialect, success, failures, body: hasBody }: Route): Json {
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const gateway = ref('GatewayError');
  const own = ref(errorNames[dialect]);
  const failure = (status: number): Json => {
    const schema = gatewayOnly.has(status) ? gateway : status >= 500 ? { anyOf: [own, gateway] } : own;
    const { [status]: example } = examples[id]?.failures ?? {};
    const isOurs = status === 400 || status === 404 || status === 409;
    return { description: said[status], ...(isOurs && { headers: header }), content: jsonOf(schema, example) };
  };
  const statuses = [400, 403, ...failures, ...(hasBody ? [413] : []), 429, 431, 500, 503];
  const { status, description, body, mediaType } = success;
  const content = body && { content: jsonOf(schemaOf(body, 'output'), examples[id]?.response, mediaType) };
  return {
    [status]: { description, headers: header, ...content },
    ...Object.fromEntries(statuses.map((code) => [code, failure(code)])),
  };
}
