/** Trying again cannot help. The message is a sentence that names the thing and the act. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** A request was signed too late to be sent. It was not sent. */
export class FencedError extends Error {
  override name = 'FencedError';

  constructor(stamp: string, notAfter: number) {
    super(`A request stamped ${stamp || '(nothing)'} was held back: not after ${new Date(notAfter).toISOString()}.`);
  }
}

/** The slot of a request passed while it was being made. It was not sent. */
export class MissedSlot extends Error {
  override name = 'MissedSlot';
}

/**
 * What an error of AWS means for the call that got it. Only `ambiguous` leaves open whether the call took effect.
 *
 * - `throttle`: not done; somebody else uses the quota, too
 * - `later`: not done; the table or the account is busy for some seconds
 * - `gone`: not done; there is no such table or backup any more
 * - `credentials`: not done; the signature or the session was not valid
 * - `fenced`: not sent
 * - `refused`: not done, and will not be
 * - `ambiguous`: done or not
 */
export type ErrorKind = 'throttle' | 'later' | 'gone' | 'credentials' | 'fenced' | 'refused' | 'ambiguous';

interface Rule {
  kind: ErrorKind;
  name?: RegExp;
  text?: RegExp;
  status?: (status: number) => boolean;
}

/**
 * The first rule that fits wins; what fits none is ambiguous. Names are those of DynamoDB's API model and of
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html. LimitExceededException means
 * several things, told apart by its text only.
 */
const rules: Rule[] = [
  { kind: 'fenced', name: /^(FencedError|MissedSlot)$/ },
  { kind: 'ambiguous', status: (status) => status === 408 || status >= 500 },
  { kind: 'ambiguous', name: /^(RequestTimeout(Exception)?|TimeoutError|InternalServerError)$/ },
  { kind: 'refused', name: /^LimitExceededException$/, text: /limit of [\d,]+ tables per subscriber/i },
  { kind: 'later', name: /^LimitExceededException$/, text: /simultaneous|Subscriber limit exceeded/i },
  { kind: 'throttle', name: /^LimitExceededException$/ },
  { kind: 'throttle', name: /^(Throttling|RequestLimitExceeded|TooManyRequests|ProvisionedThroughputExceeded)/ },
  { kind: 'later', name: /^(ContinuousBackupsUnavailable|BackupInUse|TableInUse|ResourceInUse)Exception$/ },
  { kind: 'refused', name: /^KMS|^AccessDenied|^NotAuthorized|^OptInRequired/ },
  { kind: 'refused', text: /\bKMS\b/, status: (status) => status === 400 },
  { kind: 'gone', name: /^(TableNotFound|BackupNotFound|ResourceNotFound)Exception$/ },
  { kind: 'credentials', name: /^(ExpiredToken|RequestExpired|RequestTimeTooSkewed|CredentialsProviderError)/ },
  { kind: 'credentials', name: /^(InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthentication)/ },
  { kind: 'credentials', name: /^(UnrecognizedClient|InvalidClientTokenId)/ },
  { kind: 'refused', name: /^(Validation|Serialization|UnknownOperation|InvalidParameter)/ },
];

/** What an error that an AWS call threw means for that call. */
export function kindOf(error: unknown): ErrorKind {
  const { name = '', message = '' } = error instanceof Error ? error : {};
  const { httpStatusCode = 0 } = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata ?? {};
  const fits = (rule: Rule) =>
    (rule.name?.test(name) ?? true) && (rule.text?.test(message) ?? true) && (rule.status?.(httpStatusCode) ?? true);
  return rules.find(fits)?.kind ?? 'ambiguous';
}

/** An answer of AWS, or that none came; anything else is our own mistake. */
export const isOfAws = (error: unknown): boolean =>
  error instanceof Error && ('$metadata' in error || 'code' in error || kindOf(error) !== 'ambiguous');

/** `Name: text` for events and the ledger, short enough for an item of a kilobyte. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 300);
}
