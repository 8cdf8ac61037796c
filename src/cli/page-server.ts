/** Hands out the built page on the loopback address: known files only, and only to a browser that asked for this host. */

import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The same as in the page itself, and what only a header can say. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

interface Page {
  readonly type: string;
  readonly bytes: Buffer;
  readonly packed: Buffer;
}

/** Reads a built page; its files are kept in memory, so that no request ever names a path on disk. */
export function pagesOf(folder: string, machine: object | undefined): Map<string, Page> {
  const pages = new Map<string, Page>();
  const add = (path: string, bytes: Buffer): void => {
    const type = TYPES[extname(path)];
    if (type !== undefined) pages.set(path, { type, bytes, packed: gzipSync(bytes) });
  };
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    add(`/${relative(folder, path).split(sep).join('/')}`, readFileSync(path));
  }
  const index = pages.get('/index.html');
  if (index !== undefined) pages.set('/', index);
  if (machine !== undefined) add('/machine.json', Buffer.from(JSON.stringify(machine)));
  return pages;
}

/** A server that is not listening yet. */
export function pageServer(pages: ReadonlyMap<string, Page>): Server {
  const server = createServer((request, response) => answer(server, pages, request, response));
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  return server;
}

function answer(server: Server, pages: ReadonlyMap<string, Page>, request: IncomingMessage, response: ServerResponse): void {
  const headers = {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  const refuse = (status: number, text: string): void => {
    response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };
  // A name that an attacker's DNS points here would come in the Host header: only our own are answered.
  if (!isOurHost(server, request.headers.host)) return refuse(403, 'this server answers for the loopback address only');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return refuse(405, 'only GET is answered here');
  }
  const page = pages.get((request.url ?? '').replace(/[?#].*$/s, ''));
  if (page === undefined) return refuse(404, 'there is no such page');
  const packs = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const body = packs ? page.packed : page.bytes;
  response.writeHead(200, {
    ...headers,
    'content-type': page.type,
    'content-length': body.length,
    ...(packs ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function isOurHost(server: Server, host: string | undefined): boolean {
  const address = server.address();
  if (address === null || typeof address === 'string') return false;
  return ['127.0.0.1', 'localhost', '[::1]'].some((name) => host === `${name}:${address.port}` || (address.port === 80 && host === name));
}
