/** A campaign over a queue: workers and campaigns are processes, some of them killed; Redis is Debian's. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCampaignResults } from '../../src/realkernel/campaign-result.ts';
import { caseOfRun } from '../../src/realkernel/fuzz-campaign.ts';
import { nameOfCase } from '../../src/realkernel/fuzz-case.ts';
import { openQueueServer, parseQueueAddress, QueueAddressError, type QueueServer } from '../../src/realkernel/job-queue.ts';
import { findProgram } from '../../src/realkernel/missing.ts';
import { KERNEL } from './model-player.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const redis = findProgram('redis-server');
if (redis === undefined) {
  console.warn('SKIPPED: redis-server is not here, so no campaign is played over a queue (sudo apt-get install redis-server)');
}

const children: ChildProcess[] = [];
let folder = '';
let address = '';
let port = 0;

function start(args: readonly string[]): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (more: string) => (text += more));
  return Object.assign(child, { said: () => text });
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('exit', (status) => resolve(status));
  });

async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 100): Promise<void> {
  for (let i = 0; i < seconds * 20; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`did not come: ${what}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: found } = server.address() as { port: number };
      server.close(() => resolve(found));
    });
  });
}

const worker = (name: string, ms = 150) => start(['test/realkernel/slow-worker.ts', address, name, String(ms)]);
const campaign = (...args: string[]) => start(['src/cli/main.ts', 'fuzz', '--queue', address, '--out', join(folder, 'out'), '--json', ...args]);
const THROWN = ['--seed', '5', '--family', 'bootmap,dimm', '--kernel', KERNEL.release, '--tries', '0', '--per-boot', '2'];
const thrown = (runs: number): string[] => {
  const plan = { seed: 5, families: ['bootmap', 'dimm'] as const, perBoot: 2 };
  return Array.from({ length: runs }, (_, index) => nameOfCase(caseOfRun(plan, index)));
};

describe.skipIf(redis === undefined)('a campaign over a queue', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'memhp-queue-'));
    port = await freePort();
    address = `redis://127.0.0.1:${port}/3`;
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    const server = spawn(redis as string, options, { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(server);
    let text = '';
    server.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    await until('redis', () => text.includes('Ready to accept connections'));
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map(ended));
    rmSync(folder, { recursive: true, force: true });
  });

  test('two workers, one killed over its job: nothing is lost, nothing counts twice', async () => {
    const results = join(folder, 'results.jsonl');
    const [one, two] = [worker('one', 1200), worker('two')];
    const coordinator = campaign(...THROWN, '--runs', '14', '--results', results);
    await until('a job taken by the first', () => one.said().includes('takes'));
    one.kill('SIGKILL');
    // One in seven differs, so the campaign does.
    expect(await ended(coordinator), coordinator.said()).toBe(1);
    const document = JSON.parse(coordinator.said().slice(coordinator.said().indexOf('{')));
    expect(document).toMatchObject({ runs: 14, guestFailures: 0, refused: 0 });
    const names = thrown(14);
    const differing = names.filter((name) => Number(/\d+$/.exec(name)![0]) % 7 === 3);
    expect(document.found.map(({ name }: { name: string }) => name).toSorted()).toEqual(differing.toSorted());
    const lines = readFileSync(results, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(14);
    expect(parseCampaignResults(lines.join('\n'), 'results').map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    two.kill('SIGTERM');
    expect(await ended(two), two.said()).toBe(0);
  }, 300_000);

  test('a campaign that was killed is gone on with; its results count once', async () => {
    const results = join(folder, 'resumed.jsonl');
    const first = campaign(...THROWN, '--runs', '10', '--campaign', 'night', '--results', results);
    const hand = worker('three', 400);
    await until('results', () => readLines(results) >= 2);
    first.kill('SIGKILL');
    await ended(first);
    const again = campaign('--campaign', 'night', '--results', results);
    expect(await ended(again), again.said()).toBe(1);
    expect(again.said()).toContain('gone on with');
    expect(JSON.parse(again.said().slice(again.said().indexOf('{')))).toMatchObject({ seed: 5, runs: 10, guestFailures: 0 });
    expect(readLines(results)).toBe(10);
    hand.kill('SIGTERM');
    await ended(hand);
    const server = await openQueueServer(address);
    expect(await left(server)).toBe(0);
    await server.close();
  }, 300_000);

  test('what is no job is refused and not played; a job of another version ends its worker', async () => {
    const server = await openQueueServer(address);
    const queue = server.queue(`fuzz-x86_64-${KERNEL.release}`);
    const job = {
      schema: 'memhp/fuzz-job/1',
      campaign: 'made-up',
      kernel: { name: '6.12', release: KERNEL.release, arch: 'x86_64' },
      tries: 0,
      cases: [{ family: 'dimm', seed: 1, runbook: "---\nmemory: '1G'\nqemu:\n  - '-incoming'\n  - 'exec:touch /tmp/x'\n---\n" }],
    };
    await queue.add('batch', { ...job, qemu: ['-incoming'] }, { jobId: 'strange' });
    await queue.add('batch', { ...job, cases: [{ ...job.cases[0]!, family: '../../etc' }] }, { jobId: 'stranger' });
    const hand = worker('four');
    await until('both refused', async () => (await queue.getJobCountByTypes('failed')) === 2);
    await queue.add('batch', job, { jobId: 'other-version' });
    expect(await ended(hand), hand.said()).not.toBe(0);
    expect(hand.said()).toContain('throws another runbook for dimm 1');
    expect(hand.said()).not.toContain('takes');
    await queue.obliterate({ force: true });
    await server.close();
  }, 200_000);

  async function left(server: QueueServer): Promise<number> {
    const queues = [server.queue('campaigns'), server.queue(`fuzz-x86_64-${KERNEL.release}`)];
    const counts = await Promise.all(queues.map((queue) => queue.getJobCountByTypes()));
    return counts.reduce((a, b) => a + b, 0);
  }

  function readLines(path: string): number {
    try {
      return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').length;
    } catch {
      return 0;
    }
  }
});

test('a queue that cannot be reached ends with what to type', () => {
  const words = ['--import', 'tsx', 'src/cli/main.ts', 'fuzz', '--queue', 'redis://127.0.0.1:1'];
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' });
  expect(stderr).toMatch(/cannot be reached: .*ECONNREFUSED[^]*to bring it: .*redis-server --port 1/);
  expect(status).toBe(3);
});

test('addresses', () => {
  expect(parseQueueAddress('redis://host:6380/2').pathname).toBe('/2');
  expect(() => parseQueueAddress('http://127.0.0.1')).toThrow(/is no address of a queue: write redis:/);
  expect(() => parseQueueAddress('6379')).toThrow(QueueAddressError);
  // A password is not repeated.
  expect(() => parseQueueAddress('redis://user:secret@127.0.0.1:1/x')).toThrow(/^(?!.*secret).*number of a database/);
});
