import type { AwsError } from '../service.ts';
import { invalid, invalidParameters } from './errors.ts';
import type { Region, Table, World } from './state.ts';

export interface SseSpecification {
  Enabled?: boolean;
  SSEType?: string;
  KMSMasterKeyId?: string;
}

/** The ARN of the key that a specification asks for; undefined: the key that AWS owns. */
export function keyFor({ settings }: World, region: Region, specification: SseSpecification = {}): string | undefined {
  const { Enabled = false, SSEType, KMSMasterKeyId } = specification;
  if (!Enabled) {
    if (SSEType != null) throw invalidParameters('SSEType can not be specified if Enabled is false');
    if (KMSMasterKeyId != null) throw invalidParameters('KMSMasterKeyId can not be specified if Enabled is false');
    return undefined;
  }
  if (SSEType === 'AES256') throw invalidParameters('SSEType AES256 is not supported');
  if (KMSMasterKeyId == null) return settings.keys.managed(region.account, region.name, 'dynamodb').arn;
  if (SSEType == null) throw invalidParameters('SSEType KMS is required if KMSMasterKeyId is specified');
  const key = settings.keys.find(region.account, region.name, KMSMasterKeyId);
  if (key === undefined) throw keyError('validation', 'NotFoundException', `Key '${KMSMasterKeyId}' does not exist`);
  checkKey(settings, region, key.arn);
  return key.arn;
}

/** Throws when the customer's key of a table cannot be used: no backup can be made of it, and no table with it. */
export function checkKey({ keys }: Pick<World['settings'], 'keys'>, region: Region, arn: string): void {
  const key = keys.find(region.account, region.name, arn);
  if (key === undefined) throw keyError('validation', 'NotFoundException', `Key '${arn}' does not exist`);
  if (key.state === 'Disabled') throw keyError('key disabled', 'DisabledException', `${arn} is disabled.`);
  if (key.state === 'PendingDeletion')
    throw keyError('validation', 'KMSInvalidStateException', `${arn} is pending deletion.`);
}

export function checkTableKey({ settings }: World, region: Region, { keyArn }: Table): void {
  if (keyArn !== undefined) checkKey(settings, region, keyArn);
}

/** DynamoDB passes on what KMS said, in the words of the Java client that it calls KMS with. */
const keyError = (kind: 'validation' | 'key disabled', code: string, message: string): AwsError =>
  invalid(
    `KMS ${kind} error: com.amazonaws.services.kms.model.${code}: ${message} ` +
      `(Service: AWSKMS; Status Code: 400; Error Code: ${code}; Proxy: null)`,
  );
