import { expect, test } from 'vitest';
import { readZip } from '../../local/lambda/zip.ts';
import { zip } from './lambda-package.ts';

test('every file of an archive is read, packed or not', () => {
  const files = { 'a.cjs': 'exports.a = 1;'.repeat(50), 'b/c.txt': 'plain', 'd.md': '' };
  const read = [...readZip(zip(files))].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
  expect(Object.fromEntries(read)).toEqual(files);
});

test('an archive that is none, and one that was cut off, are errors', () => {
  expect(() => readZip(new TextEncoder().encode('no archive at all, just text'))).toThrow(/no zip archive/);
  expect(() => readZip(zip({ 'a.txt': 'text' }).subarray(0, -10))).toThrow(/no zip archive/);
});
