import { randomBytes } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Attributes, toAttributes } from './aws/attributes.ts';
import { itemWrites } from './aws/dynamodb.ts';
import { plain, schemaVersion } from './catalog.ts';
import type { Catalog, Item, Written } from './world.ts';

/**
 * What writes the catalog table. A conditional write carries a mark of its own (`mark`): when the SDK repeats one whose
 * first try took effect, the refusal finds the mark and the write counts as done.
 */
export function catalogWrites(client: DynamoDBClient, table: string): Pick<Catalog, 'update' | 'put' | 'remove'> {
  const items = itemWrites(client);
  const worker = randomBytes(6).toString('base64url');
  let writes = 0;
  const newMark = () => `${worker}${(++writes).toString(36)}`;

  return {
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
  };
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
