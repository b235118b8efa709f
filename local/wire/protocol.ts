import { AwsError, type Service, type WireAnswer, type WireRequest } from '../service.ts';

/** What a request asks for. */
export interface Asked {
  operation: string;
  input: Record<string, unknown>;
}

/** How a service's calls and answers look on the wire. */
export interface Protocol {
  /** Throws `AwsError` for what cannot be read; the operation need not exist. */
  read(service: Service, request: WireRequest): Asked;
  answer(service: Service, operation: string, result: unknown, requestId: string): WireAnswer;
  error(service: Service, error: AwsError, requestId: string): WireAnswer;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

export const encode = (value: string): Uint8Array => utf8.encode(value);
export const decode = (bytes: Uint8Array): string => text.decode(bytes);

/** The path without host, trailing slash or query, decoded piece by piece. Throws `AwsError` for a wrong escape. */
export function segments(path: string): string[] {
  try {
    return path
      .split('/')
      .filter((piece) => piece !== '')
      .map(decodeURIComponent);
  } catch {
    throw new AwsError('ValidationException', `The path ${path} is not percent-encoded correctly.`);
  }
}
