'use strict';

const { readFileSync } = require('node:fs');
const powertools = require('./powertools-parts.cjs');
const sdk = require('./sdk-parts.cjs');
const unused = require('./unused-methods.cjs');

const files = [...sdk.files, ...powertools.files, ...unused.files];

/** What becomes of a file; undefined when one of its rules finds nothing to change. */
function contentsOf(path, rules) {
  return rules.reduce(
    (source, { match, rewritten }) => {
      const contents = source && rewritten(source, match);
      return contents === source ? undefined : contents;
    },
    readFileSync(path, 'utf8'),
  );
}

/** Keeps out of the bundles what the AWS SDK and Powertools carry along for other places and other uses. */
module.exports = {
  name: 'leave-out',
  setup(build) {
    for (const [filter, contents] of sdk.packages) {
      build.onResolve({ filter }, ({ path, resolveDir }) => ({
        path,
        namespace: 'left-out',
        pluginData: { contents, resolveDir },
      }));
    }
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ pluginData }) => pluginData);
    const packages = /[\\/]node_modules[\\/]@(aws-sdk|aws-lambda-powertools|smithy)[\\/].*\.js(on)?$/;
    build.onLoad({ filter: packages }, ({ path }) => {
      const named = path.replaceAll('\\', '/');
      const rules = files.flatMap(([file, rewritten]) => {
        const match = file.exec(named);
        return match ? [{ match, rewritten }] : [];
      });
      if (rules.length === 0) return undefined;
      const contents = contentsOf(path, rules);
      if (contents !== undefined) return { contents, loader: named.endsWith('.json') ? 'json' : 'js' };
      return { errors: [{ text: `${named} is not what deploy/bundle takes it for.` }] };
    });
  },
};
