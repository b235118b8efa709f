import type { RestoreRequest } from '../../events/restore-request.ts';
import { iso } from '../clock.ts';
import type { SettingName, TableSettings } from '../settings/settings.ts';
import type { Target } from '../target.ts';
import type { Mistake } from '../task/task.ts';
import type { KeyElement, StartCall, TableShape } from './calls.ts';
import { type ChosenBackup, chosenIn, noticeOfChosen } from './chosen.ts';
import { type Estimate, estimateOf } from './estimate.ts';
import type { Captured, Found, FoundSource, Pinned } from './found.ts';
import { wantedIndexes } from './index-overrides.ts';
import { mistakesOfFound } from './mistakes.ts';
import { type Structure, startCall } from './start-call.ts';
import { type Column, wantedSettings } from './wanted.ts';
import { counted, sentence } from './words.ts';

/** Which backup, or which table at which instant (epoch ms). */
export type PlannedSource =
  | { kind: 'backup'; backupArn: string; tableArn: string; tableName: string; tableId: string; at: number }
  | { kind: 'instant'; tableArn: string; tableName: string; tableId: string; at: number };

/** Everything that was chosen when the task was accepted. Plain JSON: it does not change any more. */
export interface RestorePlan {
  source: PlannedSource;
  target: Target & { tableName: string };
  /** Absent: the backup is not in our ledger. */
  pin?: Pinned;
  call: StartCall;
  /** What DescribeTable must say of the new table. */
  structure: Structure & { keys: KeyElement[]; encryption: 'asItWas' | 'AWS_OWNED' | 'KMS' };
  settings: TableSettings;
  /** Settings that were never read. */
  notPutBack: { setting: SettingName; reason: string }[];
  verify: NonNullable<RestoreRequest['verify']>;
  itemsAbout: number;
}

/** What is answered beside it, and not kept: for people. */
export interface Explained {
  plan: RestorePlan;
  columns: Column[];
  steps: string[];
  notices: string[];
  estimate: Estimate;
  /** Absent: it is a table at an instant. */
  backup?: ChosenBackup;
}

export type Planned = Explained | { mistakes: Mistake[] };

/** The plan of a restore, or everything that stands in its way at once. */
export function planRestore(found: Found): Planned {
  const { request, source } = found;
  const mistakes = mistakesOfFound(found);
  if (source === undefined) return { mistakes };
  const then: TableShape = source.kind === 'backup' ? source.backup.table : source.table;
  const billingMode = request.target.billingMode ?? then.billingMode;
  const indexes = wantedIndexes(then, request.target, billingMode);
  const wanted = wantedSettings({
    request: request.target,
    then,
    features: source.features,
    captured: found.captured,
    lives: found.living !== undefined,
    billingMode,
  });
  mistakes.push(...throughputMistakes(request, then, billingMode), ...indexes.mistakes, ...wanted.mistakes);
  if (mistakes.length > 0) return { mistakes };

  const limits =
    request.target.onDemandThroughput === undefined ? then.limits : (request.target.onDemandThroughput ?? {});
  const structure: Structure = {
    billingMode,
    throughput: request.target.provisionedThroughput ?? then.throughput,
    ...(billingMode === 'PAY_PER_REQUEST' && limits && { limits: limits as NonNullable<Structure['limits']> }),
    ...(indexes.globalIndexes && { globalIndexes: indexes.globalIndexes }),
    ...(indexes.localIndexes && { localIndexes: indexes.localIndexes }),
  };
  const plan: RestorePlan = {
    source: plannedSource(source),
    target: { ...found.target, tableName: request.target.tableName },
    ...(source.kind === 'backup' && source.pin && { pin: source.pin }),
    call: startCall(source, request, structure),
    structure: { ...structure, keys: then.keys, encryption: encryptionOf(request) },
    settings: wanted.settings,
    notPutBack: wanted.notPutBack,
    verify: request.verify ?? {},
    itemsAbout: then.itemCount,
  };
  const isCounted = request.verify?.count === true;
  const estimate = estimateOf({ kind: source.kind, sizeBytes: then.sizeBytes, isCounted });
  const backup = chosenIn(source);
  return {
    plan,
    columns: wanted.columns,
    steps: stepsOf(plan, estimate),
    notices: noticesOf(found, source, plan),
    estimate,
    ...(backup && { backup }),
  };
}

