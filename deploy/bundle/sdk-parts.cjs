'use strict';

const { join } = require('node:path');

/** Packages that the AWS SDK brings along, and what stands in their place, with the names its importers use. */
const packages = [
  // A Lambda function finds its credentials in its environment, never with SSO, a process, a profile or a token.
  [
    /^@aws-sdk\/credential-provider-node$/,
    `import { fromEnv } from '@aws-sdk/credential-provider-env';
     export const defaultProvider = fromEnv;`,
  ],
  // Endpoint discovery is for operations that demand it; DynamoDB's do not.
  [
    /^@aws-sdk\/middleware-endpoint-discovery$/,
    `export const resolveEndpointDiscoveryConfig = (config) => config;
     const never = () => undefined;
     export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS =
       { environmentVariableSelector: never, configFileSelector: never, default: undefined };`,
  ],
  // Global endpoints of EventBridge sign for many Regions; we call one Region at a time.
  [
    /^@aws-sdk\/signature-v4-multi-region$/,
    `import { SignatureV4 } from '@smithy/signature-v4';
     export class SignatureV4MultiRegion extends SignatureV4 {
       static sigv4aDependency() { return 'none'; }
     }`,
  ],
  // For an environment that answers many at once: AWS_LAMBDA_MAX_CONCURRENCY, which we do not set.
  [/^@aws\/lambda-invoke-store$/, 'export const InvokeStore = { getInstanceAsync: async () => undefined };'],
];

/** What a file exports, each `undefined`, except for what `code` says otherwise. */
const emptied =
  (code = '') =>
  (source) => {
    const names = [...source.matchAll(/^export (?:const|class|(?:async )?function) (\w+)/gm)].map(([, name]) => name);
    const others = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code));
    return `${code}\n${others.map((name) => `export const ${name} = undefined;`).join('\n')}`;
  };

/** The host names of the services whose clients are in our bundles. */
const hosts = { dynamodb: 'dynamodb', eventbridge: 'events' };
const endpoints = JSON.stringify(join(__dirname, 'endpoints.ts'));

/** These errors keep their classes: one has the item as it was found, the other is repeated for a mark on its class. */
const classesOfErrors = /ConditionalCheckFailed|ReplicatedWriteConflict/;

/** `{ [_e]: … }` as `{ "error": … }`, where `const _e = "error"`. */
function namedMembers(source) {
  const names = new Map([...source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)].map(([, name, text]) => [name, text]));
  return source.replaceAll(/(?<=[{,] )\[(_\w+)\](?=: )/g, (member, name) => names.get(name) ?? member);
}

