/** An account and a Region: where tables are and whose quotas are spent. */
export interface Target {
  account: string;
  region: string;
}

/** `<account>/<region>`, in keys of the catalog and in logs. */
export function targetKey({ account, region }: Target): string {
  return `${account}/${region}`;
}

/** The reverse of `targetKey`. */
export function parseTarget(key: string): Target {
  const [account = '', region = ''] = key.split('/');
  return { account, region };
}
