/** `memhp demo`: the thread's own case, played on the kernel of the time and on one of today. */

import type { Command } from 'commander';
import { EXAMPLES } from '../runbook/examples.ts';
import { renderSideBySide } from '../view/side-by-side.ts';
import { printDiagnostics, printLines } from './output.ts';
import { playText, type PlayedRunbook } from './play-files.ts';
import { commandsHeading, renderCommands, renderHead, renderRun } from './render-run.ts';
import { styleOf } from './style.ts';
import { colorOption, terminalOf, type ColorChoice, type Terminal } from './terminal.ts';

const DEFAULT_EXAMPLE = 'thread';
/** The kernel the thread was about: section granularity. */
const BEFORE = '5.0';

interface DemoOptions {
  readonly kernel?: string;
  readonly print?: boolean;
  readonly color: ColorChoice;
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('play the embedded runbook')
    .description(
      'Plays two persistent-memory ranges and System RAM inside one 128 MiB section: before sub-section hotplug and after.',
    )
    .option('--kernel <name>', 'on this kernel only, e.g. 6.1')
    .option('--print', 'print the runbook instead of playing it')
    .addOption(colorOption())
    .addHelpText('before', 'Examples:\n  memhp demo\n  memhp demo --kernel 5.0\n  memhp demo --print > my.runbook\n')
    .action(async (options: DemoOptions) => {
      process.exitCode = await demo(options);
    });
}

async function demo(options: DemoOptions): Promise<number> {
  const text = EXAMPLES[DEFAULT_EXAMPLE]!;
  if (options.print === true) {
    process.stdout.write(text);
    return 0;
  }
  const terminal = terminalOf(process.stdout, options.color);
  const played = await playText(text, DEFAULT_EXAMPLE, { kernel: options.kernel });
  if (played.ready !== undefined) {
    const lines = options.kernel === undefined
      ? bothKernels(await playText(text, DEFAULT_EXAMPLE, { kernel: BEFORE, unheld: true }), played, terminal)
      : renderRun(played, { terminal, maps: 'both' });
    printLines([...lines, '', ...nextLines(terminal.color)]);
  }
  if (played.diagnostics.length > 0) printDiagnostics(played.diagnostics, options.color);
  return played.status;
}

/** The commands on either kernel, one after the other, and then the two maps. */
function bothKernels(old: PlayedRunbook, today: PlayedRunbook, terminal: Terminal): string[] {
  const name = (played: PlayedRunbook): string => `Linux ${played.ready?.about.kernel ?? '?'}`;
  const maps = renderSideBySide(
    { title: name(old), picture: old.after! },
    { title: name(today), picture: today.after! },
    { ...terminal, maxRows: 40 },
  );
  return [
    ...renderHead(today, terminal),
    '',
    commandsHeading(`${name(old)}: a section has one owner`, terminal),
    ...renderCommands(old, terminal),
    '',
    commandsHeading(`${name(today)}: a sub-section of 2 MiB has one owner`, terminal),
    ...renderCommands(today, terminal),
    '',
    commandsHeading('the two maps', terminal),
    ...maps,
  ];
}

function nextLines(color: boolean): string[] {
  const style = styleOf(color);
  const memhp = /(^|\/)memhp$/.test(process.argv[1] ?? '') ? 'memhp' : 'npm run -s memhp --';
  const steps = [
    ['one kernel, with the maps before and after', `${memhp} demo --kernel 6.1`],
    ['the report that began it', `${memhp} run examples/moyer-before.md`],
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
