import * as z from 'zod/mini';
import { source } from '../events/contract.ts';
import type { Entry } from './aws/eventbridge.ts';
import type { Facts } from './world.ts';

/** A call of PutEvents takes ten entries and a megabyte. Half of it leaves room for what AWS counts beside the detail. */
const entriesAtOnce = 10;
const bytesAtOnce = 512_000;

/** The bus of facts: what is told is checked by its contract first, and all of it before any is put. */
export function factsOf(put: (entries: Entry[]) => Promise<void>, installation: string): Facts {
  return {
    async publish(contract, details) {
      const entries = details.map((detail) => ({
        source,
        type: contract.type,
        detail: JSON.stringify(z.parse(contract.detail, { ...detail, installation })),
      }));
      for (const batch of batches(entries)) await put(batch);
    },
  };
}

function batches(entries: Entry[]): Entry[][] {
  const all: Entry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.detail);
    const last = all.at(-1);
    if (last === undefined || last.length === entriesAtOnce || bytes + size > bytesAtOnce) {
      all.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return all;
}
