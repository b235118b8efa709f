import type { ChainLink } from '../../shared/export/chain-link.ts';
import type { ChainsHere } from './chain-here.ts';

type Read = Pick<ChainsHere, 'links' | 'object'>;

interface Line {
  Item?: { id: { S: string } };
  Keys?: { id: { S: string } };
  NewImage?: unknown;
}

/** Reads the bucket and nothing else: its chains in the order in which they began, each whole and without a gap. */
export function readChains({ links }: Read): ChainLink[][] {
  const byChain = Map.groupBy(links(), ({ key }) => key.replace(/\d+\.json$/, ''));
  return [...byChain.values()]
    .map((of) => of.sort((a, b) => a.link.n - b.link.n))
    .map((of) => {
      for (const [index, { key, link }] of of.entries()) {
        const before = of[index - 1];
        if (link.n !== index) throw new Error(`${key} is not number ${index}`);
        if (!key.endsWith(`chain/${link.chain}/${index}.json`)) throw new Error(`${key} is in the wrong place`);
        if (link.previous !== (before?.key ?? null)) throw new Error(`${key} does not follow ${before?.key}`);
        if (link.type === 'full') continue;
        if (link.from !== before?.link.until) throw new Error(`${key} leaves a gap after ${before?.link.until}`);
        const minutes = (Date.parse(link.until) - Date.parse(link.from)) / 60_000;
        if (minutes < 15 || minutes > 24 * 60) throw new Error(`${key} has ${minutes} minutes`);
      }
      return of.map(({ link }) => link);
    })
    .sort((a, b) => ((a[0]?.exportArn.split('/').at(-1) ?? '') < (b[0]?.exportArn.split('/').at(-1) ?? '') ? -1 : 1));
}

/** What the table was at the end of the chain, by its files alone. */
export function apply({ object }: Read, chain: ChainLink[]): Map<string, unknown> {
  const items = new Map<string, unknown>();
  for (const { manifest } of chain) {
    const { manifestFilesS3Key } = JSON.parse(object(manifest)) as { manifestFilesS3Key: string };
    const files = object(manifestFilesS3Key).split('\n').filter(Boolean);
    for (const file of files) {
      const { dataFileS3Key } = JSON.parse(file) as { dataFileS3Key: string };
      for (const text of object(dataFileS3Key).split('\n').filter(Boolean)) {
        const { Item, Keys, NewImage } = JSON.parse(text) as Line;
        if (Item !== undefined) items.set(Item.id.S, Item);
        else if (NewImage === undefined) items.delete(Keys?.id.S ?? '');
        else items.set(Keys?.id.S ?? '', NewImage);
      }
    }
  }
  return items;
}
