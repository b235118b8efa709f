import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3 } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { config } from './endpoint.ts';
import { rule } from './rule.ts';
import { makeBucket } from './s3-client.ts';

/*
 * Amazon's own client for S3 with its defaults: bodies go framed with a CRC-32 behind them, and what comes is checked
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html).
 */

const Bucket = await makeBucket();
const client = new S3({ ...config, forcePathStyle: true });

rule('the SDK writes texts, bytes and streams, and reads them back with the checksum that it sent', async () => {
  const bodies = {
    text: 'hello',
    bytes: Buffer.from('hello'),
    stream: Readable.from([Buffer.from('hel'), Buffer.from('lo')]),
  };
  for (const [name, Body] of Object.entries(bodies)) {
    await client.send(new PutObjectCommand({ Bucket, Key: `sdk/${name} ü+`, Body, ContentLength: 5 }));
    const got = await client.send(new GetObjectCommand({ Bucket, Key: `sdk/${name} ü+` }));
    expect([await got.Body?.transformToString(), got.ChecksumCRC32], name).toEqual(['hello', 'NhCmhg==']);
  }
});

rule('the SDK reads a large object piece by piece, and pages of a list', async () => {
  for (const key of ['large/1', 'large/2', 'large/3']) {
    await client.putObject({ Bucket, Key: key, Body: Buffer.alloc(key === 'large/1' ? 18 * 2 ** 20 : 1, 'x') });
  }
  const { Body } = await client.getObject({ Bucket, Key: 'large/1' });
  let bytes = 0;
  for await (const piece of Body as AsyncIterable<Uint8Array>) bytes += piece.length;
  expect(bytes).toBe(18 * 2 ** 20);
  const pages: (string | undefined)[][] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client, pageSize: 2 }, { Bucket, Prefix: 'large/' })) {
    pages.push(Contents.map(({ Key }) => Key));
  }
  expect(pages).toEqual([['large/1', 'large/2'], ['large/3']]);
});

rule('the SDK copies an object with its metadata', async () => {
  await client.putObject({ Bucket, Key: 'copy/a b', Body: 'hello', Metadata: { colour: 'blue' } });
  const CopySource = encodeURIComponent(`${Bucket}/copy/a b`);
  const { CopyObjectResult } = await client.copyObject({ Bucket, Key: 'copy/c', CopySource });
  const got = await client.getObject({ Bucket, Key: 'copy/c' });
  expect([got.ETag, got.Metadata]).toEqual([CopyObjectResult?.ETag, { colour: 'blue' }]);
  await expect(client.copyObject({ Bucket, Key: 'copy/c', CopySource: `${Bucket}/none` })).rejects.toThrow(
    expect.objectContaining({ name: 'NoSuchKey' }),
  );
});
