/** Runbooks from files or options, played and kept with all that is to be shown about them. */

import { hasErrors, type Diagnostic } from '../runbook/diagnostic.ts';
import { parseRunbook, type ParsedRunbook } from '../runbook/parse.ts';
import { insteadOf } from './instead.ts';
import { nextSteps } from '../runbook/next-step.ts';
import { playRunbook, runStatus, type RunResult } from '../runbook/play.ts';
import type { Machine, MachineSnapshot } from '../drivers/machine.ts';
import type { NearestAnswer, TypedLine } from '../advise/nearest/suggestion.ts';
import type { CommandRun } from '../runbook/verdict.ts';
import type { CheckOptions } from '../runbook/check.ts';
import type { Command, Prompt, Runbook } from '../runbook/runbook.ts';
import { sourceText } from '../runbook/source-text.ts';
import { pictureOfKernel } from '../view/picture-of-kernel.ts';
import type { Picture } from '../view/picture.ts';
import { readTextFile } from './files.ts';
import { machineOfHeader, machineOfName, type MachineOrTrouble, type ReadyMachine } from './machine-source.ts';

export interface PlayedRunbook {
  /** As given: a file's name, or `-c`. */
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  /** The text read, for `--update`; absent when there is no file. */
  readonly text: string | undefined;
  readonly ready: ReadyMachine | undefined;
  readonly result: RunResult | undefined;
  /** For each command played, what to try next; asked while the machine was as the command left it. */
  readonly tryNext: readonly (readonly string[])[];
  /** For each command played and refused or open, requests that the model accepts. */
  readonly instead: readonly NearestAnswer[];
  readonly before: Picture | undefined;
  readonly after: Picture | undefined;
  /** Everything wrong with the input, what is not modelled included. */
  readonly diagnostics: readonly Diagnostic[];
  readonly status: number;
  /** Set by `--update`. */
  readonly updated?: boolean;
}

export interface PlayFileOptions extends CheckOptions {
  /** Overrides the runbook's machine. */
  readonly on?: string | undefined;
  /** Overrides the machine's kernel. */
  readonly kernel?: string | undefined;
  /** Plays the commands without holding them to what the runbook expects: that is of another kernel. */
  readonly unheld?: boolean | undefined;
  /** Sees the machine before the first command and after each. */
  readonly watch?:
    | { readonly begin: (machine: Machine) => void; readonly after: (run: CommandRun, machine: Machine) => void }
    | undefined;
  /** Looks for every request that would work in place of a refused one, however long it takes. */
  readonly why?: boolean | undefined;
}

/** Reads and plays one runbook file; `-` is standard input. */
export async function playFile(path: string, options: PlayFileOptions): Promise<PlayedRunbook> {
  const read = readTextFile(path);
  if ('diagnostic' in read) return troubled(path, [read.diagnostic]);
  return playText(read.text, path === '-' ? 'standard input' : path, options);
}

/** Plays a runbook's text. */
export async function playText(text: string, name: string, options: PlayFileOptions): Promise<PlayedRunbook> {
  const parsed = parseRunbook(text, name);
  if (hasErrors(parsed.diagnostics)) return { ...troubled(name, parsed.diagnostics), text };
  return play(parsed, name, text, options);
}

/** Plays commands given one by one; each may carry its prompt, `(qemu) ` or `$ `. */
export async function playCommands(lines: readonly string[], options: PlayFileOptions): Promise<PlayedRunbook> {
  const text = lines.join('\n');
  const source = sourceText('-c', text);
  let offset = 0;
  const commands = lines.map((line, index): Command => {
    const lead = /^\s*(?:(\$|\(qemu\))\s+)?/.exec(line)!;
    const prompt: Prompt = lead[1] === '(qemu)' ? 'monitor' : 'shell';
    const start = offset + lead[0].length;
    const end = offset + line.length;
    offset = end + 1;
    return {
      prompt,
      text: line.slice(lead[0].length).trimEnd(),
      span: { start, end },
      line: index + 1,
      pieces: [{ at: 0, offset: start }],
      comments: [],
      expected: [],
      exit: undefined,
      expectation: { start: end, end },
    };
  });
  const header = { qemu: [], span: { start: 0, end: 0 } };
  const played = await play({ book: { source, header, commands }, diagnostics: [] }, '-c', undefined, options);
  return { ...played, title: `typed on ${options.on ?? 'the machine'}` };
}

async function play(
  parsed: ParsedRunbook,
  name: string,
  text: string | undefined,
  options: PlayFileOptions,
): Promise<PlayedRunbook> {
  const book = options.unheld === true ? withoutExpectations(parsed.book) : parsed.book;
  const found = await machineOf(book, options);
  if ('diagnostics' in found) return { ...troubled(name, [...parsed.diagnostics, ...found.diagnostics]), text };
  const { ready } = found;
  const before = pictureOfKernel(ready.machine.kernel);
  options.watch?.begin(ready.machine);
  const tryNext: string[][] = [];
  const instead: NearestAnswer[] = [];
  const history: TypedLine[] = [];
  const onRun = (run: CommandRun, state: MachineSnapshot): void => {
    tryNext.push(nextSteps(run, ready.machine));
    instead.push(insteadOf(run, ready.machine, state, history, options.why === true));
    history.push(run.command);
    options.watch?.after(run, ready.machine);
  };
  const result = playRunbook(book, ready.machine, { ...options, onRun });
  return {
    name,
    title: book.header.title?.value,
    description: book.header.description?.value,
    text,
    ready,
    result,
    tryNext,
    instead,
    before,
    after: pictureOfKernel(ready.machine.kernel),
    diagnostics: [...parsed.diagnostics, ...result.diagnostics],
    status: runStatus(result),
  };
}

function withoutExpectations(book: Runbook): Runbook {
  return { ...book, commands: book.commands.map((command) => ({ ...command, expected: [], exit: undefined })) };
}

function machineOf(book: Runbook, options: PlayFileOptions): Promise<MachineOrTrouble> {
  if (options.on !== undefined) return machineOfName(options.on, options.kernel);
  return machineOfHeader(book.source, book.header, options.kernel);
}

function troubled(name: string, diagnostics: readonly Diagnostic[]): PlayedRunbook {
  return {
    name,
    title: undefined,
    description: undefined,
    text: undefined,
    ready: undefined,
    result: undefined,
    tryNext: [],
    instead: [],
    before: undefined,
    after: undefined,
    diagnostics,
    status: 2,
  };
}
