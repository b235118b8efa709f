/** A bucket that the deployment lets exports be written to. */
export interface ExportBucket {
  name: string;
  /** Twelve digits; AWS checks it before each write. */
  owner: string;
}

const pattern = /^(?<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(=(?<owner>\d{12}))?$/;

/** Reads the parameter exportBuckets: `name=ownerAccount,name2`; without an owner it is ours. Throws a sentence. */
export function readExportBuckets(text: string, ours: string): ExportBucket[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const { name, owner = ours } = pattern.exec(part)?.groups ?? {};
      if (name !== undefined) return { name, owner };
      throw new Error(
        `"${part}" in the parameter exportBuckets is not a bucket; write <name>, or <name>=<12 digits of its owner>.`,
      );
    });
}
