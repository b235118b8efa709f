import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../../local/http.ts';
import { createWholeAws } from '../../local/services.ts';
import { objectsOf } from '../../shared/aws/s3.ts';
import { hub } from '../support/world.ts';

const aws = createWholeAws();
const bucket = { name: 'archive', owner: hub.account };
let server: Awaited<ReturnType<typeof listen>>;
const endpoint = process.env.AWS_ENDPOINT_URL;
const objects = () => objectsOf({ credentials: { accessKeyId: hub.account, secretAccessKey: 'secret' } }, hub.region);

beforeAll(async () => {
  server = await listen(aws, 0);
  process.env.AWS_ENDPOINT_URL = server.url;
  await aws.core.call({
    service: 's3',
    operation: 'CreateBucket',
    input: { Bucket: bucket.name },
    caller: aws.iam.caller(hub.account),
    ...hub,
  });
});
afterAll(async () => {
  if (endpoint === undefined) delete process.env.AWS_ENDPOINT_URL;
  else process.env.AWS_ENDPOINT_URL = endpoint;
  await server.close();
});

async function read(key: string): Promise<string | undefined> {
  const found = await objects().open(bucket, key);
  if (found === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of found.body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test('over HTTP, an object is put once: again it may only say the same', async () => {
  const key = "lake/it's (one)/chain/01/0.json";
  await objects().putOnce(bucket, key, { n: 0, table: 'Bestellungen für März' });
  await objects().putOnce(bucket, key, { n: 0, table: 'Bestellungen für März' });
  await expect(objects().putOnce(bucket, key, { n: 1 })).rejects.toThrow('is there already and says something else');
  expect(await read(key)).toBe('{"n":0,"table":"Bestellungen für März"}');
});

test('nothing is put into a bucket that belongs to another account than is expected', async () => {
  await expect(objects().putOnce({ ...bucket, owner: '210987654321' }, 'a.json', {})).rejects.toThrow('Access Denied');
  expect(await read('a.json')).toBeUndefined();
});
