/** What to try after a refusal that no other request answers: where to type it, which blocks there are, what this architecture never does. */

import type { Machine } from '../drivers/machine.ts';
import type { CommandRun } from './verdict.ts';

type Hint = (text: string, run: CommandRun, machine: Machine) => string | undefined;

const MONITOR_WORDS = /^(?:object_add|object_del|device_add|device_del|info)\b/;

const HINTS: readonly Hint[] = [
  (text, run) =>
    run.exit === 127 && MONITOR_WORDS.test(run.command.text) && text.includes('not found')
      ? `this is typed at the QEMU monitor: (qemu) ${run.command.text}`
      : undefined,
  (text, _, machine) => {
    const found = /can't create \/sys\/devices\/system\/memory\/memory(\d+)\//.exec(text);
    return found === null
      ? undefined
      : `blocks on this machine are ${blockNumbers(machine)}; memory${found[1]} is none of them`;
  },
  (text) => (/missing acpi-ged device/.test(text) ? 'virtio-mem, which needs no ACPI: a virtio-mem-pci device, and qom-set requested-size' : undefined),
  (text) => (/^Boot memory \[.*offlining attempted$/m.test(text) ? 'memory that was plugged in: this architecture keeps what it booted with' : undefined),
  (text, run) =>
    run.depends.length > 0 && /\boffline\b/.test(run.command.text) && !/^Boot memory \[/m.test(text)
      ? 'a block of zone Movable (valid_zones tells), which holds no unmovable pages'
      : undefined,
];

/** Words for one refused or open command, at most two; sizes and places to take instead are `advise/nearest`'s. */
export function nextSteps(run: CommandRun, machine: Machine): string[] {
  if (run.verdict === 'ok') return [];
  const text = [...run.output, ...run.log.map((line) => line.text)].join('\n').slice(0, 64 * 1024);
  const found = new Set<string>();
  for (const hint of HINTS) {
    const step = hint(text, run, machine);
    if (step !== undefined) found.add(step);
  }
  return [...found].slice(0, 2);
}

/** `0-7 and 32-34`, at most six runs. */
function blockNumbers(machine: Machine): string {
  const runs: { first: number; last: number }[] = [];
  for (const id of machine.kernel.blocks.ids()) {
    const last = runs.at(-1);
    if (last !== undefined && last.last + 1 === id) last.last = id;
    else runs.push({ first: id, last: id });
    if (runs.length > 6) break;
  }
  const words = runs.slice(0, 6).map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return words.join(', ') + (runs.length > 6 ? ', …' : '');
}
