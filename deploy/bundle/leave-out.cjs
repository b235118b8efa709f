'use strict';

const { readFileSync } = require('node:fs');
const powertools = require('./powertools-parts.cjs');
const sdk = require('./sdk-parts.cjs');
const unused = require('./unused-methods.cjs');

const files = [...sdk.files, ...powertools.files, ...unused.files];

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
    build.onLoad(
      { filter: /[\\/]node_modules[\\/]@(aws-sdk|aws-lambda-powertools|smithy)[\\/].*\.js(on)?$/ },
      ({ path }) => {
        const named = path.replaceAll('\\', '/');
        for (const [file, rewritten] of files) {
          const match = file.exec(named);
          if (!match) continue;
          const source = readFileSync(path, 'utf8');
          const contents = rewritten(source, match);
          if (contents !== source) return { contents, loader: named.endsWith('.json') ? 'json' : 'js' };
          return { errors: [{ text: `${named} is not what deploy/bundle takes it for.` }] };
        }
        return undefined;
      },
    );
  },
};
