'use strict';

/**
 * Methods that nothing in our bundles calls, by the end of the path of their class's file: a bundler keeps a class as a
 * whole. Their names occur nowhere else, which test/deploy/leave-out.test.ts looks for in every bundle; so one that is
 * called one day, by us or by a newer SDK, fails a test before it fails at a call.
 */
const methods = [
  [/\/signature-v4\/dist-es\/SignatureV4\.js$/, ['presign']],
  [
    /\/protocols\/HttpProtocol\.js$/,
    ['resolveError', 'deserializeHttpMessage', 'getEventStreamMarshaller', 'getRequestType', 'getResponseType'],
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

/** A method as the compiler of TypeScript writes it: its closing brace is the first one that is indented as it is. */
const methodNamed = (name) =>
  new RegExp(`^ {4}(?:static )?(?:async )?(?:get )?${name}\\([^\\n]*\\{(?: \\}|\\n.*?^ {4}\\})$`, 'ms');

/** A class without these methods; as it is when it lacks one of them, which fails the packaging. */
const withoutMethods = (names) => (source) =>
  names.every((name) => methodNamed(name).test(source))
    ? names.reduce((left, name) => left.replace(methodNamed(name), ''), source)
    : source;

/** As in sdk-parts.cjs: files, and what becomes of them. */
const files = methods.map(([file, names]) => [file, withoutMethods(names)]);

module.exports = { files, methods };
