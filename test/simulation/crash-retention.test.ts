import { crashTests } from './crash-tests.ts';

crashTests('retention', {
  operations: ['DeleteBackup', 'DescribeBackup', 'GetItem', 'PutEvents', 'PutItem', 'Query', 'UpdateItem'],
  points: 90,
  sleeps: 2,
  goneOnWith: 95,
  everyNth: 1,
  pairs: 12,
});
