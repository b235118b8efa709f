import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listBackups } from '../../shared/audit/list.ts';
import type { ItemCalls } from '../../shared/aws/dynamodb.ts';
import { catalogOf } from '../../shared/catalog.ts';
import { pages } from '../../shared/pages.ts';
import { readers } from '../../shared/settings/readers.ts';
import type { BackupSummary, World } from '../../shared/world.ts';
import { cases } from './cases.ts';

/** A listing as AWS keeps one: so many a page, and pages that a filter has left empty in between. */
class Listing {
  readonly asked: (string | undefined)[] = [];
  readonly #pages: string[][];
  /** The token of the page that leads back to an earlier one. */
  readonly #backFrom: number | undefined;

  constructor(pages: string[][], backFrom?: number) {
    this.#pages = pages;
    this.#backFrom = backFrom;
  }

  page(after: string | undefined): { items: string[]; next?: string } {
    this.asked.push(after);
    if (this.asked.length > 2 * this.#pages.length + 2) throw new Error('asked for ever');
    const index = after === undefined ? 0 : Number(after.slice('token '.length));
    const next = index === this.#backFrom ? 1 : index + 1;
    return { items: this.#pages[index] ?? [], ...(next < this.#pages.length && { next: `token ${next}` }) };
  }
}

const pageSize = 5;
/** None, one, a page, one more, and anything. */
const counts = fc.oneof(fc.constantFrom(0, 1, pageSize, pageSize + 1), fc.nat(4 * pageSize));
const listings = fc
  .tuple(counts, fc.array(fc.nat(5), { maxLength: 2 }), fc.boolean())
  .map(([count, empties, hasEmptyLast]) => {
    const items = Array.from({ length: count }, (_, index) => `item-${String(index).padStart(3, '0')}`);
    const pages = Array.from({ length: Math.ceil(count / pageSize) }, (_, page) =>
      items.slice(page * pageSize, (page + 1) * pageSize),
    );
    for (const at of empties) pages.splice(Math.min(at, pages.length), 0, []);
    if (hasEmptyLast || pages.length === 0) pages.push([]);
    return { items, pages };
  });

const target = { account: '123456789012', region: 'us-east-1' };

/** Who follows a listing of AWS to its end, and what it has found then. */
const readersOfListings: [string, (listing: Listing) => Promise<string[]>][] = [
  [
    'pages',
    async (listing) => {
      const found: string[] = [];
      for await (const { items } of pages(
        async (after) => listing.page(after),
        ({ next }) => next,
      ))
        found.push(...items);
      return found;
    },
  ],
  [
    'the audit over ListBackups',
    async (listing) => {
      const list = async ({ after }: { after?: string }) => {
        const { items, ...next } = listing.page(after);
        return { backups: items.map((backupName) => ({ backupName }) as BackupSummary), ...next };
      };
      const world = {
        dynamodb: () => ({ listBackups: list }),
        quotas: { pace: (_target: unknown, _operation: unknown, call: () => unknown) => call() },
      } as unknown as World;
      const found: string[] = [];
      for await (const backups of listBackups(world, target, { from: 0, until: 1, perSecond: 1 })) {
        found.push(...backups.map(({ backupName }) => backupName));
      }
      return found;
    },
  ],
  [
    "the settings over ListTagsOfResource, whose last token is ''",
    async (listing) => {
      const listTags = async ({ NextToken }: { NextToken?: string }) => {
        const { items, next = '' } = listing.page(NextToken);
        return { Tags: items.map((Key) => ({ Key, Value: 'x' })), NextToken: next };
      };
      const reading = {
        api: { table: { listTags } },
        arn: 'arn',
        name: 'orders',
        paced: (_: unknown, call: () => unknown) => call(),
      };
      return Object.keys((await readers.tags?.(reading as never)) ?? {});
    },
  ],
];

describe.each(readersOfListings)('%s', (_, follow) => {
  test('finds each once, in order, and asks for each page once, however many there are and however they lie', async () => {
    await fc.assert(
      fc.asyncProperty(listings, async ({ items, pages }) => {
        const listing = new Listing(pages);
        expect(await follow(listing)).toEqual(items);
        expect(listing.asked).toHaveLength(pages.length);
        expect(new Set(listing.asked).size).toBe(pages.length);
      }),
      cases,
    );
  });

  test('ends with an error where a token comes again, and never goes round', async () => {
    await fc.assert(
      fc.asyncProperty(listings, fc.nat(10), async ({ pages }, back) => {
        fc.pre(pages.length > 2);
        const listing = new Listing(pages, 1 + (back % (pages.length - 1)));
        await expect(follow(listing)).rejects.toThrow('goes round');
      }),
      { ...cases, numRuns: Math.ceil(cases.numRuns / 5) },
    );
  });
});

test('the catalog is read to the end of a partition, or to as many items as are asked for', async () => {
  const key = (text: string) => marshall({ pk: 'p', sk: text });
  await fc.assert(
    fc.asyncProperty(
      listings,
      fc.option(fc.integer({ min: 1, max: 25 }), { nil: undefined }),
      async ({ items, pages }, limit) => {
        const listing = new Listing(pages);
        const query: ItemCalls['query'] = async ({ ExclusiveStartKey, Limit = Infinity }) => {
          const { items, next } = listing.page(ExclusiveStartKey?.sk?.S);
          return {
            Items: items.slice(0, Limit).map(key),
            ...(next !== undefined && { LastEvaluatedKey: key(next) }),
            $metadata: {},
          };
        };
        const catalog = catalogOf({ query } as unknown as ItemCalls, 'catalog', {
          now: () => 0,
          sleep: async () => {},
        });
        const found: unknown[] = [];
        for await (const { sk } of catalog.query({ pk: 'p', prefix: '', ...(limit !== undefined && { limit }) }))
          found.push(sk);
        expect(found).toEqual(items.slice(0, limit));
      },
    ),
    cases,
  );
});
