import type { Mistake } from '../task/task.ts';
import { requestIdPrefix } from './chain/chain.ts';
import { mistakesOfFilter } from './filter.ts';

type Part = Record<string, unknown>;

const part = (value: unknown): Part => (typeof value === 'object' && value !== null ? (value as Part) : {});
const given = (of: Part, name: string): boolean => of[name] !== undefined;
const isIncremental = ({ type }: Part): boolean => type === 'incremental';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html */
const shortestWindowMs = 15 * 60_000;
const longestWindowMs = 24 * 3_600_000;

/** Not a number when it is none, so that no rule about its length is broken. */
function windowMs(request: Part): number {
  const { from, until } = part(request.window);
  return Date.parse(String(until)) - Date.parse(String(from));
}

interface Rule extends Mistake {
  isBroken: (request: Part) => boolean;
}

/** What must not be said together: each rule looks at the request alone, also at one that is wrong elsewhere. */
const rules: Rule[] = [
  {
    field: 'requestId',
    isBroken: ({ requestId }) => typeof requestId === 'string' && requestId.startsWith(requestIdPrefix),
    problem: `Exports of plans.yml have ids that begin with ${requestIdPrefix}.`,
    remedy: 'Give another requestId.',
  },
  {
    field: 'source',
    isBroken: ({ source }) => given(part(source), 'tableArn') === given(part(source), 'table'),
    problem: 'It must say in exactly one way what to export.',
    remedy: 'Give tableArn, or table (with account and region where it is not at home).',
  },
  {
    field: 'source.account',
    isBroken: ({ source }) =>
      given(part(source), 'tableArn') && (given(part(source), 'account') || given(part(source), 'region')),
    problem: 'The ARN of a table says where it is.',
    remedy: 'Leave account and region out, or give table in place of tableArn.',
  },
  {
    field: 'destination.encryption.keyArn',
    isBroken: ({ destination }) => {
      const encryption = part(part(destination).encryption);
      return encryption.type === 'AES256' && given(encryption, 'keyArn');
    },
    problem: 'AES256 uses the keys of S3.',
    remedy: 'Leave keyArn out, or set type to KMS.',
  },
  {
    field: 'exportTime',
    isBroken: (request) => isIncremental(request) && given(request, 'exportTime'),
    problem: 'An incremental export is of a window.',
    remedy: 'Give window in its place, or set type to full.',
  },
  {
    field: 'window',
    isBroken: (request) => isIncremental(request) && !given(request, 'window'),
    problem: 'An incremental export needs a window.',
    remedy: 'Give window.from and window.until.',
  },
  {
    field: 'window',
    isBroken: (request) => !isIncremental(request) && given(request, 'window'),
    problem: 'A full export is of an instant.',
    remedy: 'Give exportTime in its place, or set type to incremental.',
  },
  {
    field: 'window',
    isBroken: (request) => windowMs(request) < 0,
    problem: 'It ends before it begins.',
    remedy: 'Exchange from and until.',
  },
  {
    field: 'window',
    isBroken: (request) => windowMs(request) >= 0 && windowMs(request) < shortestWindowMs,
    problem: 'It is shorter than 15 minutes, the shortest that AWS exports.',
    remedy: 'Give a later until, or an earlier from.',
  },
  {
    field: 'window',
    isBroken: (request) => windowMs(request) > longestWindowMs,
    problem: 'It is longer than 24 hours, the longest that AWS exports.',
    remedy: 'Ask for several exports of a day each.',
  },
  {
    field: 'view',
    isBroken: (request) => !isIncremental(request) && given(request, 'view'),
    problem: 'Only an incremental export has images.',
    remedy: 'Leave it out, or set type to incremental.',
  },
  {
    field: 'enablePointInTimeRecovery',
    isBroken: (request) =>
      request.enablePointInTimeRecovery === true && (isIncremental(request) || given(request, 'exportTime')),
    problem: 'Recovery that is switched on now knows nothing of the past.',
    remedy: 'Leave it out, or ask for a full export of now.',
  },
];

/** All that a request says against itself. */
export function contradictionsOf(value: unknown): Mistake[] {
  const request = part(value);
  return [
    ...rules
      .filter(({ isBroken }) => isBroken(request))
      .map(({ field, problem, remedy }) => ({ field, problem, remedy })),
    ...mistakesOfFilter(request.filter),
  ];
}