function throughputMistakes(
  { target }: RestoreRequest,
  then: TableShape,
  billingMode: TableShape['billingMode'],
): Mistake[] {
  const mistake = (field: string, problem: string, remedy: string) => ({ field: `target.${field}`, problem, remedy });
  const mistakes: Mistake[] = [];
  // What the request says of both by itself is told by its own rules.
  if (target.billingMode === undefined && billingMode === 'PAY_PER_REQUEST' && target.provisionedThroughput) {
    mistakes.push(
      mistake(
        'provisionedThroughput',
        'The table was on demand, and has no provisioned throughput.',
        'Leave it out, or set billingMode to PROVISIONED.',
      ),
    );
  }
  if (target.billingMode === undefined && billingMode === 'PROVISIONED' && target.onDemandThroughput) {
    mistakes.push(
      mistake(
        'onDemandThroughput',
        'The table was provisioned, and has no on-demand limits.',
        'Leave it out, or set billingMode to PAY_PER_REQUEST.',
      ),
    );
  }
  if (billingMode === 'PROVISIONED' && then.billingMode === 'PAY_PER_REQUEST' && !target.provisionedThroughput) {
    mistakes.push(
      mistake(
        'provisionedThroughput',
        'The table was on demand: nobody knows how much it needs when provisioned.',
        'Give {"read": …, "write": …}, or leave billingMode out.',
      ),
    );
  }
  return mistakes;
}

const encryptionOf = ({ target: { encryption } }: RestoreRequest) =>
  encryption === undefined ? 'asItWas' : encryption === null || encryption.type === 'AWS_OWNED' ? 'AWS_OWNED' : 'KMS';

function plannedSource(source: FoundSource): PlannedSource {
  if (source.kind === 'backup') {
    const { backupArn, createdAt: at, table } = source.backup;
    return { kind: 'backup', backupArn, tableArn: table.arn, tableName: table.name, tableId: table.id, at };
  }
  const { arn: tableArn, name: tableName, id: tableId } = source.table;
  return { kind: 'instant', tableArn, tableName, tableId, at: source.at };
}

/** What is restored, in words. */
export function sourceInWords({ kind, tableName, at }: PlannedSource): string {
  return kind === 'backup' ? `the backup of ${tableName} from ${iso(at)}` : `${tableName} as it was at ${iso(at)}`;
}

function stepsOf(plan: RestorePlan, { minutes, restoreDollars, countDollars }: Estimate): string[] {
  const { target, settings, verify } = plan;
  const wanted = Object.entries(settings).filter(([name, value]) => name !== 'tableArn' && value !== null);
  const names = wanted.map(([name]) => name);
  const order = names.includes('deletionProtection') ? ' (deletion protection first)' : '';
  return [
    ...(plan.pin ? [`Pin ${sourceInWords(plan.source)}, so that retention keeps it.`] : []),
    `Wait for one of 50 places in ${target.account}/${target.region}.`,
    `${plan.call.operation}: make ${target.tableName} from ${sourceInWords(plan.source)}; ${minutes[0]} to ${minutes[1]} minutes, about $${restoreDollars}.`,
    ...(names.length > 0 ? [`Put back${order}: ${names.join(', ')}.`] : []),
    'Verify keys, indexes, billing mode and settings.',
    ...(verify.sample ? [`Read ${counted(verify.sample.length, 'item')}.`] : []),
    ...(verify.count ? [`Count all items, about ${plan.itemsAbout}, for about $${countDollars}.`] : []),
  ];
}

function noticesOf(found: Found, source: FoundSource, { settings, notPutBack }: RestorePlan): string[] {
  const { captured, queue } = found;
  const timeToLive = settings.timeToLive;
  return [
    ...(source.kind === 'backup' ? [noticeOfChosen(source.backup)] : []),
    ...found.notices,
    ...(captured ? [noticeOfCapture(captured, source)] : []),
    ...notPutBack.map(({ setting, reason }) => sentence(`${setting} will not be put back: ${reason}`)),
    ...(timeToLive && 'attribute' in timeToLive
      ? [
          `TTL on ${timeToLive.attribute} will be switched on again: DynamoDB then deletes items whose time has passed, within days. Set timeToLive to null to keep them.`,
        ]
      : []),
    ...(settings.replicas && 'regions' in settings.replicas
      ? found.unusableRegions.map(({ region, why }) => `The Region ${region} ${why}: its replica will not be put back.`)
      : []),
    ...(queue.running >= 50 || queue.waiting > 0
      ? [`Restores that run there: ${queue.running}; that wait: ${queue.waiting}.`]
      : []),
    ...found.keys
      .filter(({ state }) => state === undefined)
      .map(({ keyArn }) => `The key ${keyArn} could not be looked at.`),
  ];
}

function noticeOfCapture({ capturedAt, isOfNow }: Captured, source: FoundSource): string {
  if (isOfNow) return 'No settings were ever captured; taken are those that the table has now.';
  const isOfBackup = source.kind === 'backup';
  if (capturedAt >= (isOfBackup ? source.backup.createdAt : source.at)) {
    return `The settings are those captured at ${iso(capturedAt)}.`;
  }
  const what = isOfBackup ? 'the backup' : 'that instant';
  return `The settings are as read at ${iso(capturedAt)}, before ${what}; what was changed between is not among them.`;
}
