'use strict';

const { readFileSync } = require('node:fs');
const { brotliCompressSync } = require('node:zlib');

const text = /'(?:[^'\\\n]|\\.)*'/.source;

/** What routes say to people is in the document. */
const words = new RegExp(`\\b(?:summary|description):\\s+${text},?`, 'g');

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
    build.onLoad({ filter: /[\\/]shared[\\/]api[\\/].+\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(words, ''),
      loader: 'ts',
    }));
  },
};
