import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { endpointsOf } from '../../deploy/bundle/endpoints.ts';

const regions = [
  ...['us-east-1', 'us-west-2', 'eu-central-1', 'ap-southeast-7', 'mx-central-1', 'eusc-de-east-1'],
  ...['cn-north-1', 'cn-northwest-1', 'us-gov-west-1', 'us-gov-east-1'],
  ...['us-iso-east-1', 'us-isob-east-1', 'us-isof-south-1', 'eu-isoe-west-1'],
];
const kinds = [false, true].flatMap((UseFIPS) => [false, true].map((UseDualStack) => ({ UseFIPS, UseDualStack })));

type Rules = (place: object) => { url: URL };
const rulesOf = (client: { config: object }) => (client.config as { endpointProvider: Rules }).endpointProvider;

test.each([
  ['dynamodb', rulesOf(new DynamoDBClient({ region: 'us-east-1' }))],
  ['events', rulesOf(new EventBridgeClient({ region: 'us-east-1' }))],
  ['sts', rulesOf(new STSClient({ region: 'us-east-1' }))],
])('a bundle sends requests to %s where the SDK would, in every partition', (host, theirs) => {
  for (const Region of regions) {
    for (const kind of kinds) {
      const ours = endpointsOf(host)({ Region, ...kind }).url.href;
      const expected = theirs({ Region, ...kind, UseGlobalEndpoint: false }).url.href;
      expect(ours, `${Region} ${JSON.stringify(kind)}`).toBe(expected);
    }
  }
  const Endpoint = 'http://127.0.0.1:4566';
  expect(endpointsOf(host)({ Region: 'us-east-1', Endpoint }).url.href).toBe(
    theirs({ Region: 'us-east-1', Endpoint }).url.href,
  );
});
