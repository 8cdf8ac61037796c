/** The queue between campaigns and workers: BullMQ on Redis or Valkey, loaded only when one is asked for. */

import type { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { MissingHere } from './missing.ts';

/** Names of queues and jobs begin with this. */
const PREFIX = 'memhp';

/** Where campaigns are kept: a job each, that nobody takes. */
export const CAMPAIGNS = 'campaigns';

/** The queue of a kernel: workers listen to those whose kernel they have. */
export function queueOfKernel({ release, arch }: { readonly release: string; readonly arch: string }): string {
  return `fuzz-${arch}-${release}`;
}

/** How workers hold their jobs, in ms. A worker that does not renew its lock is taken to be dead. */
export interface LockTimes {
  readonly lock: number;
  /** How often workers look for jobs of the dead. */
  readonly look: number;
}

export const LOCK_TIMES: LockTimes = { lock: 30_000, look: 15_000 };

/** A job is given to this many workers, each of which died over it, before it is given up. */
const DEATHS = 5;
/** And so often after a worker could not play it: something was missing there. */
export const ATTEMPTS = 4;

/** Tries to reach Redis again, a second apart, when it went away during a campaign. */
const RECONNECTS = 60;
const CONNECT_TIMEOUT = 5000;

/** Connections to one Redis. */
export interface QueueServer {
  /** The address, without its password. */
  readonly name: string;
  queue(name: string): Queue;
  worker(name: string, workerName: string, times: LockTimes): Worker;
  /** Rejects when Redis has gone away for good. */
  readonly gone: Promise<never>;
  close(): Promise<void>;
}

/** An address is `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. */
export class QueueAddressError extends Error {
  override readonly name = 'QueueAddressError';
}

/** @throws QueueAddressError */
export function parseQueueAddress(text: string): URL {
  const form = 'redis://HOST:PORT or redis://HOST:PORT/DB';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new QueueAddressError(`${text.slice(0, 80)} is no address of a queue: write ${form}`);
  }
  if (!/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new QueueAddressError(`${redacted(url)} is no address of a queue: write ${form}`);
  }
  if (!/^(\/\d{0,2})?$/.test(url.pathname) || url.search !== '') {
    throw new QueueAddressError(`${redacted(url)}: after the port stands the number of a database or nothing: ${form}`);
  }
  return url;
}

function redacted(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href.slice(0, 200);
}

/** @throws QueueAddressError; MissingHere when nobody answers */
export async function openQueueServer(address: string): Promise<QueueServer> {
  const url = parseQueueAddress(address);
  const [{ Queue: QueueOf, Worker: WorkerOf }, { Redis: Client }] = await Promise.all([import('bullmq'), import('ioredis')]);
  const trouble: { last: string } = { last: '' };
  const connect = (retry: (times: number) => number | null): Redis => {
    const client = new Client(url.href, { maxRetriesPerRequest: null, connectTimeout: CONNECT_TIMEOUT, lazyConnect: true, retryStrategy: retry });
    client.on('error', (error: Error) => (trouble.last = error.message || (error as NodeJS.ErrnoException).code || 'no connection'));
    return client;
  };
  const asked = connect(() => null);
  try {
    await asked.connect();
    await asked.ping();
  } catch (error) {
    throw notReached(url, trouble.last || (error as Error).message);
  } finally {
    asked.disconnect();
  }
  let giveUp: (error: Error) => void = () => {};
  const gone = new Promise<never>((_, reject) => (giveUp = reject));
  gone.catch(() => undefined);
  const connection = connect((times) => {
    if (times <= RECONNECTS) return 1000;
    giveUp(notReached(url, trouble.last));
    return null;
  });
  await connection.connect();
  const open: (Queue | Worker)[] = [];
  const kept = <T extends Queue | Worker>(one: T): T => {
    // Connections report for themselves; what a call needs, the call says.
    (one as Queue).on('error', () => undefined);
    open.push(one);
    return one;
  };
  return {
    name: redacted(url),
    gone,
    queue: (name) => kept(new QueueOf(name, { connection, prefix: PREFIX })),
    worker: (name, workerName, { lock, look }) =>
      kept(
        new WorkerOf(name, null, {
          connection,
          prefix: PREFIX,
          name: workerName,
          autorun: false,
          lockDuration: lock,
          stalledInterval: look,
          maxStalledCount: DEATHS,
        }),
      ),
    async close() {
      await Promise.allSettled(open.map((one) => one.close()));
      connection.disconnect();
    },
  };
}

function notReached(url: URL, why: string): MissingHere {
  const port = url.port === '' ? '6379' : url.port;
  const start = `redis-server --port ${port} --daemonize yes`;
  const reason = why.replace(/^connect /, '') || 'no answer';
  return new MissingHere(
    `the queue at ${redacted(url)} cannot be reached: ${reason}`,
    `sudo apt-get install -y --no-install-recommends redis-server && ${start}`,
  );
}
