import { crashTests } from './crash-tests.ts';

crashTests('export', {
  operations: [
    'DescribeContinuousBackups',
    'DescribeExport',
    'DescribeTable',
    'ExportTableToPointInTime',
    'GET',
    'GetItem',
    'GetResources',
    'ListTables',
    'PUT',
    'PutEvents',
    'PutItem',
    'Query',
    'UpdateItem',
  ],
  points: 600,
  sleeps: 8,
  goneOnWith: 90,
  pairs: 8,
});
