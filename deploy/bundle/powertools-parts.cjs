'use strict';

/** Top-level functions of a file by name, each with what stands in its place; the file as it is when it lacks one. */
const withInstead = (functions) => (source) => {
  const declared = Object.entries(functions).map(([name, instead]) => ({
    whole: new RegExp(`^(export )?const ${name} =.*?;\\n(?=/\\*\\*|export |const |function )`, 'ms'),
    instead: `$1const ${name} = ${instead};\n`,
  }));
  if (!declared.every(({ whole }) => whole.test(source))) return source;
  return declared.reduce((left, { whole, instead }) => left.replace(whole, instead), source);
};

const router = '\\/event-handler\\/lib\\/esm\\/http\\/';

/** Files of Powertools by the end of their path, and what becomes of them. */
const files = [
  // Events of a REST API and of a load balancer, and streams: ours is an HTTP API, whose events have version 2.0.
  [
    new RegExp(`${router}converters\\.js$`),
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
    new RegExp(`${router}utils\\.js$`),
    withInstead({
      isAPIGatewayProxyEventV1: '() => false',
      isALBEvent: '() => false',
      HttpResponseStream: 'undefined',
      streamifyResponse: 'undefined',
    }),
  ],
  // Requests are read in shared/api/read.ts.
  [new RegExp(`${router}middleware\\/validation\\.js$`), () => 'export const validate = undefined;'],
];

module.exports = { files };
