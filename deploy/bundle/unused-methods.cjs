'use strict';

const { withoutMethods } = require('./class-members.cjs');

/**
 * Methods that nothing in our bundles calls, by the end of the path of their class's file: a bundler keeps a class as a
 * whole. Their names occur nowhere else, which test/deploy/leave-out.test.ts looks for in every bundle; so one that is
 * called one day, by us or by a newer SDK, fails a test before it fails at a call.
 */
const methods = [
  [/\/signature-v4\/dist-es\/SignatureV4\.js$/, ['presign']],
  [
    /\/protocols\/HttpProtocol\.js$/,
    [
      'resolveError',
      'deserializeHttpMessage',
      'getRequestType',
      'getResponseType',
      'serializeEventStream',
      'deserializeEventStream',
      'loadEventStreamCapability',
      'getEventStreamMarshaller',
      'resolveEventStreamMarshaller',
    ],
  ],
  [/\/schemas\/NormalizedSchema\.js$/, ['getMemberSchema', 'getKeySchema']],
  [/\/codec-v2\/JsonShapeSerializer2\.js$/, ['writeDiscriminatedDocument']],
  [/\/core\/.*\/protocols\/ProtocolLib\.js$/, ['resolveRestContentType']],
  [/\/node-http-handler\.js$/, ['updateHttpClientConfig', 'httpHandlerConfigs']],
  [
    /\/logger\/lib\/esm\/Logger\.js$/,
    [
      'createChild',
      'createLogger',
      'injectLambdaContext',
      'injectLambdaContextAfterOrOnError',
      'addPersistentLogAttributes',
      'getPersistentLogAttributes',
      'removePersistentLogAttributes',
      'setPersistentLogAttributes',
      'removePersistentKeys',
      'removeKeys',
      'getCorrelationId',
    ],
  ],
  [/\/logger\/lib\/esm\/LogAttributesStore\.js$/, ['removePersistentKeys', 'removeTemporaryKeys']],
  [
    /\/metrics\/lib\/esm\/Metrics\.js$/,
    ['logMetrics', 'captureColdStartMetric', 'setThrowOnEmptyMetrics', 'addDimensions', 'addMetadata', 'isDisabled'],
  ],
  [/\/metrics\/lib\/esm\/DimensionsStore\.js$/, ['addDimensionSet']],
  [
    /\/event-handler\/lib\/esm\/http\/Router\.js$/,
    ['includeRouter', 'notFound', 'methodNotAllowed', 'resolveStream', '#streamHandlerResponse'],
  ],
];

/** As in sdk-parts.cjs: files, and what becomes of them. */
const files = methods.map(([file, names]) => [file, withoutMethods(...names)]);

module.exports = { files, methods };
