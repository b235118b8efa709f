import { AwsError, type WireAnswer } from '../service.ts';
import { encode, type Protocol } from './protocol.ts';

/**
 * RPC v2 in CBOR (https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html), which some SDKs have begun to speak
 * with some services. No service here does: every call is refused, in a form that they can read.
 */
export const cbor: Protocol = {
  read(service) {
    const message = `The local AWS speaks ${service.protocol} with ${service.name}, not CBOR.`;
    throw new AwsError('UnknownOperationException', message);
  },

  answer(service) {
    throw new Error(`The service ${service.name} has no answer in CBOR.`);
  },

  error(service, error, requestId): WireAnswer {
    const members = { __type: service.errorType?.(error.code) ?? error.code, message: error.message };
    const body = Buffer.concat([Buffer.from([mapOfTwo]), ...Object.entries(members).flat().map(text)]);
    const headers = {
      'smithy-protocol': 'rpc-v2-cbor',
      'content-type': 'application/cbor',
      'content-length': String(body.length),
      'x-amzn-requestid': requestId,
    };
    return { status: error.status, headers, body };
  },
};

const mapOfTwo = 0xa2;
const textOf16BitLength = 0x79;

function text(value: string): Uint8Array {
  const bytes = encode(value);
  const head = Buffer.from([textOf16BitLength, bytes.length >> 8, bytes.length & 0xff]);
  return Buffer.concat([head, bytes]);
}
