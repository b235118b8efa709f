'use strict';

const { readFileSync } = require('node:fs');

const text = /'(?:[^'\\]|\\.)*'/.source;

/** Who sends an event and when, and descriptions of fields: for events/README.md and events/schemas, not for Lambda. */
const words = [
  [new RegExp(`\\b(?:sentBy|heardBy|when):\\s+${text},?`, 'g'), ''],
  [new RegExp(`z\\.meta\\(\\{\\s*description:\\s*${text},?\\s*\\}\\)`, 'g'), 'z.meta({})'],
];

/** Keeps out of the bundles what the contracts of events say to people only. */
module.exports = {
  name: 'contracts',
  setup(build) {
    build.onLoad({ filter: /[\\/]events[\\/][\w-]+\.ts$/ }, ({ path }) => ({
      contents: words.reduce((source, [said, instead]) => source.replaceAll(said, instead), readFileSync(path, 'utf8')),
      loader: 'ts',
    }));
  },
};
