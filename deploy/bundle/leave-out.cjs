'use strict';

/** What to put in the place of a module: code that keeps the names its importers use. */
const replacements = [
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

/** A client asks its package.json for its version only, yet would bring the whole file. */
const packageOfClient = /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/;

/** Keeps out of the bundles what the AWS SDK carries along for other places than Lambda. */
module.exports = {
  name: 'leave-out',
  setup(build) {
    for (const [filter, contents] of replacements) {
      build.onResolve({ filter }, ({ path, resolveDir }) => ({
        path,
        namespace: 'left-out',
        pluginData: { contents, resolveDir },
      }));
    }
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ pluginData }) => pluginData);
    build.onLoad({ filter: packageOfClient }, ({ path }) => ({
      contents: JSON.stringify({ version: require(path).version }),
      loader: 'json',
    }));
  },
};