/** Files of the SDK by the end of their path, and what becomes of them. */
const files = [
  // Lambda has no ~/.aws: the environment says it all, and no cold start looks for files.
  [
    /\/node-config-provider\/configLoader\.js$/,
    emptied(`const valueOf = async ({ environmentVariableSelector, default: otherwise }, options) => {
        try {
          const value = environmentVariableSelector(process.env, options);
          if (value !== undefined) return value;
        } catch {
          // As in the SDK, what cannot be read is not there.
        }
        return typeof otherwise === 'function' ? otherwise() : otherwise;
      };
      export const loadConfig = (setting, options = {}) => {
        let value;
        return () => (value ??= valueOf(setting, options));
      };`),
  ],
  // On EC2 the Region is asked for; Lambda's environment has it. Time limits we set ourselves, in shared/aws/client.ts.
  [
    /\/regionConfig\/getInstanceMetadataRegion\.js$/,
    emptied('export const getInstanceMetadataRegion = async () => undefined;'),
  ],
  [
    /\/defaults-mode\/resolveDefaultsModeConfig\.js$/,
    emptied(`export const resolveDefaultsModeConfig = () => async () => 'legacy';`),
  ],
  // For a Node without crypto.
  [/\/checksum\/sha256\/Sha256Js\.js$/, emptied()],
  // Adaptive retries pace by throttles, which our quotas do better: AWS_RETRY_MODE=adaptive means standard here.
  [
    /\/util-retry\/AdaptiveRetryStrategy\.js$/,
    emptied(`export { StandardRetryStrategy as AdaptiveRetryStrategy } from './StandardRetryStrategy';`),
  ],
  [/\/util-retry\/DefaultRateLimiter\.js$/, emptied()],
  // Endpoints by account, by table and for searches are rules in a language of their own, with its interpreter and a
  // table of all Regions: 25 KB for two clients. Ours must say the same: test/deploy/endpoints.test.ts.
  [
    /\/client-(\w+)\/dist-es\/endpoint\/endpointResolver\.js$/,
    (_, [, client]) => `import { endpointsOf } from ${endpoints};
      export const defaultEndpointResolver = endpointsOf(${JSON.stringify(hosts[client])});`,
  ],
  [/\/util-endpoints\/aws\.js$/, () => 'export const awsEndpointFunctions = {};'],
  [/\/util-endpoints\/lib\/aws\/partition\.js$/, emptied(`export const getUserAgentPrefix = () => '';`)],
  [/\/service-customizations\/s3\.js$/, emptied('export const resolveParamsForS3 = async (params) => params;')],
  // What of an operation goes into headers and paths: nothing where JSON does it all.
  [/\/protocols\/HttpBindingNormalizedSchema\.js$/, emptied('export const getHttpOperationBindings = () => [];')],
  // DynamoDB's and EventBridge's instants are numbers; the other formats are what `Date` reads anyway.
  [
    /\/serde\/date-utils\.js$/,
    emptied(`const instant = (value) => {
        if (value === null || value === undefined) return undefined;
        const date = new Date(value);
        if (Number.isNaN(date.getTime())) throw new TypeError('"' + value + '" is not an instant');
        return date;
      };
      export const parseEpochTimestamp = (value) => instant(value && Math.round(Number(value) * 1000));
      export { instant as parseRfc3339DateTimeWithOffset, instant as parseRfc7231DateTime };
      export const dateToUtcString = (date) => date.toUTCString();`),
  ],
  // No operation of ours streams events.
  [
    /\/protocols\/RpcProtocol\.js$/,
    (source) =>
      source.replaceAll('ns.getEventStreamMember()', 'undefined').replaceAll('if (eventStreamMember)', 'if (false)'),
  ],
  // Numbers of any precision are for big integers, decimals and documents; ours are 64 bits wide at most.
  [/\/protocols\/json\/needsReviver\.js$/, emptied('export const needsReviver = () => false;')],
  [/\/protocols\/json\/jsonReviver\.js$/, emptied()],
  // A body is bytes; strings by the same name are for those who took it for text before.
  [/\/codec-v2\/JsonBytesStringAdapter\.js$/, emptied('export const JsonBytesStringAdapter = Buffer;')],
  // Signatures of streams of events and of several Regions.
  [/\/signature-v4\/dist-es\/HeaderFormatter\.js$/, emptied('export class HeaderFormatter {}')],
  [
    /\/resolveAwsSdkSigV4AConfig\.js$/,
    emptied('export const NODE_SIGV4A_CONFIG_OPTIONS = { environmentVariableSelector() {} };'),
  ],
  [/\/AwsSdkSigV4ASigner\.js$/, emptied('export class AwsSdkSigV4ASigner {}')],
  [
    /\/client-eventbridge\/dist-es\/auth\/httpAuthSchemeProvider\.js$/,
    (source) =>
      source
        .replace(/(?<== )createEndpointRuleSetHttpAuthSchemeParametersProvider\((\w+)\);/, '$1;')
        .replace(/(?<== )createEndpointRuleSetHttpAuthSchemeProvider\(\w+, (\w+), \{[^}]*\}\);/, '$1;')
        .replace('options.push(createAwsAuthSigv4aHttpAuthOption(authParameters));', '')
        .replace('resolveAwsSdkSigV4AConfig(config_0)', 'config_0'),
  ],
  // What others may add to a client's configuration, and endpoints by account.
  [
    /\/client-\w+\/dist-es\/runtimeExtensions\.js$/,
    emptied('export const resolveRuntimeExtensions = (config) => config;'),
  ],
  [
    /\/AccountIdEndpointModeConfigResolver\.js$/,
    emptied('export const resolveAccountIdEndpointModeConfig = (config) => config;'),
  ],
  [
    /\/NodeAccountIdEndpointModeConfigOptions\.js$/,
    emptied('export const NODE_ACCOUNT_ID_ENDPOINT_MODE_CONFIG_OPTIONS = { environmentVariableSelector() {} };'),
  ],
  // Our clients tell nobody which features of the SDK they use, have no logger for it to write to, and run on the
  // version of Node that we deploy for.
  [
    /\/middleware-logger\/loggerMiddleware\.js$/,
    emptied('export const getLoggerPlugin = () => ({ applyToStack() {} });'),
  ],
  [/\/middleware-user-agent\/check-features\.js$/, emptied('export const checkFeatures = async () => {};')],
  [/\/schemaLogFilter\.js$/, emptied('export const schemaLogFilter = (_, data) => data;')],
  [
    /\/@aws-sdk\/core\/.*\/client\/emitWarningIfUnsupportedVersion\.js$/,
    emptied('export const state = {}, emitWarningIfUnsupportedVersion = () => {};'),
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
  // The bundler leaves out what no operation of ours has, where it sees that making it has no effects.
  [/\/client-\w+\/dist-es\/schemas\/schemas_0\.js$/, namedMembers],
];

module.exports = { packages, files };
