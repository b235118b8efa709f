import { createHash } from 'node:crypto';
import type { Answer } from '../s3/answers.ts';
import type { Caller, Core } from '../service.ts';
import { encode } from '../wire/protocol.ts';
import { element, type Xml } from '../wire/xml.ts';
import type { DataFile } from './export-files.ts';
import type { ExportInput } from './export-request.ts';

/** Where an export is written, and in whose name: all that it puts, it puts with the caller's rights. */
export interface Destination {
  caller: Caller;
  region: string;
  input: ExportInput;
}

/** Puts objects into the export's bucket: small ones at once, data files in parts, as their ETags tell. */
export function writerTo(core: Core, { caller, region, input }: Destination) {
  const { S3Bucket, S3BucketOwner = caller.account, S3SseAlgorithm, S3SseKmsKeyId } = input;
  const call = async (operation: string, members: Record<string, unknown>): Promise<Answer> => {
    const target = { Bucket: S3Bucket, ExpectedBucketOwner: S3BucketOwner };
    const s3 = { service: 's3', operation, input: { ...target, ...members } };
    return (await core.call({ ...s3, caller, account: caller.account, region })) as Answer;
  };
  const how = {
    ACL: 'bucket-owner-full-control',
    ServerSideEncryption: S3SseAlgorithm === 'KMS' ? 'aws:kms' : 'AES256',
    ...(S3SseKmsKeyId != null && { SSEKMSKeyId: S3SseKmsKeyId }),
  };

  return {
    put: (Key: string, text: string) => call('PutObject', { Key, Body: encode(text), ...how }),

    /** A JSON file, and beside it its MD5 in base64. */
    async putWithSum(key: string, text: string): Promise<void> {
      await this.put(key, text);
      await this.put(key.replace(/\.json$/, '.md5'), createHash('md5').update(text).digest('base64'));
    },

    /** Answers the ETag, without quotes. */
    async putDataFile(Key: string, { body }: DataFile): Promise<string> {
      const created = await call('CreateMultipartUpload', { Key, ...how });
      const UploadId = String((created.members as { UploadId: Xml }).UploadId);
      try {
        const part = await call('UploadPart', { Key, UploadId, PartNumber: 1, Body: body });
        const Part = { PartNumber: 1, ETag: part.headers?.etag ?? '' };
        const list = element('CompleteMultipartUpload', { Part });
        const completed = await call('CompleteMultipartUpload', { Key, UploadId, Body: encode(list) });
        return String((completed.members as { ETag: Xml }).ETag).replaceAll('"', '');
      } catch (error) {
        // Whatever becomes of this, the first error is the one to tell.
        await call('AbortMultipartUpload', { Key, UploadId }).catch(() => {});
        throw error;
      }
    },
  };
}
