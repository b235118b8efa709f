/** Settings that act on others need rights that not everybody wants to give: each has a parameter of the deployment. */
export interface Switches {
  /** Functions read the stream of the restored table again. */
  triggers: boolean;
  /** The restored table writes to its Kinesis streams again. */
  kinesis: boolean;
  /** The restored table has replicas in other Regions again. */
  replicas: boolean;
}

const ofAccount = (service: string, resource: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:*:\${AWS::AccountId}:${resource}`,
});

/** What the switches add to the restoring role. */
const statements = {
  triggers: [{ Effect: 'Allow', Action: 'lambda:CreateEventSourceMapping', Resource: '*' }],
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds_iam.html
  kinesis: [
    { Effect: 'Allow', Action: 'kinesis:ListStreams', Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['kinesis:DescribeStream', 'kinesis:PutRecords'],
      Resource: ofAccount('kinesis', 'stream/*'),
    },
    {
      Effect: 'Allow',
      Action: 'dynamodb:EnableKinesisStreamingDestination',
      Resource: ofAccount('dynamodb', 'table/*'),
    },
  ],
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2gt_IAM.html
  replicas: [
    {
      Effect: 'Allow',
      Action: ['dynamodb:CreateTable', 'dynamodb:CreateTableReplica'],
      Resource: ofAccount('dynamodb', 'table/*'),
    },
  ],
};

/**
 * The policy of the restoring role for settings that are switched on, and for those outward ones that need no switch:
 * alarms and resource policies as they were captured.
 */
export function outwardStatements(switches: Switches): object[] {
  const always = [
    { Effect: 'Allow', Action: 'cloudwatch:PutMetricAlarm', Resource: ofAccount('cloudwatch', 'alarm:*') },
    {
      Effect: 'Allow',
      Action: 'dynamodb:PutResourcePolicy',
      Resource: ofAccount('dynamodb', 'table/*'),
    },
  ];
  const switched = Object.entries(statements).filter(([name]) => switches[name as keyof Switches]);
  return [...always, ...switched.flatMap(([, own]) => own)];
}
