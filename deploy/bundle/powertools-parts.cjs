'use strict';

const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { withIdleMethods, withoutMethods } = require('./class-members.cjs');

/** Top-level functions of a file by name, each with what stands in its place; the file as it is when it lacks one. */
const withInstead = (functions) => (source) => {
  const declared = Object.entries(functions).map(([name, instead]) => ({
    whole: new RegExp(`^(export )?const ${name} =.*?;\\n(?=/\\*\\*|export |const |function )`, 'ms'),
    instead: `$1const ${name} = ${instead};\n`,
  }));
  if (!declared.every(({ whole }) => whole.test(source))) return source;
  return declared.reduce((left, { whole, instead }) => left.replace(whole, instead), source);
};

/** The statuses that the router's own files name; ours are numbers. */
function namedStatuses(source, { input: path }) {
  const readers = ['Router', 'converters', 'errors', 'utils'].map((name) => join(dirname(path), `${name}.js`));
  const text = readers.map((file) => readFileSync(file, 'utf8')).join('');
  const named = new Set([...text.matchAll(/\bHttpStatusCodes\.([A-Z_]+)/g)].map(([, name]) => name));
  return source.replaceAll(/^ {4}([A-Z_]+): \d{3},\n/gm, (line, name) => (named.has(name) ? line : ''));
}

/** By which a route can be registered beside `route`; shared/api/router.ts calls none of them. */
const shorthands = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

/** Files of Powertools by the end of their path, and what becomes of them. */
const files = [
  // No log of ours is held back, or written for a sample of the invocations only, or looks for ids in events.
  [
    /\/logger\/lib\/esm\/Logger\.js$/,
    (source) =>
      withIdleMethods(
        '#setLogBuffering',
        'shouldBufferLog',
        'bufferLogItem',
        'flushBuffer',
        'clearBuffer',
        'setInitialSampleRate',
        'refreshSampleRateCalculation',
        'setCorrelationId',
      )(source),
  ],
  [
    /\/logger\/lib\/esm\/LogInvocationStore\.js$/,
    withoutMethods('configureBuffer', 'add', 'get', 'delete', '#getBuffer'),
  ],
  // Events of a REST API and of a load balancer, and streams: ours is an HTTP API, whose events have version 2.0.
  [
    /\/event-handler\/lib\/esm\/http\/converters\.js$/,
    withInstead({
      proxyEventV1ToWebRequest: 'undefined',
      albEventToWebRequest: 'undefined',
      populateV1Headers: 'undefined',
      populateV1QueryParams: 'undefined',
      webHeadersToApiGatewayV1Headers: 'undefined',
      webResponseToProxyResultV1: 'undefined',
      webResponseToALBResult: 'undefined',
    }),
  ],
  [
    /\/event-handler\/lib\/esm\/http\/utils\.js$/,
    withInstead({
      isAPIGatewayProxyEventV1: '() => false',
      isALBEvent: '() => false',
      HttpResponseStream: 'undefined',
      streamifyResponse: 'undefined',
    }),
  ],
  [/\/event-handler\/lib\/esm\/http\/constants\.js$/, namedStatuses],
  [/\/event-handler\/lib\/esm\/http\/Router\.js$/, withoutMethods(...shorthands, '#handleHttpMethod')],
  // One router, which includes no others.
  [/\/event-handler\/lib\/esm\/http\/\w+Registry\.js$/, withoutMethods('merge')],
  // Requests are read in shared/api/read.ts.
  [/\/event-handler\/lib\/esm\/http\/middleware\/validation\.js$/, () => 'export const validate = undefined;'],
];

module.exports = { files, shorthands };
