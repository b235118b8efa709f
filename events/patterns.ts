/** How names and ids look, for events, for plans.yml and for the names of backups. Here and nowhere else. */
const planNameText = '[a-z0-9][a-z0-9-]{0,31}';

/** The scheduled second, and for a request 8 digits of its id. */
const stampText = '\\d{8}T\\d{6}Z(-[0-9a-f]{8})?';

/** `<account>/<region>/<plan>/<stamp>` */
export const runIdText = `\\d{12}/[a-z0-9-]+/${planNameText}/${stampText}`;

/** `<run>/<table id>`: the entry of the ledger. */
export const backupIdPattern = new RegExp(`^${runIdText}/[0-9a-zA-Z-]+$`);

/** Lower-case letters, digits and hyphens, short enough to be part of every backup's name. */
export const planNamePattern = new RegExp(`^${planNameText}$`);

export const accountPattern = /^\d{12}$/;
export const regionPattern = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** `arn:aws:dynamodb:<region>:<account>:table/<name>/backup/<id>` */
export const backupArnPattern =
  /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[a-zA-Z0-9_.-]{3,255}\/backup\/[0-9a-zA-Z-]{1,64}$/;

/** `tk-<installation>-<plan>-<stamp>-<hash>` */
export const backupNamePattern = new RegExp(
  `^tk-(?<installation>[0-9a-f]{8})-(?<plan>${planNameText})-(?<stamp>${stampText})-(?<hash>[0-9a-f]{12})$`,
);
