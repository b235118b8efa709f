import type { AwsError, Service, WireAnswer } from '../service.ts';
import { encode, type Protocol } from './protocol.ts';
import { element, type Xml } from './xml.ts';

/** REST-XML, as S3 speaks it: the service itself says which operation a request is and how its result looks. */
export const restXml: Protocol = {
  read: (service, request) => restOf(service).read(request),

  answer(service, operation, result, requestId) {
    const { status, headers, body } = restOf(service).write(operation, result);
    return {
      status,
      headers: { 'content-length': String(body.length), ...headers, ...ids(requestId) },
      body,
    };
  },

  error(_service, error, requestId) {
    const body = error.status === 304 ? new Uint8Array() : encode(errorXml(error, requestId));
    const type = body.length > 0 ? { 'content-type': 'application/xml' } : {};
    return {
      status: error.status,
      headers: { 'content-length': String(body.length), ...type, ...ids(requestId) },
      body,
    } satisfies WireAnswer;
  },
};

function restOf(service: Service): NonNullable<Service['rest']> {
  if (service.rest === undefined) throw new Error(`The service ${service.name} does not say how it reads requests.`);
  return service.rest;
}

function errorXml({ code, message, members }: AwsError, requestId: string): string {
  const named = code === 'ExpiredTokenException' ? 'ExpiredToken' : code;
  const said = { Code: named, Message: message, ...(members as Record<string, Xml>), RequestId: requestId };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', { ...said, HostId: requestId })}`;
}

const ids = (requestId: string) => ({ 'x-amz-request-id': requestId, 'x-amz-id-2': requestId });
