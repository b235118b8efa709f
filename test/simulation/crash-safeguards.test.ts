import { expect, test } from 'vitest';
import { named, singles, tryEach } from './crash-explore.ts';
import type { CrashStoryName, Mishap } from './crash-points.ts';
import { safeguards } from './safeguards.ts';
import { safeguardsOfTasks } from './safeguards-of-tasks.ts';

const all = { ...safeguards, ...safeguardsOfTasks };

/** The points right before and after the call for which a safeguard is there. */
async function aroundCall(name: CrashStoryName, mishap: Mishap, operation: string) {
  const crashes = await singles(name, mishap);
  const at = crashes.findIndex(([crash]) => crash?.[1].operation === operation);
  return crashes.slice(at - 1, at + 3);
}

test.each<[string, CrashStoryName, Mishap, string]>([
  ['the look by name', 'run', 'killed', 'CreateBackup'],
  ['the fence', 'run', 'frozen for 500 s', 'CreateBackup'],
  ['settling', 'run', 'frozen for 250 s', 'CreateBackup'],
  ['the record on condition of the own attempt', 'run', 'frozen for 500 s', 'CreateBackup'],
  ['the claim of a (run, table)', 'run', 'frozen for 500 s', 'CreateBackup'],
  ["the driver's lease", 'run', 'frozen for 250 s', 'CreateBackup'],
  ['the client token of an export', 'export', 'killed', 'ExportTableToPointInTime'],
])('without %s a rule is broken in the story of %s, %s around %s, and not with it', async (...row) => {
  const [safeguard, name, mishap, operation] = row;
  const around = all[safeguard]?.leaveOut;
  if (around === undefined) throw new Error(`no safeguard ${safeguard}`);
  const { broken } = await tryEach(name, await aroundCall(name, mishap, operation), { around });
  expect(broken.map(({ crashes }) => named(crashes))).not.toEqual([]);
  const [first] = broken;
  expect((await tryEach(name, first ? [first.crashes] : [])).broken).toEqual([]);
});
