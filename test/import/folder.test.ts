import { afterEach, expect, test } from 'vitest';
import { hub } from '../support/world.ts';
import { type ImportHere, importHere, makeOrders } from './here.ts';

let here: ImportHere;
afterEach(() => here.close());

test('a folder is listed to its end, whatever is in its keys', async () => {
  here = await importHere();
  await makeOrders(here);
  const { folder } = await here.exportFull('orders');
  const { objects } = here.bucket();
  const object = objects.get(`${folder}/manifest-summary.json`);
  if (object === undefined) throw new Error('no object');
  const keys = Array.from({ length: 2003 }, (_, n) => `many/${String(n).padStart(5, '0')} & <"${n}"> +é.gz`);
  for (const key of ['less', ...keys, 'more']) objects.set(key, { ...object, key });
  const list = here.world().world.objects(hub, 'import').list({ name: 'archive', owner: hub.account }, 'many/');
  const listed: string[] = [];
  const read = async () => {
    for await (const { key, etag, bytes } of list) listed.push(`${key} ${etag} ${bytes}`);
  };
  await here.done(read());
  const said = `${object.etag.replaceAll('"', '')} ${object.body.byteLength}`;
  expect(listed).toEqual(keys.map((key) => `${key} ${said}`));
});
