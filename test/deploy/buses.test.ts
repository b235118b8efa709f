import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test } from 'vitest';
import { type Packaged, packageService } from '../../deploy/package.ts';
import { inProcess } from '../../local/transport.ts';
import { type Deployed, deploy } from './deployed.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

async function deployWith(parameters: Record<string, string>): Promise<Deployed> {
  const packaged: Packaged = await packageService({ parameters });
  ends.push(packaged.remove);
  const deployed = await deploy(packaged);
  ends.push(deployed.end);
  return deployed;
}

/** What comes of a `Backup Requested` that the role puts on the bus. */
async function putAs({ aws, whenDone }: Deployed, roleName: string, bus: string): Promise<string> {
  const { iam } = aws;
  const { arn } =
    iam.roleNamed('123456789012', roleName) ??
    iam.putRole({
      account: '123456789012',
      name: roleName,
      trust: { Version: '2012-10-17', Statement: [] },
      policies: {
        all: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'events:PutEvents', Resource: '*' } },
      },
    });
  const credentials = iam.openSession(arn, 'session', 3600);
  const client = new EventBridgeClient({
    region: 'us-east-1',
    requestHandler: inProcess(aws),
    maxAttempts: 1,
    credentials,
  });
  const entry = { EventBusName: bus, Source: 'test', DetailType: 'Test', Detail: '{}' };
  const putting = client.send(new PutEventsCommand({ Entries: [entry] })).then(
    ({ FailedEntryCount, Entries }) => (FailedEntryCount === 0 ? 'taken' : String(Entries?.[0]?.ErrorCode)),
    (error: Error) => error.name,
  );
  return whenDone(putting);
}

const facts = 'tablekeep-dev-facts';
const requests = 'tablekeep-dev-requests';

test('a role that may put events anywhere is refused on both buses', async () => {
  const deployed = await deployWith({});
  expect(await putAs(deployed, 'anybody', facts)).toBe('AccessDeniedException');
  expect(await putAs(deployed, 'anybody', requests)).toBe('AccessDeniedException');
});

test('a function puts facts and no requests', async () => {
  const deployed = await deployWith({});
  expect(await putAs(deployed, 'tablekeep-dev-us-east-1-heartbeat', facts)).toBe('taken');
  expect(await putAs(deployed, 'tablekeep-dev-us-east-1-heartbeat', requests)).toBe('AccessDeniedException');
});

test('a requester puts requests and no facts', async () => {
  const deployed = await deployWith({ requesters: 'arn:aws:iam::123456789012:role/release-*' });
  expect(await putAs(deployed, 'release-tool', requests)).toBe('taken');
  expect(await putAs(deployed, 'release-tool', facts)).toBe('AccessDeniedException');
  expect(await putAs(deployed, 'anybody', requests)).toBe('AccessDeniedException');
});
