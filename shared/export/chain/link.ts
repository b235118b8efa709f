import { ExportChainBegan } from '../../../events/chain-events.ts';
import { iso } from '../../clock.ts';
import type { World } from '../../world.ts';
import { ChainLink, exportIdOf, linkKey } from '../chain-link.ts';
import type { ExportTask } from '../export-task.ts';
import { type Chain, type Round, type Step, writeChain } from './chain.ts';
import { began } from './told.ts';

type Stepping = Chain & { step: Step };

/** What was exported joins the chain: its object first, which is never written over, then the catalog. */
export async function addLink(world: World, round: Round, chain: Stepping, task: ExportTask): Promise<Chain> {
  const { step } = chain;
  const plan = task.plan as NonNullable<ExportTask['plan']>;
  const { bucket, prefix = '' } = plan;
  const link = linkOf(world, round, chain, task);
  const key = linkKey(prefix, link.chain, link.n);
  await world.objects(round.target).putOnce(bucket, key, link);
  if (link.type === 'full') {
    const { reason = '' } = step;
    await world.facts.publish(ExportChainBegan, [began(round, link, { bucket: bucket.name, key, reason })]);
  }
  const { request } = step;
  const begins = {
    mode: step.mode,
    bucket: bucket.name,
    prefix,
    format: request.format ?? 'DYNAMODB_JSON',
    fullExport: link.chain,
  };
  return writeChain(world, round, chain, {
    ...(link.type === 'full' && begins),
    n: link.n,
    until: Date.parse(link.until),
    step: undefined,
    attempts: undefined,
    failures: undefined,
    lost: undefined,
    failedFor: undefined,
    retryAt: undefined,
    trouble: undefined,
  });
}

/** The same whoever makes it of the same task. */
function linkOf({ installation }: World, round: Round, chain: Stepping, task: ExportTask): ChainLink {
  const { kind, from = 0, until, arn, keys, request } = chain.step;
  const { exportArn = '', exported, endedAt = 0 } = task;
  const { manifest = '', items = 0, billedBytes = 0, exportTime = until } = exported ?? {};
  const common = {
    version: 1 as const,
    installation,
    plan: round.plan,
    table: { arn, id: chain.table.id, name: chain.table.name, keys },
    exportArn,
    manifest,
    format: request.format ?? 'DYNAMODB_JSON',
    items,
    billedBytes,
    completedAt: iso(endedAt),
  };
  if (kind === 'full') {
    const first = { chain: exportIdOf(exportArn), n: 0, until: iso(exportTime), previous: null } as const;
    return ChainLink.parse({ ...common, type: 'full', ...first });
  }
  const { fullExport = '', n = 0, prefix = '' } = chain;
  return ChainLink.parse({
    ...common,
    type: 'incremental',
    chain: fullExport,
    n: n + 1,
    from: iso(from),
    until: iso(until),
    view: request.view ?? 'NEW_AND_OLD_IMAGES',
    previous: linkKey(prefix, fullExport, n),
  });
}
