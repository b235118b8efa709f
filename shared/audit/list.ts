import { pages } from '../pages.ts';
import type { Target } from '../target.ts';
import type { BackupSummary, World } from '../world.ts';

/** USER backups of a target that were created from `from` on and before `until`, page by page. */
export async function* listBackups(
  world: World,
  target: Target,
  { from, until, perSecond }: { from: number; until: number; perSecond: number },
): AsyncGenerator<BackupSummary[]> {
  const dynamodb = world.dynamodb(target, 'read');
  const read = (after: string | undefined) => {
    const list = () => dynamodb.listBackups({ from, until, ...(after !== undefined && { after }) });
    return world.quotas.pace(target, 'ListBackups', list, { perSecond });
  };
  for await (const page of pages(read, (page) => page?.next)) yield page?.backups ?? [];
}
