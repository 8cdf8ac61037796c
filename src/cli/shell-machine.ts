/** The machine a shell starts on: a runbook's end, a machine by name, or one to try things on. */

import { isAbsolute, relative, resolve } from 'node:path';
import { hasErrors, type Diagnostic } from '../runbook/diagnostic.ts';
import { frontMatterOf, frontMatterOfBook, frontMatterOfCapture } from '../runbook/front-matter-text.ts';
import { parseRunbook, type ParsedRunbook } from '../runbook/parse.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { Session } from '../runbook/session.ts';
import type { SessionStep } from '../runbook/session-step.ts';
import type { CommandRun } from '../runbook/verdict.ts';
import { sourceText } from '../runbook/source-text.ts';
import { pictureOfKernel } from '../view/picture-of-kernel.ts';
import type { Picture } from '../view/picture.ts';
import { readTextFile } from './files.ts';
import { machineOfHeader, machineOfName, type MachineAbout, type ReadyMachine } from './machine-source.ts';
import type { PlayedRunbook } from './play-files.ts';
import type { StepAdvice } from './shell-step.ts';

/** With room for DIMMs and two ranges of persistent memory: most of what there is can be tried on it. */
export const DEFAULT_MACHINE = '6.12,memory=2G,slots=4,maxmem=16G,cmdline=memmap=256M!1G memmap=192M!1344M';

export interface ShellStart {
  readonly session: Session;
  readonly about: MachineAbout;
  readonly title: string | undefined;
  /** What was played to get here. */
  readonly book: Runbook | undefined;
}

export interface StartOptions {
  readonly on?: string | undefined;
  readonly kernel?: string | undefined;
}

/** Builds the machine, plays the runbook on it when there is one, and stands at its end. */
export async function startShell(
  path: string | undefined,
  options: StartOptions,
): Promise<{ readonly start?: ShellStart; readonly diagnostics: readonly Diagnostic[] }> {
  const parsed = path === undefined ? undefined : readRunbook(path);
  if (parsed !== undefined && hasErrors(parsed.diagnostics)) return { diagnostics: parsed.diagnostics };
  const book = parsed?.book;
  const found =
    book === undefined || options.on !== undefined
      ? await machineOfName(options.on ?? DEFAULT_MACHINE, options.kernel)
      : await machineOfHeader(book.source, book.header, options.kernel);
  if ('diagnostics' in found) return { diagnostics: [...(parsed?.diagnostics ?? []), ...found.diagnostics] };
  const { ready } = found;
  const title = book?.header.title?.value;
  const asItWas = book !== undefined && options.on === undefined && options.kernel === undefined;
  const frontMatter = (asItWas && book.header.machine === undefined ? frontMatterOfBook(book) : undefined) ?? describe(ready, title);
  if (book === undefined) {
    const start = { session: Session.start(ready.machine, frontMatter), about: ready.about, title, book };
    return { start, diagnostics: [] };
  }
  const { session, diagnostics } = Session.ofRunbook(book, ready.machine, frontMatter);
  const start = { session, about: ready.about, title, book };
  return { start, diagnostics: [...parsed!.diagnostics, ...diagnostics] };
}

/** What is noted of a line when it is typed, beside what it did. */
export interface TypedNote extends StepAdvice {
  /** Its place among the lines taken, from 1. */
  readonly line: number;
}

/** What a shell knows beyond its session. */
export interface ShellNotes {
  readonly status: number;
  readonly complaints: readonly Diagnostic[];
  noteOf(step: SessionStep): TypedNote | undefined;
}

const NOTHING = { suggestions: [], asked: 0, cutShort: false };

/** The steps done so far, in the shape in which a played runbook is printed. */
export function playedOf({ session, about, title, book }: ShellStart, before: Picture, notes: ShellNotes): PlayedRunbook {
  const steps = session.steps.slice(0, session.position);
  const none = { source: sourceText('typed', ''), header: { qemu: [], span: { start: 0, end: 0 } }, commands: [] };
  return {
    name: book?.source.name ?? 'typed',
    title,
    description: undefined,
    text: undefined,
    ready: { machine: session.machine, about },
    result: { book: book ?? none, runs: steps.map((step) => runAtLine(step, notes.noteOf(step)?.line)), diagnostics: notes.complaints },
    tryNext: steps.map((step) => notes.noteOf(step)?.tryNext ?? []),
    instead: steps.map((step) => notes.noteOf(step)?.instead ?? NOTHING),
    before,
    after: pictureOfKernel(session.machine.kernel),
    diagnostics: notes.complaints,
    status: notes.status,
  };
}

function runAtLine({ run }: SessionStep, line: number | undefined): CommandRun {
  return line === undefined ? run : { ...run, command: { ...run.command, line } };
}

/**
 * Front matter for a runbook in a folder: a capture below it is named from there, so that both can be moved together;
 * undefined where the session's own will do.
 */
export function frontMatterIn({ about }: ShellStart, folder: string): string | undefined {
  if (about.capture === undefined) return undefined;
  const path = relative(folder, resolve(about.capture));
  return path.startsWith('..') || isAbsolute(path) ? undefined : frontMatterOfCapture(path, about.kernel);
}

function readRunbook(path: string): ParsedRunbook {
  const name = path === '-' ? 'standard input' : path;
  const read = readTextFile(path);
  if ('text' in read) return parseRunbook(read.text, name);
  return { book: parseRunbook('', name).book, diagnostics: [read.diagnostic] };
}

/** Front matter that reads the same from any folder. */
function describe({ about }: ReadyMachine, title: string | undefined): string {
  if (about.capture !== undefined) return frontMatterOfCapture(resolve(about.capture), about.kernel);
  const { kernel, arch, memory = '', cmdline, qemu = [] } = about;
  return frontMatterOf({ kernel, arch, memory, cmdline, qemu }, title);
}
