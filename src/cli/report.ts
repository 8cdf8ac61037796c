/** `memhp run --html FILE` and `--svg FILE`: a played runbook as a page or a picture. */

import { accountOfMachine } from '../advise/audit/machine-account.ts';
import type { Machine } from '../drivers/machine.ts';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { sourceText } from '../runbook/source-text.ts';
import type { CommandRun } from '../runbook/verdict.ts';
import { pictureOfKernel } from '../view/picture-of-kernel.ts';
import type { Picture } from '../view/picture.ts';
import { renderHtmlReport } from '../view/report/page.ts';
import { CHANGES_DRAWN, type Advice, type Report, type ReportStep } from '../view/report/report.ts';
import { renderSvgReport } from '../view/report/run-svg.ts';
import { shortSize } from '../view/size.ts';
import { exists, writeFileAtomic } from './files.ts';
import type { PlayedRunbook } from './play-files.ts';
import { insteadTexts } from './instead.ts';
import { version } from './version.ts';

/** Looks at the machine after each command, and keeps the maps of those that changed it. */
export class MapWatch {
  readonly #changes = new Map<CommandRun, ReportStep['changed']>();
  #last: Picture | undefined;

  /** Before the first command. */
  begin = (machine: Machine): void => {
    this.#last = pictureOfKernel(machine.kernel);
  };

  /** After each. */
  after = (run: CommandRun, machine: Machine): void => {
    const before = this.#last;
    const after = pictureOfKernel(machine.kernel);
    this.#last = after;
    if (before === undefined || this.#changes.size >= CHANGES_DRAWN) return;
    if (JSON.stringify(before) !== JSON.stringify(after)) this.#changes.set(run, { before, after });
  };

  changed(run: CommandRun): ReportStep['changed'] {
    return this.#changes.get(run);
  }
}

/** Everything a report says of a run; undefined when there was no machine. */
export function reportOf(played: PlayedRunbook, watch: MapWatch): Report | undefined {
  const { ready, result, before, after } = played;
  if (ready === undefined || result === undefined || before === undefined || after === undefined) return undefined;
  const { about, machine } = ready;
  const facts: [string, string | undefined][] = [
    ['kernel', `Linux ${about.kernel} on ${about.arch}`],
    ['memory', about.memory],
    ['captured from', about.capture],
    ['memory block', shortSize(machine.kernel.memoryBlockSizeBytes)],
    ['command line', about.cmdline === '' ? undefined : about.cmdline],
    ['QEMU', about.qemu === undefined || about.qemu.length === 0 ? undefined : about.qemu.join(' ')],
    ...(about.assumed ?? []).map((guess): [string, string] => ['assumed', guess]),
  ];
  return {
    name: played.name,
    title: played.title ?? played.name,
    description: played.description,
    machine: facts.flatMap(([word, value]) => (value === undefined ? [] : [[word, value] as const])),
    steps: result.runs.map((run, index) => ({ run, advice: adviceOf(played, index), changed: watch.changed(run) })),
    before,
    after,
    account: accountOfMachine(machine),
    diagnostics: played.diagnostics,
    status: played.status,
  };
}

/** What the model accepts in place of a refused command; where it found nothing, what the refusal itself tells. */
function adviceOf(played: PlayedRunbook, index: number): Advice[] {
  const answer = played.instead[index];
  const found = answer === undefined ? [] : insteadTexts(answer, false);
  if (found.length > 0) return found.map(({ text, costs }) => ({ text, costs, typed: true }));
  return (played.tryNext[index] ?? []).map((text) => ({ text, costs: '', typed: false }));
}

export interface ReportFiles {
  readonly html?: string | undefined;
  readonly svg?: string | undefined;
}

/** Writes what was asked for; `-` is standard output. Returns what could not be written. */
export function writeReports(reports: readonly Report[], { html, svg }: ReportFiles): Diagnostic[] {
  const made = `memhp ${version()}`;
  return [
    ...(html === undefined ? [] : writeOne(html, renderHtmlReport(reports, made))),
    ...(svg === undefined ? [] : writeOne(svg, renderSvgReport(reports, made))),
  ];
}

function writeOne(file: string, text: string): Diagnostic[] {
  if (file === '-') {
    process.stdout.write(text);
    return [];
  }
  try {
    writeFileAtomic(file, text);
    return [];
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const help = exists(file) ? 'the file is as it was' : 'is the folder there?';
    return [diagnostic('MHP0005', `cannot write ${file}: ${code}`, sourceText(file, ''), undefined, { help })];
  }
}
