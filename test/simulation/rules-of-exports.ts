import type { S3Service } from '../../local/s3/s3.ts';
import { ChainLink } from '../../shared/export/chain-link.ts';
import type { Item } from '../../shared/world.ts';
import { judgeChains } from '../export/chain-judge.ts';
import type { Installation } from './installation.ts';
import { archive, exportMs, linksIn, type Rule, type Scene } from './scene.ts';
import type { Effect, Fact, Truth } from './truth.ts';

/** An object of a chain, as it was put into the bucket. */
interface Put {
  key: string;
  folder: string;
  link: ChainLink;
}

function putBy({ call, isByService }: Effect): Put | undefined {
  if (call.operation !== 'PutObject' || !isByService) return undefined;
  const key = String(call.input.Key);
  const link = ChainLink.parse(JSON.parse(Buffer.from(call.input.Body as Uint8Array).toString()));
  return { key, folder: key.replace(/\d+\.json$/, ''), link };
}

/** What is told of an export is so at AWS. */
function wrongAtAws({ link }: Put, truth: Truth, at: number): string | undefined {
  const made = truth.exports.get(link.exportArn);
  if (made === undefined) return 'is of an export that nobody made';
  if (at < made.at + exportMs) return 'is of an export that is not complete';
  if (made.tableId !== link.table.id) return `is of another table than ${made.tableId}`;
  const [from, until] = [link.type === 'full' ? undefined : Date.parse(link.from), Date.parse(link.until)];
  return from === made.from && until === made.until ? undefined : `is not of ${made.from} to ${made.until}`;
}

/** Whether recovery was off at some time from then to then. */
function wasOff({ recovery }: Truth, tableId: string, from: number, until: number): boolean {
  const switches = recovery.get(tableId) ?? [];
  return switches.some(({ at, isOn }, index) => !isOn && at < until && (switches[index + 1]?.at ?? Infinity) > from);
}

/** No gap and no overlap: each object begins exactly where the one before it ended, and no other chain was there. */
function chainsJoin(): Rule {
  const links = new Map<string, Put>();
  const wrong = (put: Put, { truth }: Scene, at: number): string | undefined => {
    const { key, folder, link } = put;
    if (links.has(key)) return 'was there already';
    const before = links.get(`${folder}${link.n - 1}.json`);
    if (link.previous !== (before?.key ?? null)) return `follows ${link.previous}`;
    if (link.type === 'incremental' && link.from !== before?.link.until) return `leaves ${before?.link.until} behind`;
    const of = ({ installation, plan, table }: ChainLink) => `${installation} ${plan} ${table.id}`;
    const others = [...links.values()].filter((one) => of(one.link) === of(link) && one.folder !== folder);
    const overlapped = others.find((one) => one.link.until > (link.type === 'full' ? link.until : link.from));
    if (overlapped !== undefined) return `overlaps ${overlapped.key}, which is until ${overlapped.link.until}`;
    if (link.type === 'incremental' && wasOff(truth, link.table.id, Date.parse(link.from), Date.parse(link.until)))
      return 'goes over a time in which recovery was off';
    return wrongAtAws(put, truth, at);
  };
  return {
    name: 'each window of a chain begins where the last one ended, and is at AWS what the bucket says',
    onEffect(effect, scene) {
      const put = putBy(effect);
      if (put === undefined) return undefined;
      const found = wrong(put, scene, effect.at);
      links.set(put.key, put);
      return found && `${put.key} (${put.link.table.name} until ${put.link.until}) ${found}`;
    },
  };
}

const exportedOnce: Rule = {
  name: 'no export is made twice',
  onEffect({ call, isByService, answer }, { truth }) {
    if (call.operation !== 'ExportTableToPointInTime' || !isByService) return undefined;
    const { ExportArn } = answer.ExportDescription as { ExportArn: string };
    const made = truth.exports.get(ExportArn);
    const same = [...truth.exports.values()].filter(
      ({ tableId, from, until, by }) =>
        made?.tableId === tableId && made.until === until && made.from === from && made.by === by,
    );
    return same.length > 1 ? `${same.map(({ arn }) => arn).join(' and ')} are of one wish` : undefined;
  },
};

