import { randomBytes } from 'node:crypto';
import { type Attributes, fromAttributes, toAttributes } from './aws/attributes.ts';
import type { ItemCalls } from './aws/dynamodb.ts';
import type { Clock } from './clock.ts';
import type { Catalog, Item, Written } from './world.ts';

/** Stands in every item as `v`: what reads items must know how they were written. */
export const schemaVersion = 1;

/** The sparse index of what is due: partition `due`, which is always `work`, sort key `dueAt`, keys only. */
export const dueIndex = 'due';

/**
 * The catalog table. A conditional write carries a mark of its own (`mark`): when the SDK repeats one whose first try
 * took effect, the refusal finds the mark and the write counts as done.
 */
export function catalogOf(items: ItemCalls, table: string, clock: Clock): Catalog {
  const worker = randomBytes(6).toString('base64url');
  let writes = 0;
  const newMark = () => `${worker}${(++writes).toString(36)}`;

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

    async update(key, { update, condition, names, values }) {
      const mark = newMark();
      return written(mark, async () => {
        const { Attributes = {} } = await items.updateItem({
          TableName: table,
          Key: toAttributes(key),
          UpdateExpression: withMark(update),
          ConditionExpression: condition,
          ExpressionAttributeNames: { ...names, '#v': 'v', '#mark': 'mark' },
          ExpressionAttributeValues: toAttributes({ ...values, ':v': schemaVersion, ':mark': mark }),
          ReturnValues: 'ALL_NEW',
          ...(condition !== undefined && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
        });
        return plain(Attributes);
      });
    },

    async put(item, { condition, names, values } = {}) {
      const mark = newMark();
      const marked = { ...item, v: schemaVersion, mark };
      return written(mark, async () => {
        await items.putItem({
          TableName: table,
          Item: toAttributes(marked),
          ConditionExpression: condition,
          ...(names && { ExpressionAttributeNames: names }),
          ...(values && { ExpressionAttributeValues: toAttributes(values) }),
          ...(condition !== undefined && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
        });
        return plain(toAttributes(marked));
      });
    },

    async remove(key) {
      await items.deleteItem({ TableName: table, Key: toAttributes(key) });
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
function plain(stored: Attributes): Item {
  const { v, mark, ...item } = fromAttributes(stored);
  return item;
}

/** An update expression has one SET clause at most: the mark joins it. */
function withMark(update: string): string {
  const marks = '#v = :v, #mark = :mark';
  return /\bSET\s/.test(update) ? update.replace(/\bSET\s/, `SET ${marks}, `) : `SET ${marks} ${update}`;
}

async function written(mark: string, write: () => Promise<Item>): Promise<Written> {
  try {
    return { done: true, item: await write() };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
    const { Item: stored } = error as Error & { Item?: Attributes };
    if (stored === undefined) return { done: false, found: undefined };
    const isOurs = stored.mark?.S === mark;
    return isOurs ? { done: true, item: plain(stored) } : { done: false, found: plain(stored) };
  }
}
