import type { Backup } from './state.ts';

/** Creation order with a tie-break, so that a page can go on after a backup that was deleted meanwhile. */
function orderOf(arn: string): string {
  const { id, tableName } = partsOf(arn);
  return `${id}/${tableName}`;
}

/** The backups of an account and Region: by ARN, and in the order of their creation. */
export class BackupList {
  #byArn = new Map<string, Backup>();
  #order: { key: string; backup: Backup }[] = [];

  get size(): number {
    return this.#order.length;
  }

  get(arn: string): Backup | undefined {
    return this.#byArn.get(arn);
  }

  add(backup: Backup): void {
    const key = orderOf(backup.arn);
    this.#byArn.set(backup.arn, backup);
    this.#order.splice(this.#firstFrom(key), 0, { key, backup });
  }

  delete(backup: Backup): void {
    if (!this.#byArn.delete(backup.arn)) return;
    this.#order.splice(this.#firstFrom(orderOf(backup.arn)), 1);
  }

  /** In the order of creation: those created at `from` (epoch ms) or later, and after the ARN that a page ended with. */
  *since(from: number, afterArn?: string): Generator<Backup> {
    let start = this.#firstFrom(stampOf(Math.max(0, from)));
    if (afterArn !== undefined) {
      const after = orderOf(afterArn);
      const next = this.#firstFrom(after);
      start = Math.max(start, this.#order[next]?.key === after ? next + 1 : next);
    }
    for (let index = start; index < this.#order.length; index++) {
      const entry = this.#order[index];
      if (entry !== undefined) yield entry.backup;
    }
  }

  /** Whether a backup of that very table is being made. */
  isCreating(tableId: string): boolean {
    for (let index = this.#order.length - 1; index >= 0; index--) {
      const backup = this.#order[index]?.backup;
      if (backup?.status === 'CREATING' && backup.table.id === tableId) return true;
    }
    return false;
  }

  #firstFrom(key: string): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#order[middle]?.key ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Fourteen digits, as backup ids begin. */
export const stampOf = (epochMs: number): string => String(epochMs).padStart(14, '0');

/** The parts of `arn:aws:dynamodb:<region>:<account>:table/<name>/backup/<id>`. */
export function partsOf(arn: string): { region: string; account: string; tableName: string; id: string } {
  const [, , , region = '', account = '', resource = ''] = arn.split(':');
  const [, tableName = '', , id = ''] = resource.split('/');
  return { region, account, tableName, id };
}
