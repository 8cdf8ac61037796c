/**
 * Records what the installed ndctl answers on a machine without a bus: `npx tsx test/ndctl/record-no-devices.ts`.
 * The result is a fixture; the test run compares with it, and with the real program where it is installed.
 */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

import { COMMAND_LINES } from './command-lines.ts';

export interface RecordedAnswer {
  readonly args: readonly string[];
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function askNdctl(args: readonly string[]): RecordedAnswer {
  const { status, stdout, stderr } = spawnSync('ndctl', args, { encoding: 'utf8', timeout: 20_000 });
  return { args, exit: status, stdout, stderr };
}

if (process.argv[1]?.endsWith('record-no-devices.ts')) {
  const answers = COMMAND_LINES.map((line) => askNdctl(line.split(' ').filter((word) => word !== '')));
  writeFileSync(new URL('no-devices.json', import.meta.url), `${JSON.stringify(answers, undefined, 1)}\n`);
}
