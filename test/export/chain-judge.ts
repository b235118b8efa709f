import { gunzipSync } from 'node:zlib';
import type { S3Service } from '../../local/s3/s3.ts';
import { ChainLink } from '../../shared/export/chain-link.ts';
import { type ChainsHere, dayMs, minuteMs } from './chain-here.ts';

/** What a table was after a write: values by key. */
export interface Moment {
  at: number;
  items: ReadonlyMap<string, string>;
}

interface Read {
  key: string;
  link: ChainLink;
}

/**
 * Reads buckets and nothing else: every chain joins, and is at each of its objects what the table was then, by `moments`
 * of its id. Answers with the newest instant of each table.
 */
export function judgeChains(
  s3: S3Service,
  buckets: readonly string[],
  moments: Map<string, Moment[]>,
  broken: string[],
): Map<string, number> {
  const newest = new Map<string, number>();
  for (const name of buckets) {
    const objects = new Map([...(s3.bucket(name)?.objects.entries() ?? [])].map(([, object]) => [object.key, object]));
    const text = (key: string): string => {
      const { body } = objects.get(key) ?? {};
      if (body === undefined) throw new Error(`There is no ${key}.`);
      return (key.endsWith('.gz') ? gunzipSync(body) : Buffer.from(body)).toString();
    };
    const links = [...objects.keys()]
      .filter((key) => /(^|\/)chain\/[^/]+\/\d+\.json$/.test(key))
      .map((key): Read => ({ key, link: ChainLink.parse(JSON.parse(text(key))) }));
    for (const of of Map.groupBy(links, ({ key }) => key.replace(/\d+\.json$/, '')).values()) {
      of.sort((a, b) => a.link.n - b.link.n);
      broken.push(...of.flatMap((one, index) => wrongJoin(one, of[index - 1], index)));
      const items = new Map<string, string>();
      for (const { key, link } of of) {
        broken.push(...applyExport(text, link, items));
        const at = Date.parse(link.until);
        const was = moments.get(link.table.id)?.findLast((moment) => moment.at <= at)?.items ?? new Map();
        const [mine, theirs] = [items, was].map((one) => JSON.stringify([...one].toSorted()));
        if (mine !== theirs) broken.push(`${key} (${link.table.name} until ${link.until}): ${mine}, not ${theirs}`);
        newest.set(link.table.id, Math.max(newest.get(link.table.id) ?? 0, at));
      }
    }
  }
  return newest;
}

function wrongJoin({ key, link }: Read, before: Read | undefined, index: number): string[] {
  const wrong: string[] = [];
  if (link.n !== index) wrong.push(`${key} is number ${link.n}, not ${index}`);
  if (link.previous !== (before?.key ?? null)) wrong.push(`${key} follows ${link.previous}`);
  if (link.type === 'full') return wrong;
  if (link.from !== before?.link.until) wrong.push(`${key} is from ${link.from}, after ${before?.link.until}`);
  const ms = Date.parse(link.until) - Date.parse(link.from);
  if (ms < 15 * minuteMs || ms > dayMs) wrong.push(`${key} has ${ms} ms`);
  return wrong;
}

/** Applies the files that a manifest names. */
function applyExport(text: (key: string) => string, { manifest, table }: ChainLink, items: Map<string, string>) {
  const { manifestFilesS3Key = '', tableId } = JSON.parse(text(manifest)) as Record<string, string>;
  for (const file of text(manifestFilesS3Key).split('\n').filter(Boolean)) {
    const { dataFileS3Key } = JSON.parse(file) as { dataFileS3Key: string };
    for (const line of text(dataFileS3Key).split('\n').filter(Boolean)) applyLine(items, line);
  }
  return tableId === table.id ? [] : [`${manifest} is of ${tableId}, and its chain of ${table.id}`];
}

function applyLine(items: Map<string, string>, line: string): void {
  if (line.startsWith('$ion')) {
    const of = (name: string) => new RegExp(`\\b${name}:\\{[^}]*\\}`).exec(line)?.[0];
    const read = (text: string) => [/id:"([^"]*)"/.exec(text)?.[1] ?? '', /\bn:(\d+)/.exec(text)?.[1] ?? ''] as const;
    const [item, keys, image] = [of('Item'), of('Keys'), of('NewImage')];
    if (item !== undefined) items.set(...read(item));
    else if (image !== undefined) items.set(...read(image));
    else items.delete(read(keys ?? '')[0]);
    return;
  }
  type Image = { id: { S: string }; n: { N: string } };
  const { Item, Keys, NewImage } = JSON.parse(line) as { Item?: Image; Keys?: Image; NewImage?: Image };
  const image = Item ?? NewImage;
  if (image !== undefined) items.set(image.id.S, image.n.N);
  else items.delete(Keys?.id.S ?? '');
}

/** Overdue and caught up take turns for each table. Answers with those that are overdue in the end. */
export function judgeOverdue({ facts }: ChainsHere, broken: string[]): Set<string> {
  const late = new Set<string>();
  for (const { type, detail, at } of facts) {
    const id = String(detail.tableId);
    const what = `${String(detail.table)} at ${new Date(at).toISOString()}`;
    if (type === 'Export Overdue' && late.has(id)) broken.push(`told overdue twice: ${what}`);
    if (type === 'Export Caught Up' && !late.has(id)) broken.push(`caught up and was not overdue: ${what}`);
    if (type === 'Export Overdue') late.add(id);
    if (type === 'Export Caught Up') late.delete(id);
  }
  return late;
}
