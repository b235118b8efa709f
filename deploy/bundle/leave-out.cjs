'use strict';

const { readFileSync } = require('node:fs');
const { files, packages } = require('./sdk-parts.cjs');

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
        if (contents !== source) return { contents, loader: named.endsWith('.json') ? 'json' : 'js' };
        return { errors: [{ text: `${named} is not what deploy/bundle/sdk-parts.cjs takes it for.` }] };
      }
      return undefined;
    });
  },
};
