import { AwsError } from '../../local/service.ts';
import type { Deployed } from './deployed.ts';
import { hub, member } from './two-nights.ts';

/** A bucket of each account. */
export const exportBuckets = `hub-archive,member-archive=${member.account}`;

const home = { account: hub, region: 'us-east-1' };

/** At home and in a member account, a table is exported with all that an export may need, and read back; then on schedule. */
export async function exports(deployed: Deployed): Promise<void> {
  await exportFrom(deployed, home, 'hub-archive');
  await exportFrom(deployed, member, 'member-archive');
  for (const exports of ['lake', 'abroad']) await deployed.invoke('Export', { exports });
  await deployed.clock.run(deployed.clock.now() + 60 * 60_000);
}

async function exportFrom(deployed: Deployed, place: typeof home, bucket: string): Promise<void> {
  const { aws, clock, whenDone } = deployed;
  const call = (service: string, operation: string, input: object) =>
    whenDone(
      aws.core.call({
        service,
        operation,
        input: input as Record<string, unknown>,
        caller: aws.iam.caller(place.account),
        ...place,
      }),
    );
  const pass = (ms: number) => clock.run(clock.now() + ms);
  const location = `<CreateBucketConfiguration><LocationConstraint>${place.region}</LocationConstraint></CreateBucketConfiguration>`;
  const elsewhere = place.region === 'us-east-1' ? {} : { Body: new TextEncoder().encode(location) };
  await call('s3', 'CreateBucket', { Bucket: bucket, ...elsewhere });
  await call('dynamodb', 'CreateTable', {
    TableName: 'to-export',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  const { KeyMetadata } = (await call('kms', 'CreateKey', {})) as { KeyMetadata: { Arn: string } };
  await pass(30_000);
  await call('dynamodb', 'PutItem', { TableName: 'to-export', Item: { id: { S: 'a' } } });

  // The answer that says that the token is known makes the function look for its export.
  let isFirst = true;
  const restore = aws.intercept(async (one, perform) => {
    const answer = await perform();
    if (one.operation !== 'ExportTableToPointInTime' || !isFirst) return answer;
    isFirst = false;
    throw new AwsError('ExportConflictException', 'The token is in use.');
  });
  await deployed.invoke('Export', {
    source: { table: 'to-export', ...place },
    destination: { bucket, encryption: { type: 'KMS', keyArn: KeyMetadata.Arn } },
    enablePointInTimeRecovery: true,
    verify: true,
    reason: 'every right is used',
  });
  await pass(60 * 60_000);
  restore();
}
