import { listBackups, readBackup } from './clumio/backups.ts';
import { listEnvironments } from './clumio/environments.ts';
import { restoreTable } from './clumio/restore.ts';
import { listTables, readTable } from './clumio/tables.ts';
import { listAllTasks, readOneTask } from './clumio/tasks.ts';
import { listEvidence, readReport } from './own/audit.ts';
import { listOurBackups, listTablesNamed, readOurBackup } from './own/backups.ts';
import { readDocument } from './own/document.ts';
import { readDryRunAnswer } from './own/dry-run.ts';
import { health } from './own/health.ts';
import { holdBackup, releaseBackup } from './own/holds.ts';
import { previewPlan } from './own/plan-preview.ts';
import { listFirings, listPlans, readPlan } from './own/plans.ts';
import { backUpTables, cancelRun, startRun } from './own/run-requests.ts';
import { listAllRuns, listTablesOfRun, readOneRun } from './own/runs.ts';
import { listStanding, readStanding } from './own/tables.ts';
import { exportTable, importTable, listOurTasks, readOurTask, restore } from './own/tasks.ts';
import type { Route } from './route.ts';
import { listRestorePoints, readRestorePoint } from './veeam/points.ts';
import { removeRestorePoint } from './veeam/remove.ts';
import { restoreRestorePoint } from './veeam/restore.ts';

/** All of them, as the document of the API lists them. */
export const routes: readonly Route[] = [
  listRestorePoints,
  readRestorePoint,
  removeRestorePoint,
  restoreRestorePoint,
  restoreTable,
  listAllTasks,
  readOneTask,
  listTables,
  readTable,
  listBackups,
  readBackup,
  listEnvironments,
  listPlans,
  readPlan,
  listFirings,
  previewPlan,
  listAllRuns,
  startRun,
  readOneRun,
  listTablesOfRun,
  cancelRun,
  backUpTables,
  listOurBackups,
  readOurBackup,
  listTablesNamed,
  holdBackup,
  releaseBackup,
  restore,
  exportTable,
  importTable,
  listOurTasks,
  readOurTask,
  readDryRunAnswer,
  listStanding,
  readStanding,
  readReport,
  listEvidence,
  health,
  readDocument,
];
