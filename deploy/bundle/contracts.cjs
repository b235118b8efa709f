'use strict';

const { readFileSync } = require('node:fs');
const { answersInShort } = require('./answers.cjs');

const text = /'(?:[^'\\\n]|\\.)*'/.source;

/** What contracts and routes say to people: for events/README.md, events/schemas and docs/openapi.json, not for Lambda. */
const metadata = [/\.check\(z\.meta\(\{[^{}]*\}\)\)|,\s*z\.meta\(\{[^{}]*\}\)/g, ''];
const words = [[new RegExp(`\\b(?:sentBy|heardBy|when):\\s+${text},?`, 'g'), ''], metadata];
const wordsOfRoutes = [
  [new RegExp(`\\b(?:summary|description):\\s+${text},?`, 'g'), ''],
  [/^ {2}(?:rights: '\w+'|id: '\w+'|failures: \[[\d, ]*\]),$/gm, ''],
  metadata,
];

/** Making a schema or a contract changes nothing, which the bundler does not see: one that nobody uses is left out. */
const pure = [
  [/(?<=[^\w.])(?=z\.(?!parse|safeParse|config)\w+\(|(?:fact|request|route)\(\s*['{])/g, '/* @__PURE__ */ '],
];

const replaced = (source, pairs) => pairs.reduce((left, [said, instead]) => left.replaceAll(said, instead), source);

/** Keeps out of the bundles what of contracts of events and of routes no function uses. */
module.exports = {
  name: 'contracts',
  setup(build) {
    const load = (filter, rewritten) =>
      build.onLoad({ filter }, ({ path }) => ({ contents: rewritten(readFileSync(path, 'utf8'), path), loader: 'ts' }));
    load(/[\\/]events[\\/][\w-]+\.ts$/, (source) => replaced(source, [...words, ...pure]));
    load(/[\\/]shared[\\/]api[\\/].+\.ts$/, (source, path) =>
      replaced(answersInShort(replaced(source, wordsOfRoutes), path), pure),
    );
    load(/[\\/]shared[\\/].+\.ts$/, (source) => replaced(source, pure));
  },
};
