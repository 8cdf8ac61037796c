/** Runs the program in this process and keeps what it writes. */

import { vi } from 'vitest';
import { main } from '../../src/cli/main.ts';

export interface Written {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `memhp ARGS` at a width, without colour and in ASCII, whatever the surroundings. */
export async function runMain(width: number, ...args: string[]): Promise<Written> {
  const streams = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      streams[name] += String(text);
      return true;
    }),
  );
  vi.stubEnv('COLUMNS', String(width));
  vi.stubEnv('NO_COLOR', '1');
  vi.stubEnv('LC_ALL', 'C');
  vi.stubEnv('MEMHP_DEBUG', '');
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await main(args);
    return { status: Number(process.exitCode ?? 0), ...streams };
  } finally {
    process.exitCode = before;
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}
