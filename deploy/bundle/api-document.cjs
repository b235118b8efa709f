'use strict';

const { readFileSync } = require('node:fs');
const { brotliCompressSync } = require('node:zlib');

/** The API's document, compressed: a tenth of its size. */
module.exports = {
  name: 'api-document',
  setup(build) {
    build.onLoad({ filter: /[\\/]docs[\\/]openapi\.json$/ }, ({ path }) => {
      const packed = brotliCompressSync(JSON.stringify(JSON.parse(readFileSync(path, 'utf8')))).toString('base64');
      return {
        contents: `import { brotliDecompressSync } from 'node:zlib';
          let document;
          export default { toJSON: () => (document ??= JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64')))) };`,
        loader: 'js',
      };
    });
  },
};
