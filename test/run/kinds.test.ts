import { describe, expect, test } from 'vitest';
import { type ErrorKind, FencedError, kindOf } from '../../shared/errors.ts';

const aws = (name: string, status: number, message = '') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

describe('what an error means for the call that got it', () => {
  test.each<[ErrorKind, Error]>([
    ['throttle', aws('ThrottlingException', 400, 'Rate exceeded')],
    ['throttle', aws('ProvisionedThroughputExceededException', 400)],
    ['throttle', aws('RequestLimitExceeded', 400)],
    ['throttle', aws('LimitExceededException', 400, 'Up to 50 CreateBackup operations are allowed per second')],
    [
      'later',
      aws(
        'LimitExceededException',
        400,
        'Subscriber limit exceeded: Only 500 tables can be created, updated, or deleted simultaneously',
      ),
    ],
    [
      'refused',
      aws('LimitExceededException', 400, 'Subscriber limit exceeded: There is a limit of 2500 tables per subscriber'),
    ],
    ['refused', aws('LimitExceededException', 400, 'There is a limit of 2500 tables per subscriber')],
    ['later', aws('ContinuousBackupsUnavailableException', 400)],
    ['later', aws('BackupInUseException', 400)],
    ['later', aws('TableInUseException', 400)],
    ['gone', aws('TableNotFoundException', 400)],
    ['gone', aws('BackupNotFoundException', 400)],
    ['refused', aws('AccessDeniedException', 400)],
    ['refused', aws('AccessDenied', 403)],
    ['refused', aws('ValidationException', 400)],
    ['refused', aws('ResourceNotFoundException', 400, 'The KMS key was not found')],
    ['credentials', aws('ExpiredTokenException', 400)],
    ['credentials', aws('InvalidSignatureException', 400)],
    ['credentials', aws('UnrecognizedClientException', 400)],
    ['fenced', new FencedError('20260131T020000Z', 0)],
    ['ambiguous', aws('InternalServerError', 500)],
    ['ambiguous', aws('ServiceUnavailable', 503)],
    ['ambiguous', aws('RequestTimeoutException', 408)],
    ['ambiguous', aws('ThrottlingException', 503, 'Slow down')],
    ['ambiguous', aws('TimeoutError', 0)],
    ['ambiguous', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['ambiguous', aws('NobodyKnowsThisException', 400)],
    ['ambiguous', new Error('anything')],
  ])('%s: %s', (kind, error) => {
    expect(kindOf(error)).toBe(kind);
  });
});
