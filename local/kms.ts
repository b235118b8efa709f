import { AwsError, type Call, type Core, type Service } from './service.ts';

export interface Key {
  arn: string;
  id: string;
  account: string;
  region: string;
  manager: 'CUSTOMER' | 'AWS';
  description: string;
  /** Epoch ms. */
  createdAt: number;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** When a key that is pending deletion is gone, epoch ms. */
  deletedAt?: number;
}

/** What other services ask of the keys. */
export interface Keys {
  /** By id or ARN; aliases are known of AWS's own keys only. */
  find(account: string, region: string, id: string): Key | undefined;
  /** AWS's own key of a service in an account and Region, made when it is first needed: `alias/aws/dynamodb`. */
  managed(account: string, region: string, service: string): Key;
}

const dayMs = 86_400_000;

/** As AWS's own keys describe themselves. */
const descriptionOf = (service: string): string =>
  `Default key that protects my ${service === 'dynamodb' ? 'DynamoDB' : service} data when no other key is defined`;

/**
 * AWS Key Management Service as far as a table with a customer's key needs it: keys and their states, no cryptography
 * (https://docs.aws.amazon.com/kms/latest/APIReference/).
 */
export function kms(core: Core): Service & { keys: Keys } {
  const byArn = new Map<string, Key>();
  const managed = new Map<string, Key>();
  const arnOf = (account: string, region: string, id: string) =>
    id.startsWith('arn:') ? id : `arn:aws:kms:${region}:${account}:key/${id}`;

  const create = (account: string, region: string, manager: Key['manager'], description: string): Key => {
    const id = core.random.uuid();
    const arn = arnOf(account, region, id);
    const key: Key = { arn, id, account, region, manager, description, createdAt: core.clock.now(), state: 'Enabled' };
    byArn.set(arn, key);
    return key;
  };

  const keys: Keys = {
    find(account, region, id) {
      const alias = id.split('alias/aws/')[1];
      return alias ? keys.managed(account, region, alias) : byArn.get(arnOf(account, region, id));
    },
    managed(account, region, service) {
      const place = `${account}/${region}/${service}`;
      const key = managed.get(place) ?? create(account, region, 'AWS', descriptionOf(service));
      managed.set(place, key);
      return key;
    },
  };

  const asked = ({ account, region, input }: Call): Key => {
    const id = String(input.KeyId ?? '');
    const key = keys.find(account, region, id);
    if (key === undefined)
      throw new AwsError('NotFoundException', `Key '${arnOf(account, region, id)}' does not exist`);
    return key;
  };
  const changed = (call: Call): Key => {
    const key = asked(call);
    if (key.state !== 'PendingDeletion') return key;
    throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  };

  return {
    name: 'kms',
    protocol: 'json-1.1',
    targetPrefix: 'TrentService',
    keys,
    permissions: ({ account, region, operation, input }) => {
      const isOfAll = ['CreateKey', 'ListKeys', 'ListAliases'].includes(operation);
      const resource = isOfAll ? '*' : arnOf(account, region, String(input.KeyId ?? ''));
      return [{ action: `kms:${operation}`, resource }];
    },
    operations: {
      ListKeys: ({ account, region }) => {
        const own = [...byArn.values()].filter((key) => key.account === account && key.region === region);
        return { Keys: own.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })), Truncated: false };
      },
      ListAliases: ({ account, region }) => {
        const place = `${account}/${region}/`;
        const own = [...managed].filter(([of]) => of.startsWith(place));
        const Aliases = own.map(([of, { id }]) => {
          const AliasName = `alias/aws/${of.slice(place.length)}`;
          return { AliasName, AliasArn: `arn:aws:kms:${region}:${account}:${AliasName}`, TargetKeyId: id };
        });
        return { Aliases, Truncated: false };
      },
      CreateKey: ({ account, region, input }) => ({
        KeyMetadata: metadata(create(account, region, 'CUSTOMER', String(input.Description ?? ''))),
      }),
      DescribeKey: (call) => ({ KeyMetadata: metadata(asked(call)) }),
      EnableKey: (call) => {
        changed(call).state = 'Enabled';
      },
      DisableKey: (call) => {
        changed(call).state = 'Disabled';
      },
      ScheduleKeyDeletion: (call) => {
        const key = changed(call);
        const days = Number(call.input.PendingWindowInDays ?? 30);
        if (!(days >= 7 && days <= 30))
          throw new AwsError('ValidationException', 'PendingWindowInDays must be 7 to 30.');
        key.state = 'PendingDeletion';
        key.deletedAt = core.clock.now() + days * dayMs;
        core.clock.at(key.deletedAt, () => key.state === 'PendingDeletion' && byArn.delete(key.arn));
        return { KeyId: key.arn, DeletionDate: key.deletedAt / 1000, KeyState: key.state, PendingWindowInDays: days };
      },
    },
  };
}

const metadata = (key: Key) => ({
  AWSAccountId: key.account,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: key.createdAt / 1000,
  Enabled: key.state === 'Enabled',
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: key.state,
  ...(key.deletedAt !== undefined && { DeletionDate: key.deletedAt / 1000 }),
  Origin: 'AWS_KMS',
  KeyManager: key.manager,
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});
