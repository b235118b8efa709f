import type { Told } from '../../local/perform.ts';
import { startAt } from './place.ts';

/** What happened, for a person to read: one line for each call, act and finding. */
export class History {
  readonly lines: string[] = [];
  readonly #isOn: boolean;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  say(at: number, what: string): void {
    if (this.#isOn) this.lines.push(`${((at - startAt) / 1000).toFixed(3).padStart(10)}  ${what}`);
  }

  tell({ call, at, endedAt, error }: Told, process: string): void {
    if (!this.#isOn) return;
    const took = endedAt > at ? ` (${endedAt - at} ms)` : '';
    const answer = error === undefined ? '' : ` -> ${(error as { code?: string }).code ?? String(error)}`;
    const signed = call.signedAt === undefined ? '' : ` signed ${((call.signedAt - startAt) / 1000).toFixed(0)}`;
    this.say(at, `${process.padEnd(20)} ${call.operation} ${inShort(call.input)}${signed}${took}${answer}`);
  }
}

function inShort(input: Record<string, unknown>): string {
  const { Key, Item, UpdateExpression, ExpressionAttributeValues, Entries, TableName, BackupName, BackupArn } = input;
  if (Entries) return (Entries as { DetailType: string }[]).map(({ DetailType }) => DetailType).join(', ');
  const { pk, sk } = (Key ?? Item ?? {}) as { pk?: { S: string }; sk?: { S: string } };
  if (pk) {
    const values = ExpressionAttributeValues === undefined ? '' : ` ${JSON.stringify(ExpressionAttributeValues)}`;
    return `${pk.S}|${sk?.S} ${UpdateExpression ?? ''}${values}`.slice(0, 300);
  }
  return [TableName, BackupName, BackupArn].filter(Boolean).join(' ');
}
