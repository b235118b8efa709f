'use strict';

const { basename } = require('node:path');

/** The clients that a function calls beside DynamoDB and EventBridge. Its role in deploy/roles.yml allows no others. */
const clientsOf = {
  'start-run': [],
  heartbeat: [],
  'take-backups': ['sts', 'tagging', 'settings'],
  'apply-retention': ['sts'],
  audit: ['sts', 'tagging', 'kms', 'sqs'],
  export: ['sts', 'kms', 'dynamodb-export', 's3'],
  restore: ['sts', 'kms', 'settings', 'dynamodb-restore'],
};

/** The exports of shared/aws/<client>.ts in a bundle that has no such client. */
const absent = {
  sts: 'export const assumedRole = () => fail;',
  tagging: 'export const taggingOf = () => ({ taggedTables: fail });',
  kms: 'export const keysOf = () => ({ describeKey: fail });',
  settings: 'export const settingsApiOf = () => fail();',
  'dynamodb-restore': 'export const restoreCallsOf = () => fail();',
  'dynamodb-export': 'export const exportCallsOf = () => fail();',
  s3: 'export const objectsOf = () => fail();',
  sqs: 'export const queuesOf = () => ({ receive: fail, remove: fail });',
};

const failing = (name, client) =>
  `const fail = () => { throw new Error('The bundle of ${name} has no client for ${client}; see deploy/bundle/clients.cjs.'); };`;

/** Keeps out of a function's bundle the clients that it never calls: a cold start reads every byte. */
module.exports = {
  name: 'clients',
  setup(build) {
    const [entry] = Object.values(build.initialOptions.entryPoints ?? []);
    const name = basename(entry ?? '', '.ts');
    const used = clientsOf[name];
    if (used === undefined) return;
    build.onLoad(
      { filter: /[\\/]shared[\\/]aws[\\/](sts|tagging|kms|settings|dynamodb-restore|dynamodb-export|s3|sqs)\.ts$/ },
      ({ path }) => {
        const client = basename(path, '.ts');
        return used.includes(client) ? undefined : { contents: `${failing(name, client)}\n${absent[client]}` };
      },
    );
  },
};
