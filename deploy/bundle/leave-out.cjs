'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/** Packages that the AWS SDK brings along, and what stands in their place, with the names its importers use. */
const packages = [
  // A Lambda function finds its credentials in its environment, never with SSO, a process, a profile or a token.
  [
    /^@aws-sdk\/credential-provider-node$/,
    `import { fromEnv } from '@aws-sdk/credential-provider-env';
     export const defaultProvider = fromEnv;`,
  ],
  // Loaded by the SDK when an operation streams events; none that we call does.
  [/^@smithy\/core\/event-streams$/, 'module.exports = {};'],
  // Endpoint discovery is for operations that demand it; DynamoDB's do not.
  [
    /^@aws-sdk\/middleware-endpoint-discovery$/,
    `export const resolveEndpointDiscoveryConfig = (config) => config;
     const never = () => undefined;
     export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS =
       { environmentVariableSelector: never, configFileSelector: never, default: undefined };`,
  ],
  // Global endpoints of EventBridge and STS sign for many Regions; we call one Region at a time.
  [
    /^@aws-sdk\/signature-v4-multi-region$/,
    `import { SignatureV4 } from '@smithy/signature-v4';
     export class SignatureV4MultiRegion extends SignatureV4 {
       static sigv4aDependency() { return 'none'; }
     }`,
  ],
];

/** The host names of the services whose clients are in our bundles. */
const hosts = { dynamodb: 'dynamodb', eventbridge: 'events', sts: 'sts', kms: 'kms', sqs: 'sqs' };
const endpoints = JSON.stringify(join(__dirname, 'endpoints.ts'));

/** These errors keep their classes: one has the item as it was found, others the SDK repeats for a mark on the class. */
const classesOfErrors = /ConditionalCheckFailed|ReplicatedWriteConflict|IDPCommunicationError/;

/** Files of the SDK by the end of their path, and what becomes of them. */
const files = [
  // Lambda has no ~/.aws: the environment says it all, and no cold start looks for files.
  [
    /\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/,
    () => `export { CONFIG_PREFIX_SEPARATOR } from './constants';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  ],
  // On EC2 the Region is asked for; Lambda's environment has it.
  [
    /\/regionConfig\/getInstanceMetadataRegion\.js$/,
    () => 'export const getInstanceMetadataRegion = async () => undefined;',
  ],
  // For a Node without crypto.
  [/\/checksum\/sha256\/Sha256Js\.js$/, () => 'export const Sha256Js = undefined;'],
  // Adaptive retries pace by throttles, which our quotas do better: AWS_RETRY_MODE=adaptive means standard here.
  [
    /\/util-retry\/AdaptiveRetryStrategy\.js$/,
    () => `export { StandardRetryStrategy as AdaptiveRetryStrategy } from './StandardRetryStrategy';`,
  ],
  [/\/util-retry\/DefaultRateLimiter\.js$/, () => 'export const DefaultRateLimiter = undefined;'],
  // Endpoints by account, by table and for searches are rules in a language of their own, with its interpreter and a
  // table of all Regions: 20 KB for two clients. Ours must say the same: test/deploy/endpoints.test.ts.
  [
    /\/client-(\w+)\/dist-es\/endpoint\/endpointResolver\.js$/,
    (_, [, client]) => `import { endpointsOf } from ${endpoints};
      export const defaultEndpointResolver = endpointsOf(${JSON.stringify(hosts[client])});`,
  ],
  // A client asks its package.json for its version only, yet would bring the whole file.
  [/\/@aws-sdk\/[^/]+\/package\.json$/, (source) => JSON.stringify({ version: JSON.parse(source).version })],
  // Every error of every operation has a class. Without one it is of the client's base class, with the same name,
  // message, status and fields, by which alone we tell errors apart.
  [
    /\/client-\w+\/dist-es\/schemas\/schemas_0\.js$/,
    (source) =>
      source.replaceAll(/^n0_registry\.registerError\(.*$/gm, (line) => (classesOfErrors.test(line) ? line : '')),
  ],
];

/** Keeps out of the bundles what the AWS SDK carries along for other places than Lambda. */
module.exports = {
  name: 'leave-out',
  setup(build) {
    for (const [filter, contents] of packages) {
      build.onResolve({ filter }, ({ path, resolveDir }) => ({
        path,
        namespace: 'left-out',
        pluginData: { contents, resolveDir },
      }));
    }
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ pluginData }) => pluginData);
    build.onLoad({ filter: /[\\/]node_modules[\\/]@(aws-sdk|smithy)[\\/].*\.js(on)?$/ }, ({ path }) => {
      const named = path.replaceAll('\\', '/');
      for (const [file, rewritten] of files) {
        const match = file.exec(named);
        if (!match) continue;
        const source = readFileSync(path, 'utf8');
        const contents = rewritten(source, match);
        if (contents === source)
          return { errors: [{ text: `${named} is not as deploy/bundle/leave-out.cjs knows it.` }] };
        return { contents, loader: named.endsWith('.json') ? 'json' : 'js' };
      }
      return undefined;
    });
  },
};
