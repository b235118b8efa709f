import type { Call } from '../../local/service.ts';
import { hub } from './place.ts';
import { inWords, type Rule, type Scene } from './scene.ts';
import { outward, settingsOf } from './settings.ts';
import type { Fact, MadeTable } from './truth.ts';

const targetOf = (task: Record<string, unknown>): string =>
  (task.plan as { target: { tableName: string } } | undefined)?.target.tableName ?? '';

/** Promise 5: a request makes at most one table, and tells of it at most once. */
const oneTable: Rule = {
  name: 'a request makes one table at most, and has one end',
  atEnd({ truth, installations }) {
    for (const { catalog } of installations) {
      const tasks = truth.items(catalog, (key) => /^task#(restore|import)-/.test(key));
      for (const [key, task] of tasks) {
        if (!['COMPLETED', 'FAILED'].includes(String(task.state))) return `${key} is ${inWords(task)}`;
        const name = targetOf(task);
        const made = truth.made.filter((table) => table.name === name).length;
        const of = tasks.filter(([, other]) => targetOf(other) === name && other.tableId !== undefined);
        const completed = of.filter(([, { state }]) => state === 'COMPLETED').length;
        if (made > of.length || completed > made) return `${name} was made ${made} times for ${completed} ends`;
      }
    }
    return undefined;
  },
};

/** The name of the table that a call changes; undefined when it changes none. */
function changedBy({ service, operation, input }: Call): string | undefined {
  if (!/^(Update|Put|Delete|Tag|Untag|Enable|Disable|BatchWrite|Register|CreateEventSource)/.test(operation))
    return undefined;
  if (/^(PutEvents|DeleteBackup)$/.test(operation) || service === 's3') return undefined;
  const { RequestItems = {}, ResourceId, Dimensions } = input as Record<string, object>;
  const [dimension] = (Dimensions ?? []) as { Value: string }[];
  const named = input.TableName ?? input.ResourceArn ?? input.EventSourceArn ?? ResourceId ?? dimension?.Value;
  const [, name = String(named ?? Object.keys(RequestItems)[0])] = /table\/([^/]+)/.exec(String(named)) ?? [];
  return name;
}

/** Whatever was there before stays as it was. */
const neverOverwritten: Rule = {
  name: 'nothing is changed in a table that no request has made',
  onEffect({ call, isByService, write }, { truth }) {
    if (!isByService || write !== undefined) return undefined;
    const name = changedBy(call);
    if (name === undefined || truth.catalogs.has(name)) return undefined;
    const id = truth.tableIds.get(name);
    const isOurs = truth.made.some((table) => table.id === id);
    return isOurs ? undefined : `${call.operation} of ${name} (${id}): ${JSON.stringify(call.input).slice(0, 200)}`;
  },
};

/** Ends of tasks that made a table which is there still, with what they were asked for. */
function completed({
  truth,
  installations,
}: Scene): { fact: Fact; table: MadeTable; wishes: Record<string, unknown> }[] {
  return truth.facts.flatMap((fact) => {
    const { type, bus, detail } = fact;
    if (type !== 'Restore Completed' && type !== 'Import Completed') return [];
    const catalog = installations.find(({ factsBus }) => factsBus === bus)?.catalog ?? '';
    const [[, task] = []] = truth.items(catalog, (key) => key.startsWith(`task#${String(detail.task)}|`));
    const table = truth.made.find(({ id }) => id === detail.tableId);
    if (task === undefined || table === undefined || truth.dropped.has(table.id)) return [];
    return [{ fact, table, wishes: (task.request as { target: Record<string, unknown> }).target }];
  });
}

interface Wanted {
  source: { table?: string; backupArn?: string };
  target: { tableName: string };
}

/** Whether a backup that fits had been told completed by then, and was never deleted. */
const hadBackup = ({ truth }: Scene, bus: string, { table, backupArn }: Wanted['source'], at: number): boolean =>
  truth.facts.some(
    ({ type, detail, ...fact }) =>
      type === 'Backup Completed' &&
      fact.bus === bus &&
      fact.at < at &&
      (backupArn === undefined ? detail.table === table : detail.backupArn === backupArn) &&
      truth.backups.get(String(detail.backupArn))?.deletedAt === undefined,
  );

/** Whoever refuses everything overwrites nothing, too. */
const restoresSucceed: Rule = {
  name: 'a restore fails only when it has nothing to restore, or nowhere to',
  atEnd(scene) {
    const { truth, installations, story } = scene;
    for (const { catalog, factsBus, number } of installations) {
      const tasks = truth.items(catalog, (key) => key.startsWith('task#restore-')).map(([, task]) => task);
      for (const task of tasks) {
        const { source, target } = task.request as Wanted;
        const there = truth.tableIds.get(target.tableName);
        const isTaken = there !== undefined && there !== task.tableId;
        const isGone = truth.dropped.has(String(task.tableId));
        // To a clock that was set back, a backup is of the time to come.
        const isSetBack = story.faults.clockJump !== undefined;
        if (task.state !== 'FAILED' || isTaken || isGone || isSetBack) continue;
        if (hadBackup(scene, factsBus, source, Number(task.acceptedAt))) return inWords(task);
      }
      // With one mishap at most, each request is heard.
      if (Object.keys(story.faults).length > 0 && story.only === undefined) continue;
      for (const act of story.acts) {
        if (act.do !== 'restore' || act.nth !== undefined || act.installation !== number) continue;
        if (!tasks.some(({ request }) => (request as { requestId: string }).requestId === `r${act.atMs}`))
          return `nobody has heard of the restore of ${act.table} to ${act.target}`;
      }
    }
    return undefined;
  },
};

/** Whose copy it is: of a backup, or of exported files. */
function sourceOf({ truth }: Scene, { detail }: Fact): { tableId: string; at: number } {
  const { source, manifest, until } = detail as { source?: { backupArn: string }; manifest?: string; until?: string };
  if (source !== undefined) return truth.backedUp(source.backupArn);
  const exported = [...truth.exports.values()].find(({ arn }) => manifest?.includes(String(arn.split('/').at(-1))));
  return { tableId: exported?.tableId ?? '', at: Date.parse(until ?? '') };
}

const itemsAreBack: Rule = {
  name: 'a table that was brought back has the items that its source had',
  atEnd(scene) {
    const { truth, place } = scene;
    for (const { fact, table } of completed(scene)) {
      // Somebody has written to it since it was made.
      if ((truth.moments.get(table.id)?.length ?? 0) > 1) continue;
      const { tableId, at } = sourceOf(scene, fact);
      const there = [...place.store.itemsOf(hub, table.name).items()].map(({ id, n }) => [id?.S, n?.N]);
      const [said, found] = [[...truth.itemsAt(tableId, at)], there].map((all) => JSON.stringify(all.toSorted()));
      if (said !== found) return `${table.name} has ${found}, and ${tableId} had ${said}`;
      const { items = there.length, isAsExpected = true } = fact.detail;
      if (items !== there.length || isAsExpected !== true) return `${table.name}: ${String(fact.detail.sentence)}`;
    }
    return undefined;
  },
};

const isCaptured = ({ truth }: Scene, tableId: string): boolean =>
  [...truth.catalogs.values()].some((catalog) =>
    [...catalog.keys()].some((key) => key.startsWith('settings#') && key.endsWith(`|structure#${tableId}`)),
  );

/** Else every restore could say that it knew of none. A run in trouble leaves it to the next one. */
const settingsAreCaptured: Rule = {
  name: 'where nothing goes wrong, a table that was backed up has its settings captured',
  atEnd(scene) {
    const { truth, story } = scene;
    const isCalm = Object.keys(story.faults).length === 0;
    for (const name of story.hasSettings && isCalm ? story.tables : []) {
      const id = truth.tableIds.get(name) ?? '';
      const isBackedUp = truth.facts.some(({ type, detail }) => type === 'Backup Completed' && detail.tableId === id);
      if (isBackedUp && !truth.dropped.has(id) && !isCaptured(scene, id)) return `${name} (${id})`;
    }
    return undefined;
  },
};

/** What was said of settings that are not there. */
function namedIn({ truth }: Scene, { bus, detail }: Fact): string {
  const began = truth.facts.find((fact) => fact.bus === bus && fact.detail.id === `${detail.task}/started`);
  const wasNeverCaptured = JSON.stringify(began?.detail.notices ?? []).includes('were never captured');
  const { settingsNotPutBack = [], verification, differences } = detail as Record<string, unknown>;
  const { differences: others } = (verification ?? {}) as Record<string, unknown>;
  return wasNeverCaptured ? 'all' : JSON.stringify([settingsNotPutBack, differences, others]);
}

/** Whether somebody has switched point-in-time recovery of one of these tables since the story began. */
const isSwitched = ({ truth, story, faultsEndAt }: Scene, tableIds: string[]): boolean =>
  tableIds
    .flatMap((id) => truth.recovery.get(id) ?? [])
    .some(({ at, isByService }) => !isByService && at >= faultsEndAt - story.faultsUntilMs);

/** How a request speaks of a setting. */
const fieldOf = (setting: string): string => (setting === 'scaling' ? 'autoScaling' : setting);

/** Each setting that its source had, or a word why not. */
const settingsAreBack: Rule = {
  name: 'each setting of the source is back or named, and none that acts on others unasked',
  async atEnd(scene) {
    const { truth, place, settings, story } = scene;
    if (!story.hasSettings) return undefined;
    for (const { fact, table, wishes } of completed(scene)) {
      const { tableId } = sourceOf(scene, fact);
      const isGone = truth.dropped.has(tableId);
      const named = namedIn(scene, fact);
      for (const [setting, found] of await settingsOf(place, table.name)) {
        const had = settings.get(tableId)?.get(setting) ?? '';
        // Alarms are on a name, and outlive the table.
        if (setting === 'alarms' && story.tables.includes(table.name)) continue;
        if (setting === 'pointInTimeRecovery' && isSwitched(scene, [table.id, tableId])) continue;
        const wish = wishes[fieldOf(setting)];
        const said = `${setting} of ${table.name} is ${found || 'none'}, and of its source ${had || 'none'}`;
        const isNamed = named === 'all' || named.includes(`"${setting}`);
        if (wish === null && found !== '' && !isNamed) return `${said}: the request removes it`;
        if (wish !== undefined && wish !== 'asCaptured') continue;
        if (outward.includes(setting) && wish === undefined) {
          const isBack = found === had && isGone && fact.type === 'Restore Completed';
          if (found !== '' && !isBack) return `${said}: nobody asked for it`;
          continue;
        }
        if (found !== had && !isNamed) return `${said}, and nobody was told: ${named}`;
      }
    }
    return undefined;
  },
};

export const rulesOfTables = (): Rule[] => [
  oneTable,
  neverOverwritten,
  restoresSucceed,
  itemsAreBack,
  settingsAreCaptured,
  settingsAreBack,
];
