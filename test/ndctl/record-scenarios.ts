/**
 * Asks real kernels: `MEMHP_KERNELS=… npx tsx test/ndctl/record-scenarios.ts [NAME…]` writes test/ndctl/recorded/*.json.
 * Needs what test/realguest needs.
 */

import { mkdirSync, writeFileSync } from 'node:fs';

import { Guest } from '../realguest/guest.ts';
import { kernelTrees } from '../realguest/kernel-tree.ts';
import { HOST_NOISE, type Scenario, SCENARIOS } from './scenarios.ts';

export interface RecordedLine {
  readonly run: string;
  readonly exit: number;
  readonly output: readonly string[];
  readonly dmesg: readonly string[];
}

export interface RecordedScenario extends Omit<Scenario, 'lines'> {
  readonly release: string;
  readonly steps: readonly RecordedLine[];
}

const folder = new URL('recorded/', import.meta.url);

async function record(scenario: Scenario, tree: ReturnType<typeof kernelTrees>[number]): Promise<RecordedScenario> {
  const { lines, ...machine } = scenario;
  const args = ['-cpu', 'max', '-m', machine.memory, ...machine.qemu.flatMap((entry) => entry.split(' '))];
  const guest = await Guest.boot(tree, args, machine.cmdline);
  try {
    await guest.run('sleep 1; dmesg -c > /dev/null');
    const steps: RecordedLine[] = [];
    for (const line of lines) {
      const { exit, output } = await guest.run(line.replaceAll('\\', '\\\\'));
      const raw = (await guest.run('sleep 0.1; dmesg -r -c')).output;
      const dmesg = raw.flatMap((text) => {
        const match = /^<(\d+)>\[[^\]]*\] (.*)$/.exec(text);
        return match === null || Number(match[1]) % 8 === 7 || HOST_NOISE.test(match[2] as string) ? [] : [match[2] as string];
      });
      steps.push({ run: line, exit, output, dmesg });
    }
    return { ...machine, release: tree.release, steps };
  } finally {
    await guest.stop();
  }
}

const wanted = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (const tree of kernelTrees()) {
  for (const scenario of SCENARIOS) {
    if (wanted.length > 0 && !wanted.includes(scenario.name)) continue;
    const recorded = await record(scenario, tree);
    const short = /^\d+\.\d+/.exec(tree.release)?.[0] ?? tree.release;
    writeFileSync(new URL(`${scenario.name}-${short}.json`, folder), `${JSON.stringify(recorded, undefined, 1)}\n`);
    console.log(`${scenario.name} on ${tree.release}: ${recorded.steps.length} lines`);
  }
}
