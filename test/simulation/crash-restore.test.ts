import { crashTests } from './crash-tests.ts';

crashTests('restore', {
  operations: [
    'DescribeAlarms',
    'DescribeBackup',
    'DescribeContinuousBackups',
    'DescribeKinesisStreamingDestination',
    'DescribeScalableTargets',
    'DescribeTable',
    'DescribeTimeToLive',
    'GetItem',
    'GetResourcePolicy',
    'ListBackups',
    'ListContributorInsights',
    'ListTagsOfResource',
    'PutEvents',
    'PutItem',
    'Query',
    'RestoreTableFromBackup',
    'TagResource',
    'UpdateItem',
  ],
  points: 350,
  sleeps: 50,
  goneOnWith: 90,
  pairs: 8,
});
