import { explore } from './explore.ts';
import { protocol } from './protocol.ts';
import { asItIs, type Rules } from './state.ts';

/** `npm run model`: every state of the protocol, of two deliveries and of three. Takes minutes, and 3 GB for the last. */
const checks: [name: string, rules: Partial<Rules>][] = [
  ['2 deliveries, clocks alike', { clocks: [0, 0] }],
  ['2 deliveries, one clock fast', { clocks: [0, 1], late: 2 }],
  ['2 deliveries, one slow and one fast', { clocks: [-1, 1], late: 2 }],
  ['2 deliveries, in finer ticks', { clocks: [0, 1], late: 2, lease: 3, oldest: 8, listLag: 2, settle: 11 }],
  ['2 deliveries, claim, then look', { clocks: [0, 1], late: 2, claimsBeforeItLooks: true }],
  ['3 deliveries, one clock fast', { clocks: [0, 1, 0], late: 2 }],
];

let states = 0;
for (const [name, rules] of checks) {
  const startedAt = performance.now();
  const found = explore(protocol({ ...asItIs, ...rules }));
  states += found.states;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const verdict = found.wrong ? 'TWO BACKUPS' : found.endless ? 'NO END' : 'one backup, always an end';
  console.log(`${name.padEnd(38)} ${String(found.states).padStart(9)} states ${seconds.padStart(4)} s   ${verdict}`);
  const history = found.wrong ?? found.endless?.history ?? [];
  for (const line of history) console.log(`    ${line}`);
  for (const line of found.endless?.loop ?? []) console.log(`    again and again: ${line}`);
  if (found.wrong || found.endless) process.exitCode = 1;
}
console.log(`${states} states in all, each of them looked at; a history above is a violation`);
