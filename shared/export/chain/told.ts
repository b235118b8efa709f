import type { ExportChainBegan, ExportChainEnded, ExportRoundCompleted } from '../../../events/chain-events.ts';
import { iso } from '../../clock.ts';
import { listed, mostNamed } from '../../protection-changed.ts';
import { targetKey } from '../../target.ts';
import type { Fact } from '../../world.ts';
import type { ChainLink } from '../chain-link.ts';
import type { Chain, Round } from './chain.ts';

const ofATable = ({ target, plan }: Round, { name, id }: { name: string; id: string }) => ({
  plan,
  ...target,
  table: name,
  tableId: id,
});

export function began(
  round: Round,
  link: ChainLink,
  { bucket, key, reason }: { bucket: string; key: string; reason: string },
): Fact<typeof ExportChainBegan> {
  const { table, chain, until, completedAt } = link;
  return {
    ...ofATable(round, table),
    chain,
    bucket,
    link: key,
    exportTime: until,
    reason,
    id: `${targetKey(round.target)}/${round.plan}/${table.id}/began/${chain}`,
    at: completedAt,
    sentence: `${table.name} (${targetKey(round.target)}) is exported whole by ${round.plan}, as of ${until}, to s3://${bucket}/${key}: ${reason}.`,
  };
}

export function ended(round: Round, chain: Chain, reason: string, now: number): Fact<typeof ExportChainEnded> {
  const { table, fullExport, until } = chain;
  const last =
    until === undefined ? 'Nothing of it was exported.' : `What was exported ends at ${iso(until)}, and stays.`;
  return {
    ...ofATable(round, table),
    ...(fullExport !== undefined && { chain: fullExport }),
    ...(until !== undefined && { until: iso(until) }),
    reason,
    id: `${targetKey(round.target)}/${round.plan}/${table.id}/ended/${until ?? chain.since}`,
    at: iso(now),
    sentence: `${table.name} (${targetKey(round.target)}) is exported by ${round.plan} no more: ${reason}. ${last}`,
  };
}

export function roundCompleted(
  round: Round,
  goal: number,
  chains: Chain[],
  now: number,
): Fact<typeof ExportRoundCompleted> {
  const failed = chains.filter(({ trouble }) => trouble !== undefined);
  const named = failed.slice(0, mostNamed).map(({ table }) => table.name);
  const current = chains.length - failed.length;
  const what = `Exports ${round.plan} of ${iso(goal)} (${targetKey(round.target)})`;
  const troubles = [...new Set(failed.map(({ trouble = '' }) => trouble))].slice(0, 3);
  const said =
    chains.length === 0
      ? 'they mean no table.'
      : failed.length === 0
        ? `${current === 1 ? 'the one table is' : `all ${current} tables are`} exported.`
        : `${current} ${current === 1 ? 'table is' : 'tables are'} exported, ${failed.length} ${failed.length === 1 ? 'is' : 'are'} not: ${listed(named, failed.length)}. ${troubles.join(' ')} The next firing tries again.`;
  return {
    plan: round.plan,
    ...round.target,
    scheduledAt: iso(goal),
    tables: chains.length,
    current,
    failed: failed.length,
    named,
    id: `${targetKey(round.target)}/${round.plan}/round/${goal}`,
    at: iso(now),
    sentence: `${what}: ${said}`,
  };
}
