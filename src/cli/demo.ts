/** `memhp demo`: the thread's own case, played. */

import type { Command } from 'commander';
import { EXAMPLES } from '../runbook/examples.ts';
import { printDiagnostics, printLines } from './output.ts';
import { playText } from './play-files.ts';
import { renderRun } from './render-run.ts';
import { styleOf } from './style.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

const DEFAULT_EXAMPLE = 'thread';

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('play the embedded runbook')
    .description('Plays two persistent-memory ranges and System RAM inside one 128 MiB section.')
    .option('--kernel <name>', 'another kernel, e.g. 6.1')
    .option('--print', 'print the runbook instead of playing it')
    .addOption(colorOption())
    .addHelpText('before', 'Examples:\n  memhp demo\n  memhp demo --kernel 5.0\n  memhp demo --print > my.runbook\n')
    .action(async (options: { kernel?: string; print?: boolean; color: ColorChoice }) => {
      process.exitCode = await demo(options);
    });
}

async function demo(options: { kernel?: string; print?: boolean; color: ColorChoice }): Promise<number> {
  const text = EXAMPLES[DEFAULT_EXAMPLE]!;
  if (options.print === true) {
    process.stdout.write(text);
    return 0;
  }
  const terminal = terminalOf(process.stdout, options.color);
  const played = await playText(text, DEFAULT_EXAMPLE, { kernel: options.kernel });
  if (played.ready !== undefined)
    printLines([...renderRun(played, { terminal, maps: 'both' }), '', ...nextLines(terminal.color)]);
  if (played.diagnostics.length > 0) printDiagnostics(played.diagnostics, options.color);
  return played.status;
}

function nextLines(color: boolean): string[] {
  const style = styleOf(color);
  const memhp = /(^|\/)memhp$/.test(process.argv[1] ?? '') ? 'memhp' : 'npm run -s memhp --';
  const steps = [
    ['before sub-sections: 128 MiB granularity', `${memhp} demo --kernel 5.0`],
    ['type a command at this machine', `${memhp} run --on thread -c 'cat /proc/iomem'`],
    [
      'a machine of your own',
      `${memhp} run --on 6.12,memory=2G -c 'echo offline > /sys/devices/system/memory/memory9/state'`,
    ],
    ['keep it as a runbook and change it', `${memhp} demo --print > my.runbook`],
    ['what this host looks like', `${memhp} inspect`],
  ] as const;
  return [style.bold('what to try next'), ...steps.flatMap(([what, line]) => [`  ${what}`, `    ${style.hint(line)}`])];
}
