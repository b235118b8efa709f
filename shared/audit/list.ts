import type { Target } from '../target.ts';
import type { BackupSummary, World } from '../world.ts';

/** USER backups of a target that were created from `from` on and before `until`, page by page. */
export async function* listBackups(
  world: World,
  target: Target,
  { from, until, perSecond }: { from: number; until: number; perSecond: number },
): AsyncGenerator<BackupSummary[]> {
  const dynamodb = world.dynamodb(target, 'read');
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const list = () => dynamodb.listBackups({ from, until, ...(after !== undefined && { after }) });
    const page = await world.quotas.pace(target, 'ListBackups', list, { perSecond });
    yield page?.backups ?? [];
    after = page?.next;
  }
}
