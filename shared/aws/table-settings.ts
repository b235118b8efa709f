import {
  DescribeContinuousBackupsCommand,
  type DescribeContinuousBackupsCommandInput,
  DescribeKinesisStreamingDestinationCommand,
  type DescribeKinesisStreamingDestinationCommandInput,
  DescribeTableCommand,
  type DescribeTableCommandInput,
  DescribeTimeToLiveCommand,
  type DescribeTimeToLiveCommandInput,
  DynamoDBClient,
  EnableKinesisStreamingDestinationCommand,
  type EnableKinesisStreamingDestinationCommandInput,
  GetResourcePolicyCommand,
  type GetResourcePolicyCommandInput,
  ListContributorInsightsCommand,
  type ListContributorInsightsCommandInput,
  ListTagsOfResourceCommand,
  type ListTagsOfResourceCommandInput,
  PutResourcePolicyCommand,
  type PutResourcePolicyCommandInput,
  TagResourceCommand,
  type TagResourceCommandInput,
  UpdateContinuousBackupsCommand,
  type UpdateContinuousBackupsCommandInput,
  UpdateContributorInsightsCommand,
  type UpdateContributorInsightsCommandInput,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
  type UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type ClientOptions, clientConfig } from './client.ts';

export type TableCalls = ReturnType<typeof tableCalls>;

/** DynamoDB's operations on the settings of a table. All may be repeated, so the SDK does; not those that take slots. */
export function tableCalls(options: ClientOptions, region: string) {
  const client = new DynamoDBClient(clientConfig(options, region, 4));
  const once = new DynamoDBClient({
    ...clientConfig(options, region, 1),
    requestHandler: client.config.requestHandler,
    credentials: client.config.credentials,
  });
  return {
    describeTable: (input: DescribeTableCommandInput) => client.send(new DescribeTableCommand(input)),
    describeContinuousBackups: (input: DescribeContinuousBackupsCommandInput) =>
      once.send(new DescribeContinuousBackupsCommand(input)),
    describeKinesis: (input: DescribeKinesisStreamingDestinationCommandInput) =>
      client.send(new DescribeKinesisStreamingDestinationCommand(input)),
    describeTimeToLive: (input: DescribeTimeToLiveCommandInput) => client.send(new DescribeTimeToLiveCommand(input)),
    getResourcePolicy: (input: GetResourcePolicyCommandInput) => client.send(new GetResourcePolicyCommand(input)),
    listContributorInsights: (input: ListContributorInsightsCommandInput) =>
      client.send(new ListContributorInsightsCommand(input)),
    listTags: (input: ListTagsOfResourceCommandInput) => once.send(new ListTagsOfResourceCommand(input)),

    enableKinesis: (input: EnableKinesisStreamingDestinationCommandInput) =>
      client.send(new EnableKinesisStreamingDestinationCommand(input)),
    putResourcePolicy: (input: PutResourcePolicyCommandInput) => client.send(new PutResourcePolicyCommand(input)),
    tag: (input: TagResourceCommandInput) => client.send(new TagResourceCommand(input)),
    updateContinuousBackups: (input: UpdateContinuousBackupsCommandInput) =>
      client.send(new UpdateContinuousBackupsCommand(input)),
    updateContributorInsights: (input: UpdateContributorInsightsCommandInput) =>
      client.send(new UpdateContributorInsightsCommand(input)),
    updateTable: (input: UpdateTableCommandInput) => client.send(new UpdateTableCommand(input)),
    updateTimeToLive: (input: UpdateTimeToLiveCommandInput) => client.send(new UpdateTimeToLiveCommand(input)),
  };
}
