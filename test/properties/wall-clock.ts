/** What the clock on a wall shows, read from Intl by its words and remembered: the oracles' way, not the code's. */
export interface Wall {
  year: number;
  month: number;
  date: number;
  hour: number;
  minute: number;
  /** `GMT+1`: tells the hour that comes twice in autumn apart. */
  offset: string;
}

/** Daylight saving in both hemispheres, by half an hour, at odd times of the day, and none at all. */
export const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Africa/Casablanca',
  'America/St_Johns',
  'Pacific/Chatham',
  'Asia/Beirut',
];

const remembered = new Map<string, Map<number, Wall>>();
const formats = new Map<string, Intl.DateTimeFormat>();

export function wallAt(zone: string, at: number): Wall {
  const ofZone = remembered.get(zone) ?? new Map<number, Wall>();
  remembered.set(zone, ofZone);
  const minute = Math.floor(at / 60_000);
  const wall = ofZone.get(minute) ?? read(zone, minute * 60_000);
  ofZone.set(minute, wall);
  return wall;
}

function read(zone: string, at: number): Wall {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-GB', { ...shape, timeZone: zone });
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type as string, value]));
  const number = (type: string) => Number(parts.get(type));
  return {
    year: number('year'),
    month: number('month'),
    date: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    offset: parts.get('timeZoneName') ?? '',
  };
}

const shape = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  hourCycle: 'h23',
  timeZoneName: 'longOffset',
} as const;
