import { type Attributes, fromAttributes, toAttributes } from './aws/attributes.ts';
import type { ItemCalls } from './aws/dynamodb.ts';
import type { Clock } from './clock.ts';
import type { Catalog, Item } from './world.ts';

/** Stands in every item as `v`: what reads items must know how they were written. */
export const schemaVersion = 1;

/** The sparse index of what is due: partition `due`, which is always `work`, sort key `dueAt`, keys only. */
export const dueIndex = 'due';

/** What reads the catalog table. */
export function catalogOf(items: ItemCalls, table: string, clock: Clock): Omit<Catalog, 'update' | 'put' | 'remove'> {
  return {
    async get(key) {
      const { Item: found } = await items.getItem({ TableName: table, Key: toAttributes(key), ConsistentRead: true });
      return found && plain(found);
    },

    async getAll(keys) {
      const found: Item[] = [];
      for (let start = 0; start < keys.length; start += 100) {
        let wanted: ReturnType<typeof toAttributes>[] | undefined = keys
          .slice(start, start + 100)
          .map((key) => toAttributes(key));
        while (wanted !== undefined && wanted.length > 0) {
          const answer = await items.batchGetItem({
            RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } },
          });
          found.push(...(answer.Responses?.[table] ?? []).map(plain));
          wanted = answer.UnprocessedKeys?.[table]?.Keys;
          if (wanted !== undefined && wanted.length > 0) await clock.sleep(100);
        }
      }
      return found;
    },

    async *query({ pk, prefix, from, until, backwards = false, limit = Number.POSITIVE_INFINITY }) {
      let after: Attributes | undefined;
      let left = limit;
      do {
        const page = await items.query({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression:
            from === undefined && until === undefined
              ? 'pk = :pk AND begins_with(sk, :prefix)'
              : 'pk = :pk AND sk BETWEEN :from AND :end',
          ExpressionAttributeValues: toAttributes(
            // U+FFFF sorts after every character of our keys.
            from === undefined && until === undefined
              ? { ':pk': pk, ':prefix': prefix }
              : { ':pk': pk, ':from': from ?? prefix, ':end': until ?? `${prefix}\uffff` },
          ),
          ScanIndexForward: !backwards,
          ExclusiveStartKey: after,
          ...(left < 1000 && { Limit: left }),
        });
        for (const item of page.Items ?? []) yield plain(item);
        left -= page.Items?.length ?? 0;
        after = page.LastEvaluatedKey;
      } while (after !== undefined && left > 0);
    },

    async due(now, limit) {
      const { Items = [] } = await items.query({
        TableName: table,
        IndexName: dueIndex,
        KeyConditionExpression: 'due = :due AND dueAt <= :now',
        ExpressionAttributeValues: toAttributes({ ':due': 'work', ':now': now }),
        Limit: limit,
      });
      return Items.map(plain).map(({ pk, sk, dueAt }) => ({ pk: String(pk), sk: String(sk), dueAt: Number(dueAt) }));
    },
  };
}

/** The schema version stays in the table; so does the mark. */
export function plain(stored: Attributes): Item {
  const { v, mark, ...item } = fromAttributes(stored);
  return item;
}
