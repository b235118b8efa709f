import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalAws } from './aws.ts';

/** S3 takes 5 GB at once; here an object has to fit into memory several times. Each service has its own limit below. */
const maxBodyBytes = 64 * 2 ** 20;

/**
 * Answers AWS clients on 127.0.0.1, and there only; port 0 takes any free one. Fails with a sentence that names PORT when
 * the port is taken. `close` ends at once, whatever sockets clients keep open.
 */
export async function listen(aws: LocalAws, port: number): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(aws, request, response).catch(() => request.socket.destroy());
  });
  // Longer than clients keep a connection that they do not use: who closes first must be they.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((ready, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'EADDRINUSE'
          ? new Error(
              `Port ${port} on 127.0.0.1 is taken; end what listens there, or choose another: PORT=${port + 1}.`,
            )
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', ready);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function answer(aws: LocalAws, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  // A proxy's client names the whole address.
  const [, path = '/', query = ''] = /^(?:https?:\/\/[^/?]+)?([^?]*)\??(.*)$/s.exec(request.url ?? '/') ?? [];
  const headers = Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values = []]) => [
      name,
      values.join(name === 'cookie' ? '; ' : ','),
    ]),
  );
  const answered = await aws.handle({ method: request.method ?? 'GET', path, query, headers, body });
  const cookies = answered.cookies === undefined ? {} : { 'set-cookie': answered.cookies };
  response.writeHead(answered.status, { ...answered.headers, ...cookies }).end(answered.body);
}

/** Undefined when it is larger than anything that AWS takes. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
