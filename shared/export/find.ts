import { pages } from '../pages.ts';
import type { Exporting } from './export-task.ts';

/** Clocks of ours and of AWS may disagree by so much. */
const skewMs = 5000;

/** The instant in an export's id, `01693685827463-2d8752fd`, as AWS makes them; undefined when it makes them otherwise. */
function startedAt(arn: string): number | undefined {
  const at = Number(/\/export\/(\d{13,14})-/.exec(arn)?.[1]);
  return Number.isFinite(at) ? at : undefined;
}

/** Among the exports of the table that began since then, the one with this task's token. */
export async function findByToken({ world, task }: Exporting, since: number): Promise<string | undefined> {
  const { target, table, call } = task.plan;
  const calls = world.exports(target);
  const list = (after: string | undefined) => calls.listExports(table.arn, after);
  for await (const { arns } of pages(list, ({ next }) => next)) {
    for (const arn of arns) {
      if ((startedAt(arn) ?? since) < since - skewMs) continue;
      const found = await calls.describeExport(arn);
      if (found?.clientToken === call.input.ClientToken) return arn;
    }
  }
  return undefined;
}
