import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verify } from '../../local/apigateway/verify.ts';
import { sendWire, signedRequest } from './apigateway-client.ts';
import { region, startApi } from './apigateway-local.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const piece = text.map((one) => encodeURIComponent(one));
const path = fc.array(piece, { maxLength: 4 }).map((pieces) => `/${pieces.join('/')}`);
const pairs = fc.array(fc.tuple(piece, piece), { maxLength: 4 });
const query = pairs.map((all) => all.map(([name, value]) => `${name}=${value}`).join('&'));
const headers = fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.stringMatching(/^[ -~]{0,12}$/), { maxKeys: 3 });
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE');

test('whatever the SDK’s signer signs fits, and with another secret nothing does', async () => {
  const { aws, clock } = await startApi([]);
  await fc.assert(
    fc.asyncProperty(method, path, query, headers, text, async (method, path, query, headers, body) => {
      const url = `http://127.0.0.1:4566${path}${query && `?${query}`}`;
      const request = await signedRequest(aws, { method, url, headers, body });
      const held = (secretAccessKey: string) =>
        verify(request, { region, service: 'execute-api', now: clock.now(), keysOf: () => ({ secretAccessKey }) });
      expect(held('123456789012')).toEqual({ accessKey: '123456789012' });
      expect(held('another')).toHaveProperty('refusal');
    }),
    { numRuns: 300, examples: [['GET', '/', 'valueOf=&valueOf=1', {}, '']] },
  );
});

test('no request, however broken, is a defect of the gateway', async () => {
  const { aws, apiId } = await startApi(['ANY /plans/{id}', 'GET /{all+}'], () => ({ statusCode: 200, body: 'ok' }));
  const anything = fc.string({ unit: 'binary-ascii', maxLength: 20 });
  const broken = fc.dictionary(fc.constantFrom('authorization', 'x-amz-date', 'cookie', 'content-type'), anything);
  await fc.assert(
    fc.asyncProperty(method, anything, anything, broken, fc.boolean(), async (method, tail, query, more, isSigned) => {
      const path = `/_aws/execute-api/${apiId}/${tail.replace(/[?#]/g, '')}`;
      const signed = await signedRequest(aws, { method, url: `http://127.0.0.1:4566${path}` });
      const headers = isSigned ? signed.headers : { ...signed.headers, ...more };
      const { status } = await sendWire(aws, { ...signed, path, query, headers });
      expect([200, 400, 403, 404]).toContain(status);
    }),
    { numRuns: 300 },
  );
});
