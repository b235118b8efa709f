import { plansJsonSchema } from './schema.ts';

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** What stands by its name in plans.yml. */
export type Entry = 'plan' | 'exports';

const entries = plansJsonSchema().$defs as Record<Entry, Schema>;

/** The keys that may stand at that place of an entry. */
export function sourceKeys(entry: Entry, path: readonly PropertyKey[]): string[] {
  const place = path.reduce<Schema | undefined>(
    (schema, step) => (typeof step === 'number' ? schema?.items : schema?.properties?.[String(step)]),
    entries[entry],
  );
  return Object.keys(place?.properties ?? {});
}
