import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Lambda } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPI } from '@aws-sdk/client-resource-groups-tagging-api';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { STS } from '@aws-sdk/client-sts';
import { afterAll } from 'vitest';
import { startLocal } from './local.ts';

/*
 * Where the rules run:
 *   by default                     against local/, over HTTP on a free port, by the real clock
 *   CONTRACT_ENDPOINT=http://…     against moto
 *   REMOTE=1                       against AWS, with the credentials and Region of the environment
 */

const { CONTRACT_ENDPOINT: moto, REMOTE: remote, AWS_REGION = 'us-east-1' } = process.env;

export const where: 'local' | 'moto' | 'aws' = remote === '1' ? 'aws' : moto ? 'moto' : 'local';

/** Nothing but `REMOTE=1` reaches AWS: whatever the environment says, a key of no worth is used elsewhere. */
export const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };

async function endpoint(): Promise<string | undefined> {
  if (where === 'aws') return undefined;
  if (moto) return moto;
  const { url, close } = await startLocal();
  afterAll(close);
  return url;
}

export const url = await endpoint();

/** What every client here is made with; the SDK's own retries carry the rules over AWS's throttles. */
export const config =
  url === undefined
    ? { region: AWS_REGION, maxAttempts: 8 }
    : { region: 'us-east-1', endpoint: url, credentials, maxAttempts: 3 };

/**
 * A role that the caller and Scheduler may assume and that may do nothing. At AWS it must be named: without it, rules that
 * need one are left out.
 */
export const roleArn =
  process.env.CONTRACT_ROLE_ARN ?? (where === 'aws' ? undefined : 'arn:aws:iam::123456789012:role/tablekeep-contract');

/** A role that Lambda may assume and that may read the streams of tables; named and left out as `roleArn`. */
export const readerRoleArn =
  process.env.CONTRACT_READER_ROLE_ARN ??
  (where === 'local' ? 'arn:aws:iam::123456789012:role/tablekeep-contract-reader' : undefined);

export const alarms = new CloudWatch(config);
export const dynamodb = new DynamoDB(config);
export const events = new EventBridge(config);
export const lambda = new Lambda(config);
export const scheduler = new Scheduler(config);
export const sns = new SNS(config);
export const sqs = new SQS(config);
export const sts = new STS(config);
export const tagging = new ResourceGroupsTaggingAPI(config);

/**
 * How often a rule looks again and how long it goes on: AWS is slower, and its calls are counted. `settleMs` passes before
 * EventBridge is taken to know a new rule ("allow a short period of time for changes to take effect", API_PutRule).
 */
export const patience =
  where === 'aws'
    ? { everyMs: 3000, forMs: 600_000, settleMs: 20_000, testMs: 900_000 }
    : { everyMs: 50, forMs: 10_000, settleMs: 0, testMs: 30_000 };