/** Facts of a bus, once each. */
const told = ({ truth }: Scene, { factsBus }: Installation, type: string): Fact['detail'][] => [
  ...new Map(
    truth.facts.filter((fact) => fact.bus === factsBus && fact.type === type).map(({ detail }) => [detail.id, detail]),
  ).values(),
];

const chainItems = ({ truth }: Scene, { catalog }: Installation): Item[] =>
  truth.items(catalog, (key) => /^exports#.*\|chain#/.test(key)).map(([, item]) => item);

/** Every chain's beginning and end is told once, and what is told is what the catalog and the bucket have. */
const chainsAreTold: Rule = {
  name: 'each chain is told to have begun, and to have ended',
  atEnd(scene) {
    for (const of of scene.installations) {
      const began = told(scene, of, 'Export Chain Began').map(({ chain }) => chain);
      const inBucket = [...linksIn(scene).values()].filter(({ installation, n }) => installation === of.id && n === 0);
      const chains = inBucket.map(({ chain }) => chain);
      const [said, there] = [began, chains].map((all) => all.toSorted().join(' '));
      if (said !== there) return `told to have begun: ${said}; in the bucket: ${there}`;
      const ended = told(scene, of, 'Export Chain Ended').map(({ tableId }) => tableId);
      for (const { table, endedAt } of chainItems(scene, of)) {
        const times = ended.filter((id) => id === (table as { id: string }).id).length;
        if (times !== (endedAt === undefined ? 0 : 1)) return `${JSON.stringify(table)} was told ended ${times} times`;
      }
    }
    return undefined;
  },
};

/** A window is a quarter of an hour at least; a firing that did not come is made up for ten minutes later. */
const shortestMs = 900_000;
const madeUpForMs = 900_000;

/** Outages end: then every table is exported up to the last firing. */
const chainsGoOn: Rule = {
  name: 'once AWS makes no more trouble, the chain of every table reaches the last firing',
  atEnd(scene) {
    const { truth, story, installations, faultsEndAt } = scene;
    if (!story.hasExports) return undefined;
    const firedAt = story.acts.flatMap((act) =>
      act.do === 'fireExports' ? [act.atMs + faultsEndAt - story.faultsUntilMs] : [],
    );
    for (const of of installations) {
      const [[, round] = []] = truth.items(of.catalog, (key) => key.startsWith('task#export-round/'));
      const goal = Number(round?.goal ?? 0);
      const lastAt = Math.max(0, ...firedAt.filter((at) => at + madeUpForMs < scene.now()));
      if (goal < Math.floor(lastAt / 1000) * 1000)
        return `the last round is up to ${goal}, and there was one at ${lastAt}`;
      for (const [name, tableId] of truth.tableIds) {
        if (!name.startsWith('orders-')) continue;
        const switches = truth.recovery.get(tableId) ?? [];
        const isLasting = switches.some(({ at }) => at < goal) && !switches.some(({ at }) => at > goal - shortestMs);
        const isOn = switches.at(-1)?.isOn === true && isLasting && !truth.dropped.has(tableId);
        const until = Math.max(0, ...[...linksIn(scene).values()].map((link) => untilOf(link, of, tableId)));
        if (isOn && until <= goal - shortestMs)
          return `${name} is exported until ${until} only, and the last round is up to ${goal}`;
      }
    }
    return undefined;
  },
};

const untilOf = ({ installation, table, until }: ChainLink, { id }: Installation, tableId: string): number =>
  installation === id && table.id === tableId ? Date.parse(until) : 0;

/** Whoever has only the bucket has what the tables were. */
const bucketIsEnough: Rule = {
  name: 'by the bucket alone a table is, at each instant of its chain, what it was',
  atEnd({ place, truth, story }) {
    if (!story.hasExports) return undefined;
    const broken: string[] = [];
    judgeChains(place.aws.service('s3') as S3Service, [archive], truth.moments, broken);
    return broken[0];
  },
};

export const rulesOfExports = (): Rule[] => [chainsJoin(), exportedOnce, chainsAreTold, chainsGoOn, bucketIsEnough];
