/** `memhp serve`: what it answers, what it refuses, what it hands out. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY, pageServer, pagesOf } from '../../src/cli/page-server.ts';
import { servedMachine } from '../../src/cli/served-machine.ts';
import { runMain } from '../cli/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'memhp-serve-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
writeFileSync(join(folder, 'secret.pem'), 'not of the page');
const server = pageServer(pagesOf(folder, { schema: 'memhp/served-machine/1', files: [] }));
let port = 0;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => {
  ({ port } = server.address() as AddressInfo);
  resolve();
})));
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function ask(path: string, method = 'GET', host = `127.0.0.1:${port}`): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    asked.on('error', reject).end();
  });
}

test('the page, with headers that let nothing else in', async () => {
  const { status, headers, body } = await ask('/?machine');
  expect(status).toBe(200);
  expect(body).toContain('page');
  expect(headers['content-security-policy']).toBe(CONTENT_SECURITY_POLICY);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect((await ask('/machine.json')).headers['content-type']).toBe('application/json');
});

test.each(['/../package.json', '/%2e%2e/package.json', '/secret.pem', '/etc/passwd', '//x', '/index.html/', '/.built'])('%s is not there', async (path) =>
  expect((await ask(path)).status).toBe(404),
);

test.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1.evil.example'])('the host %j is refused', async (host) =>
  expect((await ask('/', 'GET', host)).status).toBe(403),
);

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => expect((await ask('/', method)).status).toBe(405));

test('a machine is a file, a description or an example; anything else is said', () => {
  const files = (name: string): string[] => {
    const served = servedMachine(name);
    if (!('machine' in served)) throw new Error(served.diagnostics[0]?.message);
    return served.machine.files.map(({ base64 }) => Buffer.from(base64, 'base64').toString());
  };
  expect(files('thread')[0]).toContain('memmap=32M!0x31000000');
  expect(files('6.12,memory=4G')[0]).toContain('memory: 4G');
  const book = join(folder, 'a.runbook');
  writeFileSync(join(folder, 'iomem.txt'), '00001000-0009ffff : System RAM\n');
  writeFileSync(book, '---\nmachine: iomem.txt\n---\n$ lsmem\n');
  expect(files(book)).toHaveLength(2);
  writeFileSync(book, '---\nmachine: ../none.txt\n---\n$ lsmem\n');
  // A device would be read for ever.
  for (const wrong of ['threat', 'no/such/file', folder, '/dev/zero', book]) expect('diagnostics' in servedMachine(wrong), wrong).toBe(true);
});

test('the command line complains about what it is given', async () => {
  expect(await runMain(80, 'serve', '--port', 'x')).toMatchObject({ status: 2 });
  expect(await runMain(80, 'serve', 'threat')).toMatchObject({ status: 2, stderr: expect.stringContaining('thread') as string });
});
