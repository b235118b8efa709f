import { plansJsonSchema } from './schema.ts';

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** The keys that may stand at that place of a plan. */
export function planSourceKeys(path: readonly PropertyKey[]): string[] {
  const { $defs } = plansJsonSchema() as { $defs: { plan: Schema } };
  const place = path.reduce<Schema | undefined>(
    (schema, step) => (typeof step === 'number' ? schema?.items : schema?.properties?.[String(step)]),
    $defs.plan,
  );
  return Object.keys(place?.properties ?? {});
}
