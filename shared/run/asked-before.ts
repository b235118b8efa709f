import type { BackupRequested } from '../../events/requests.ts';
import { contentHash, taskKeptSeconds } from '../task/task.ts';
import type { Catalog, Item, Key, World } from '../world.ts';

/** What was asked for first under an id, and when: its run follows from both. */
export interface AskedBefore {
  /** Epoch ms. */
  at: number;
  content: string;
}

const keyOf = (requestId: string): Key => ({ pk: `request#${contentHash({ requestId })}`, sk: 'run' });

/** What is to be done, without what is said of it: the same for the same backups. */
export const contentOf = (detail: BackupRequested): string =>
  contentHash(
    'tables' in detail
      ? {
          tables: [...new Set(detail.tables)].toSorted(),
          expiresAt: detail.expiresAt && Date.parse(detail.expiresAt),
          target: detail.target,
        }
      : { plan: detail.plan },
  );

/** Undefined when nobody has asked under this id in the last 400 days. */
export async function askedBefore(
  { catalog }: { catalog: Catalog },
  requestId: string,
): Promise<AskedBefore | undefined> {
  const item = await catalog.get(keyOf(requestId));
  return item && askedFrom(item);
}

/** Writes down what is asked for, unless something was before; resolves to what was first. */
export async function writeAsked({ catalog }: World, requestId: string, asked: AskedBefore): Promise<AskedBefore> {
  const item = { ...keyOf(requestId), ...asked, ttl: Math.ceil(asked.at / 1000) + taskKeptSeconds };
  const written = await catalog.put(item, { condition: 'attribute_not_exists(pk)' });
  return written.done || written.found === undefined ? asked : askedFrom(written.found);
}

const askedFrom = ({ at, content }: Item): AskedBefore => ({ at: Number(at), content: String(content) });
