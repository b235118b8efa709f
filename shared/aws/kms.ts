import type { Keys } from '../world.ts';
import type { ClientOptions } from './client.ts';
import { jsonRequest, otherService } from './other-service.ts';

interface Described {
  /** `DeletionDate`: epoch seconds. */
  KeyMetadata?: { KeyState?: string; DeletionDate?: number; KeyManager?: string };
}

/**
 * What may be known of encryption keys; a key that we may not look at is not an error.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
 */
export function keysOf(options: ClientOptions, region: string): Keys {
  const send = otherService(options, region, { host: 'kms', signingName: 'kms' });
  return {
    async describeKey(arn) {
      try {
        const { KeyMetadata = {} } = await send<Described>(
          jsonRequest('TrentService.DescribeKey', '1.1', { KeyId: arn }),
        );
        const { KeyState: state = 'Unknown', DeletionDate: deletionAt } = KeyMetadata;
        return {
          state,
          ...(deletionAt !== undefined && { deletionAt: Math.round(deletionAt * 1000) }),
          ...(KeyMetadata.KeyManager === 'AWS' && { isOfAws: true }),
        };
      } catch (error) {
        if (error instanceof Error && /^AccessDenied/.test(error.name)) return undefined;
        // The table still names its key when this is gone for good.
        if (error instanceof Error && error.name === 'NotFoundException') return { state: 'Deleted' };
        throw error;
      }
    },
  };
}
