/** Logs that lie beside the project: real machines' boot logs and recordings of real kernels. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SHARED = join(import.meta.dirname, '../../../shared');

export interface NamedLog {
  readonly name: string;
  readonly lines: readonly string[];
}

export interface RecordedStep {
  readonly run?: string;
  readonly monitor?: string;
  readonly exit?: number;
  readonly output?: readonly string[];
  readonly dmesg: readonly string[];
}

export interface RecordedRun {
  readonly name: string;
  readonly boot_dmesg: readonly string[];
  readonly steps: readonly RecordedStep[];
}

/** Boot logs of real machines; undefined when they are not there. */
export function bootLogs(): readonly NamedLog[] | undefined {
  const folder = join(SHARED, 'hosts/dmesg');
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return names.map((name) => ({ name, lines: readFileSync(join(folder, name), 'utf8').split('\n') }));
}

/** Recordings of real kernels; undefined when they are not there. */
export function recordedRuns(): readonly RecordedRun[] | undefined {
  const folder = join(SHARED, 'traces');
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => ({ ...(JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedRun), name }));
}
