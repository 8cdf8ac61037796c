/** Many machines: names found in folders, audited on every core, rows in the order of the names. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { rowsOf, type AuditRow } from './audit-row.ts';
import type { SubjectOptions } from './audit-subject.ts';

/** Names a worker gets at once. */
const BATCH = 16;
/** Fewer machines than this are not worth starting workers for. */
const FEW = 24;
/** How deep folders of captures may lie in folders. */
const DEPTH_LIMIT = 4;
/** MiB of heap a worker may take: what a hostile capture could make it take. */
const HEAP_LIMIT_MIB = 1024;

const MACHINE_ENTRIES = /^(?:sys|proc|sos_commands|block_size_bytes|memory\d+|iomem|devices)$/;

/** Whether a folder is one machine: it holds /sys or /proc, or is the memory folder itself. */
function isMachineFolder(names: readonly string[]): boolean {
  return names.some((name) => MACHINE_ENTRIES.test(name));
}

/** Whether a name is a folder of captures rather than one. */
export function isFleetFolder(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  return !isMachineFolder(readdirSync(path));
}

/** The machines in what was named, folders opened, in order of their names. */
export function* subjectsIn(names: Iterable<string>, depth = 0): Generator<string> {
  for (const name of names) {
    const isFolder = statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
    const inside = isFolder ? readdirSync(name).sort() : [];
    if (!isFolder || depth > DEPTH_LIMIT || isMachineFolder(inside)) yield name;
    else yield* subjectsIn(inside.map((one) => join(name, one)), depth + 1);
  }
}

/** The rows of all machines, in order. At most two batches for each worker are under way, so that memory stays flat. */
export async function* fleetRows(
  subjects: Iterable<string>,
  options: SubjectOptions,
  jobs: number,
): AsyncGenerator<AuditRow> {
  const first: string[] = [];
  const rest = subjects[Symbol.iterator]();
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    first.push(next.value);
    if (first.length >= FEW) break;
  }
  if (first.length < FEW || jobs < 2) {
    for (const name of first) yield* await rowsOf(name, options);
    for (let next = rest.next(); next.done !== true; next = rest.next()) yield* await rowsOf(next.value, options);
    return;
  }
  const pool = new Pool(options, jobs);
  try {
    const underWay: Promise<AuditRow[]>[] = [];
    let batch: string[] = first;
    for (let next = rest.next(); ; next = rest.next()) {
      if (next.done !== true) batch.push(next.value);
      if (batch.length < BATCH && next.done !== true) continue;
      if (batch.length > 0) underWay.push(pool.run(batch));
      batch = [];
      while (underWay.length > 0 && (next.done === true || underWay.length >= 2 * jobs)) {
        yield* await (underWay.shift() as Promise<AuditRow[]>);
      }
      if (next.done === true) return;
    }
  } finally {
    await pool.close();
  }
}

/** A worker that runs the sources: the loader of this thread does not reach it. */
const FROM_SOURCE = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL('./audit-worker.ts', import.meta.url).href)});
});`;

/** Workers, each busy with one batch at a time. */
class Pool {
  readonly #options: SubjectOptions;
  readonly #idle: Worker[] = [];
  readonly #waiting: ((worker: Worker) => void)[] = [];
  readonly #all = new Set<Worker>();
  /** Some worker has answered once: workers work here. */
  #works = false;

  constructor(options: SubjectOptions, jobs: number) {
    this.#options = options;
    for (let i = 0; i < jobs; i++) this.#idle.push(this.#start());
  }

  #start(): Worker {
    const limits = { workerData: this.#options, resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB } };
    const worker = import.meta.url.endsWith('.ts')
      ? new Worker(FROM_SOURCE, { ...limits, eval: true })
      : new Worker(new URL('./audit-worker.js', import.meta.url), limits);
    this.#all.add(worker);
    return worker;
  }

  async run(names: readonly string[]): Promise<AuditRow[]> {
    const worker = this.#idle.pop() ?? (await new Promise<Worker>((resolve) => void this.#waiting.push(resolve)));
    const answer = await new Promise<AuditRow[] | Error>((resolve) => {
      worker.once('message', resolve);
      worker.once('error', resolve);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, no window
      worker.postMessage(names);
    });
    worker.removeAllListeners('message').removeAllListeners('error');
    if (!(answer instanceof Error)) {
      this.#works = true;
      this.#release(worker);
      return answer;
    }
    // Where none ever started another would not either.
    if (!this.#works) throw answer;
    // Out of memory ends a worker: another takes its place, and one name at a time tells which it was.
    this.#all.delete(worker);
    this.#release(this.#start());
    const [only] = names;
    if (names.length === 1 && only !== undefined) {
      return [{ name: only, error: `fault in memhp: ${answer.message}`, isFault: true }];
    }
    return (await Promise.all(names.map((name) => this.run([name])))).flat();
  }

  #release(worker: Worker): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#idle.push(worker);
    else waiting(worker);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }
}
