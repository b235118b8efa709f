import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

const file = new URL('results.md', import.meta.url);

/** A table of bench/results.md under its heading. */
export interface Section {
  title: string;
  text: string;
}

/** What figures were measured on, and when. */
export interface Run {
  at: string;
  machine: { processor: string; memoryGb: number; node: string; load: number[] };
}

export const runOf = (startedAt: Date): Run => ({
  at: startedAt.toISOString(),
  machine: {
    processor: `${cpus()[0]?.model ?? 'unknown'} × ${availableParallelism()}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: loadavg().map((load) => Math.round(load * 10) / 10),
  },
});

/** "2026-01-31 02:00 UTC: processor, memory, Node.js, load". */
export function sentenceOf({ at, machine: { processor, memoryGb, node, load } }: Run): string {
  const where = `${processor}, ${memoryGb} GB, Node.js ${node}, load ${load.join(' ')} at the end`;
  return `${at.slice(0, 16).replace('T', ' ')} UTC: ${where}`;
}

/**
 * Writes these sections of bench/results.md, with what stands above all of them if that is given; each other section
 * stays as it is.
 */
export function writeResults(sections: Section[], top?: string): void {
  const [head = '', ...parts] = readFileSync(file, 'utf8').split(/^## /m);
  const known = parts.map((part): Section => {
    const [title = '', ...lines] = part.split('\n');
    return { title, text: lines.join('\n').trim() };
  });
  const isIn = (some: Section[]) => (one: Section) => some.some(({ title }) => title === one.title);
  const inPlace = known.map((one) => sections.find(({ title }) => title === one.title) ?? one);
  const all =
    top === undefined
      ? [...inPlace, ...sections.filter((one) => !isIn(known)(one))]
      : [...sections, ...known.filter((one) => !isIn(sections)(one))];
  const text = all.map((section) => `## ${section.title}\n\n${section.text}\n`);
  writeFileSync(file, [`${(top ?? head).trim()}\n`, ...text].join('\n'));
}
