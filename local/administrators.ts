import type { Iam } from './service.ts';

/** Every key is an administrator: of the account that a key of twelve digits names, else of the default account. */
export function administrators(account: string): Iam {
  return {
    caller(accessKey) {
      const own = /^\d{12}$/.test(accessKey) ? accessKey : account;
      const root = `arn:aws:iam::${own}:root`;
      return { account: own, principalArn: root, arn: root, accessKey };
    },
    authorize() {},
  };
}
