import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { Keys } from '../world.ts';
import { type ClientOptions, clientConfig } from './client.ts';

/** What may be known of encryption keys; a key that we may not look at is not an error. */
export function keysOf(options: ClientOptions, region: string): Keys {
  const client = new KMSClient(clientConfig(options, region, 4));
  return {
    async describeKey(arn) {
      try {
        const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: arn }));
        const deletionAt = KeyMetadata?.DeletionDate?.getTime();
        return { state: KeyMetadata?.KeyState ?? 'Unknown', ...(deletionAt !== undefined && { deletionAt }) };
      } catch (error) {
        if (error instanceof Error && /^AccessDenied/.test(error.name)) return undefined;
        // The table still names its key when this is gone for good.
        if (error instanceof Error && error.name === 'NotFoundException') return { state: 'Deleted' };
        throw error;
      }
    },
  };
}
