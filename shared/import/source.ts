import * as z from 'zod/mini';
import { iso } from '../clock.ts';
import { ChainLink, linkKey } from '../export/chain-link.ts';
import { type Open, parsed, readText } from '../export/manifests.ts';
import type { Mistake } from '../task/task.ts';
import { brokenJoins } from './joins.ts';
import { type Part, placeOf, readPart } from './parts.ts';

/** Which windows follow: of a chain the first so many, else these manifests in order. */
export type Windows = { chain: string; prefix: string; count: number } | { manifests: string[] };

/** What was found in the bucket. */
export interface FoundSource {
  full: Part;
  windows: Part[];
  which: Windows;
  /** By the chain; exports do not tell. */
  keys?: ChainLink['table']['keys'];
}

/** A window is three objects and their sums: so many are read at once. */
const readAtOnce = 10;
/** More would neither be looked at nor applied within a day. */
const mostWindows = 5000;

interface Wish {
  export: string;
  increments?: string[] | undefined;
  until?: string | undefined;
}

const remedyOfManifests = 'Name another export, or export the table again.';

/** Reads every manifest that a request means, and checks that they are whole and join. Reads only. */
export async function findSource(
  open: Open,
  bucket: string,
  wish: Wish,
): Promise<FoundSource | { mistakes: Mistake[] }> {
  const place = placeOf(wish.export);
  const limit = wish.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(wish.until);
  const found =
    'chain' in place
      ? await findChain(open, bucket, place, limit)
      : await findListed(open, bucket, place.manifest, wish, limit);
  if ('mistakes' in found) return found;
  const mistakes = mistakesIn(found, limit);
  return mistakes.length > 0 ? { mistakes } : found;
}

function mistakesIn({ full, windows }: FoundSource, limit: number): Mistake[] {
  const others = windows.filter(({ table }) => table.id !== full.table.id);
  return [
    ...(full.until > limit
      ? [
          {
            field: 'source.until',
            problem: `The full export is of ${iso(full.until)}, which is later.`,
            remedy: 'Give a later instant, or name an older full export.',
          },
        ]
      : []),
    ...others.map(({ manifest, table }) => ({
      field: 'source',
      problem: `${manifest} is of another table (${table.arn}, ${table.id}) than the full export (${full.table.id}).`,
      remedy: 'Name exports of one table; a table that was made anew under a name is another one.',
    })),
    ...brokenJoins(full, windows).map((problem) => ({
      field: 'source.increments',
      problem,
      remedy: 'Name windows that join, or an earlier until.',
    })),
  ].slice(0, 20);
}

async function findListed(
  open: Open,
  bucket: string,
  manifest: string,
  { increments = [] }: Wish,
  limit: number,
): Promise<FoundSource | { mistakes: Mistake[] }> {
  const wrong = (field: string, problem: string, remedy = remedyOfManifests) => ({ field, problem, remedy });
  const full = await readPart(open, bucket, manifest);
  const mistakes: Mistake[] = [];
  if ('problem' in full) mistakes.push(wrong('source.export', full.problem));
  else if (full.kind !== 'full') {
    mistakes.push(
      wrong(
        'source.export',
        `${manifest} is an incremental export.`,
        'Name the full export that it follows on, and this one among increments.',
      ),
    );
  }
  const windows: Part[] = [];
  const parts = await inBatches(increments, (one) => readIncrement(open, bucket, one));
  for (const [number, part] of parts.entries()) {
    const field = `source.increments.${number}`;
    if ('problem' in part) mistakes.push(wrong(field, part.problem));
    else if (part.kind !== 'window')
      mistakes.push(wrong(field, `${part.manifest} is a full export.`, 'Name it in source.export, or leave it out.'));
    else if (part.until <= limit) windows.push(part);
  }
  if ('problem' in full || mistakes.length > 0) return { mistakes };
  windows.sort((a, b) => (a.from ?? 0) - (b.from ?? 0));
  return { full, windows, which: { manifests: windows.map((one) => one.manifest) } };
}

async function readIncrement(open: Open, bucket: string, text: string): Promise<Part | { problem: string }> {
  const place = placeOf(text);
  return 'chain' in place ? { problem: `${text} is a chain, not an export.` } : readPart(open, bucket, place.manifest);
}

async function findChain(
  open: Open,
  bucket: string,
  { prefix, chain }: { prefix: string; chain: string },
  limit: number,
): Promise<FoundSource | { mistakes: Mistake[] }> {
  const wrong = (problem: string): { mistakes: Mistake[] } => ({
    mistakes: [
      {
        field: 'source.export',
        problem,
        remedy: 'Name a chain that is whole, or its full export with the increments that are.',
      },
    ],
  });
  const links = await readLinks(open, { prefix, chain });
  if ('problem' in links) return wrong(links.problem);
  const [first, ...others] = links.found;
  if (first === undefined) return wrong(`There is no s3://${bucket}/${linkKey(prefix, chain, 0)}.`);
  const meant = others.filter((link) => Date.parse(link.until) <= limit);
  const parts = await inBatches([first, ...meant], (link) => readPart(open, bucket, link.manifest));
  const problems = parts.flatMap((part, n) => ('problem' in part ? [part.problem] : unlike(part, links.found[n])));
  if (problems.length > 0) return { mistakes: problems.slice(0, 20).flatMap((problem) => wrong(problem).mistakes) };
  const [full, ...windows] = parts as [Part, ...Part[]];
  return { full, windows, which: { prefix, chain, count: windows.length }, keys: first.table.keys };
}

/** What stands beside the data must say the same as the data's own manifest. */
function unlike(part: Part, link: ChainLink | undefined): string[] {
  const isSame =
    link !== undefined &&
    (link.type === 'full') === (part.kind === 'full') &&
    link.table.id === part.table.id &&
    Math.abs(Date.parse(link.until) - part.until) < 1000;
  return isSame ? [] : [`${part.manifest} is not what the chain says of it.`];
}

async function readLinks(
  open: Open,
  { prefix, chain }: { prefix: string; chain: string },
): Promise<{ found: ChainLink[] } | { problem: string }> {
  const found: ChainLink[] = [];
  for (;;) {
    const numbers = Array.from({ length: readAtOnce }, (_, index) => found.length + index);
    const links = await Promise.all(numbers.map((n) => readLink(open, linkKey(prefix, chain, n), n)));
    const end = links.indexOf(undefined);
    const there = links.slice(0, end === -1 ? links.length : end);
    for (const link of there) {
      if (link === undefined) continue;
      if ('problem' in link) return link;
      found.push(link);
    }
    if (end === -1 && found.length <= mostWindows) continue;
    if (end === -1) return { problem: `The chain ${chain} has more than ${mostWindows} windows.` };
    const later = numbers.filter((_, index) => index > end && links[index] !== undefined);
    if (later.length > 0) {
      return {
        problem: `There is a gap: ${linkKey(prefix, chain, found.length)} is missing, and ${linkKey(prefix, chain, later[0] ?? 0)} is there.`,
      };
    }
    return { found };
  }
}

/** Undefined when there is none. */
export async function readLink(
  open: Open,
  key: string,
  n: number,
): Promise<ChainLink | { problem: string } | undefined> {
  const text = await readText(open, key);
  if (text === undefined) return undefined;
  const { data } = z.safeParse(ChainLink, parsed(text));
  return data?.n === n ? data : { problem: `${key} cannot be understood.` };
}

async function inBatches<One, Answer>(list: One[], read: (one: One) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < list.length; start += readAtOnce) {
    answers.push(...(await Promise.all(list.slice(start, start + readAtOnce).map(read))));
  }
  return answers;
}
