import { BackupHeld, BackupReleased, RequestRefused } from '../../events/operation-events.ts';
import type { OperationOnBackup } from '../../events/operation-requests.ts';
import { iso } from '../clock.ts';
import { PermanentError } from '../errors.ts';
import { expire, hold, liftHold } from '../holds.ts';
import { backupFrom, backupKey } from '../ledger.ts';
import { adHoc, parseRunId, runId } from '../names.ts';
import { requestRefused } from '../request-refused.ts';
import { type Requester, requesterOf } from '../requester.ts';
import type { Backup } from '../run.ts';
import { targetKey } from '../target.ts';
import type { Invocation, World } from '../world.ts';
import { retain } from './apply.ts';
import { whyRefused } from './deployed.ts';
import { contentAt } from './rules.ts';

/** What somebody wants of one backup. */
export type Operation = 'Hold' | 'Release' | 'Delete';

/** A request of a person, as it came in. */
export interface AskedOfBackup {
  operation: Operation;
  detail: OperationOnBackup;
  /** Of the event or the invocation: the request's id unless it has its own. */
  id: string;
  /** Epoch ms. */
  at: number;
  source?: string;
}

/** What is answered of it. */
export interface Operated {
  backup: string;
  done?: string;
  refused?: string;
}

/** Does what is asked of a backup, once, and tells it or why not. */
export async function operate(world: World, asked: AskedOfBackup, invocation: Invocation): Promise<Operated> {
  const { detail, operation } = asked;
  const request = { ...detail, requestId: detail.requestId ?? asked.id, requester: requesterOf(detail, asked.source) };
  const named = nameOf(detail);
  const found = await world.catalog.get(backupKey(named));
  try {
    if (found === undefined) throw new PermanentError(unknown(detail.backupId));
    const backup = backupFrom(found);
    const sentence = await act[operation](world, backup, { ...request, at: asked.at });
    if (operation === 'Delete') await retain(world, { plan: adHoc, target: backup.target }, invocation);
    return { backup: detail.backupId, done: sentence };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    await world.facts.publish(RequestRefused, [
      requestRefused(operation, named.target, request, asked.at, error.message),
    ]);
    return { backup: detail.backupId, refused: error.message };
  }
}

interface Request {
  requestId: string;
  requester: Requester;
  reason: string;
  at: number;
}

const act: Record<Operation, (world: World, backup: Backup, request: Request) => Promise<string>> = {
  async Hold(world, backup, request) {
    await hold(world.catalog, backup, wordOf(request), request.requestId);
    const sentence = `${request.requester.name} holds ${oneOf(backup)} (${request.reason}). It stays until the hold is lifted.`;
    await world.facts.publish(BackupHeld, [told('held', backup, request, sentence)]);
    return sentence;
  },
  async Release(world, backup, request) {
    await liftHold(world.catalog, backup, request.requestId);
    const sentence = `${request.requester.name} has lifted the hold from ${oneOf(backup)} (${request.reason}). Its plan decides again whether it stays.`;
    await world.facts.publish(BackupReleased, [told('released', backup, request, sentence)]);
    return sentence;
  },
  async Delete(world, backup, request) {
    if (backup.plan !== adHoc) throw new PermanentError(ofAPlan(backup));
    const isAway = whyRefused(world, { plan: adHoc, target: backup.target }) !== undefined;
    if (isAway) throw new PermanentError(ofATargetLeft(backup));
    await expire(world.catalog, backup, wordOf(request), request.requestId);
    return `${oneOf(backup, 'The')} is being deleted; Backup Deleted will say so.`;
  },
};

/** The entry that the request names, which need not exist. */
function nameOf({ backupId, duplicateArn }: OperationOnBackup) {
  const cut = backupId.lastIndexOf('/');
  const duplicate = duplicateArn === undefined ? {} : { isDuplicate: true, backupArn: duplicateArn };
  return { ...parseRunId(backupId.slice(0, cut)), tableId: backupId.slice(cut + 1), ...duplicate };
}

const wordOf = ({ requester, reason, at }: Request) => ({ by: requester.name, reason, at });

const oneOf = (backup: Backup, article = 'the') =>
  `${article} backup of ${backup.tableName} from ${iso(contentAt(backup))}`;

const unknown = (backupId: string) =>
  `backupId: the catalog knows no backup ${backupId}; take \`run\` and \`tableId\` from Backup Completed.`;

const ofAPlan = (backup: Backup) =>
  `backupId: ${oneOf(backup)} belongs to plan ${backup.plan}, whose keep decides how long it stays; only backups that were asked for by hand can be deleted. Change keep in plans.yml and deploy.`;

const ofATargetLeft = (backup: Backup) =>
  `backupId: ${oneOf(backup)} is in ${targetKey(backup.target)}, which is no target of this deployment any more; give a plan the target again and deploy, or delete it at AWS by hand.`;

function told(state: string, backup: Backup, { requestId, requester, reason, at }: Request, sentence: string) {
  const { target, plan, tableName: table, tableId } = backup;
  const run = runId(backup);
  return {
    ...{ requestId, requester, reason, run, plan, ...target, table, tableId, sentence },
    id: [run, tableId, state, requestId].join('/'),
    at: iso(at),
  };
}
