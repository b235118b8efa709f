import { crashTests } from './crash-tests.ts';

crashTests('run', {
  operations: [
    'CreateBackup',
    'DescribeBackup',
    'DescribeTable',
    'GetItem',
    'GetResources',
    'ListBackups',
    'ListTables',
    'PutEvents',
    'PutItem',
    'Query',
    'UpdateItem',
  ],
  points: 180,
  sleeps: 25,
  goneOnWith: 95,
  pairs: 12,
});
