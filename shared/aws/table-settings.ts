import {
  DescribeContinuousBackupsCommand,
  type DescribeContinuousBackupsCommandInput,
  DescribeKinesisStreamingDestinationCommand,
  type DescribeKinesisStreamingDestinationCommandInput,
  DescribeTableCommand,
  type DescribeTableCommandInput,
  DescribeTimeToLiveCommand,
  type DescribeTimeToLiveCommandInput,
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
import type { ClientOptions } from './client.ts';
import { clientsOf } from './dynamodb.ts';

export type TableCalls = ReturnType<typeof tableCalls>;

/** DynamoDB's operations on the settings of a table. All may be repeated, so the SDK does; not those that take slots. */
export function tableCalls(options: ClientOptions, region: string) {
  const { once, patient: client } = clientsOf(options, region);
  return {
    describeTable: (input: DescribeTableCommandInput) => client.send(new DescribeTableCommand(input)),
    describeContinuousBackups: (input: DescribeContinuousBackupsCommandInput) =>
      once.send(new DescribeContinuousBackupsCommand(input)),
    describeKinesis: (input: DescribeKinesisStreamingDestinationCommandInput) =>
      client.send(new DescribeKinesisStreamingDestinationCommand(input)),
    describeTimeToLive: (input: DescribeTimeToLiveCommandInput) => once.send(new DescribeTimeToLiveCommand(input)),
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
