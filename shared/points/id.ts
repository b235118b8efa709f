import { createHash } from 'node:crypto';
import { backupFrom, backupsOf } from '../ledger.ts';
import { instantOf, stampOf } from '../names.ts';
import type { PlanInTarget } from '../retention/facts.ts';
import type { Backup, BackupOf } from '../run.ts';
import { targetKey } from '../target.ts';
import { deployedPartitions, knownPartitions, knownTargets, type Reader } from './known.ts';

/** What a restore point's id is made of. */
type Named = BackupOf & Pick<Backup, 'isDuplicate' | 'backupArn'>;

/**
 * The fields of an id, in bits, first to last: together the 122 that RFC 9562 leaves to a version 8. Two requests of
 * one second over one table differ in `request`, a second backup of one (run, table) in `duplicate`.
 */
const widths = { second: 33, partition: 16, isHashed: 1, table: 48, isRequest: 1, request: 16, duplicate: 7 } as const;

type Fields = Record<keyof typeof widths, bigint>;

const names = Object.keys(widths) as (keyof typeof widths)[];

/** A uuid that leads to the backup's item; made anew it is the same. */
export function pointId(backup: Named): string {
  const { tableId, stamp, isDuplicate, backupArn } = backup;
  const request = stamp.split('-')[1];
  const prefix = uuidPrefix(tableId);
  return uuidOf({
    second: BigInt(instantOf(stamp) / 1000),
    partition: hashOfPartition(backup),
    isHashed: prefix === undefined ? 1n : 0n,
    table: prefix === undefined ? hashOf(tableId, widths.table) : BigInt(`0x${prefix.replace('-', '')}`),
    isRequest: request === undefined ? 0n : 1n,
    request: request === undefined ? 0n : BigInt(`0x${request.slice(0, 4)}`),
    duplicate: isDuplicate ? 1n + (hashOf(backupArn?.split('/').at(-1) ?? '', 32) % 127n) : 0n,
  });
}

/** The entry of the ledger that the id leads to, whatever its state; undefined also for what is no id of ours. */
export async function findPoint(world: Reader, id: string): Promise<Backup | undefined> {
  const fields = fieldsOf(id);
  if (fields === undefined) return undefined;
  const deployed = deployedPartitions(world);
  const found = await findIn(world, deployed, fields, id);
  if (found !== undefined) return found;
  const asked = new Set(deployed.map(textOf));
  const known = await knownPartitions(world, await knownTargets(world));
  const others = known.filter((of) => !asked.has(textOf(of)));
  return findIn(world, others, fields, id);
}

async function findIn(world: Reader, all: PlanInTarget[], fields: Fields, id: string): Promise<Backup | undefined> {
  for (const of of all) {
    if (hashOfPartition(of) !== fields.partition) continue;
    for await (const stamp of stampsOf(world, of, fields)) {
      const { pk, prefix } = backupsOf(of);
      const table = fields.isHashed ? '' : tablePrefix(fields.table);
      for await (const item of world.catalog.query({ pk, prefix: `${prefix}${stamp}#${table}` })) {
        const backup = backupFrom(item);
        if (pointId(backup) === id.toLowerCase()) return backup;
      }
    }
  }
  return undefined;
}

/** The runs of that second: the firing itself, or what was requested then, as the ledger has it. */
async function* stampsOf({ catalog }: Reader, of: PlanInTarget, { second, isRequest, request }: Fields) {
  const firing = stampOf(Number(second) * 1000);
  if (!isRequest) {
    yield firing;
    return;
  }
  const { pk, prefix } = backupsOf(of);
  const requested = `${prefix}${firing}-${hex(request, 4)}`;
  for (let from: string | undefined = requested; from !== undefined; ) {
    let stamp: string | undefined;
    for await (const item of catalog.query({ pk, prefix: requested, from, limit: 1 })) ({ stamp } = backupFrom(item));
    if (stamp !== undefined) yield stamp;
    // `$` follows `#`, which ends the stamp in a key.
    from = stamp && `${prefix}${stamp}$`;
  }
}

/** A v4 uuid's first 48 bits are random; other ids, of stand-ins for AWS, are hashed. */
const uuidPrefix = (tableId: string): string | undefined =>
  /^([0-9a-f]{8}-[0-9a-f]{4})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.exec(tableId)?.[1];

const tablePrefix = (bits: bigint): string => hex(bits, 12).replace(/^.{8}/, '$&-');

const textOf = ({ plan, target }: PlanInTarget): string => `${targetKey(target)}#${plan}`;

const hashOfPartition = (of: PlanInTarget): bigint => hashOf(textOf(of), widths.partition);

const hashOf = (text: string, bits: number): bigint =>
  BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 16)}`) >> BigInt(64 - bits);

const hex = (value: bigint, digits: number): string => value.toString(16).padStart(digits, '0');

/** 48 bits, the version, 12 bits, the variant, 62 bits: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8 */
function uuidOf(fields: Fields): string {
  let all = 0n;
  for (const name of names) all = (all << BigInt(widths[name])) | fields[name];
  const [a, b, c] = [all >> 74n, (all >> 62n) & 0xfffn, all & ((1n << 62n) - 1n)];
  const text = `${hex(a, 12)}8${hex(b, 3)}${hex((0b10n << 62n) | c, 16)}`;
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function fieldsOf(id: string): Fields | undefined {
  if (!idPattern.test(id.toLowerCase())) return undefined;
  const text = id.replaceAll('-', '');
  const c = BigInt(`0x${text.slice(16)}`) & ((1n << 62n) - 1n);
  let all = (BigInt(`0x${text.slice(0, 12)}`) << 74n) | (BigInt(`0x${text.slice(13, 16)}`) << 62n) | c;
  const fields: Partial<Fields> = {};
  for (const name of names.toReversed()) {
    fields[name] = all & ((1n << BigInt(widths[name])) - 1n);
    all >>= BigInt(widths[name]);
  }
  return fields as Fields;
}
