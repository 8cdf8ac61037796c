/** The shell's own words: about the session, not typed at the machine. */

import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { printable } from '../runbook/printable.ts';
import { promptText } from '../runbook/typed-command.ts';
import { pictureOfKernel } from '../view/picture-of-kernel.ts';
import { renderMap } from '../view/map.ts';
import { exists, writeFileAtomic } from './files.ts';
import { parseMapRange } from './shell-map-range.ts';
import { frontMatterIn, type ShellStart } from './shell-machine.ts';
import { whyLines } from './shell-why.ts';
import { styleOf } from './style.ts';
import type { Terminal } from './terminal.ts';

export interface OwnContext {
  readonly start: ShellStart;
  /** Exit status of the command before. */
  readonly status: number;
  readonly terminal: Terminal;
}

/** What an own word says. */
export interface OwnAnswer {
  readonly lines: readonly string[];
  /** What is wrong with how it was typed. */
  readonly complaint?: string;
  /** Exit status where it is not 0, or 2 with a complaint. */
  readonly status?: number;
  readonly ends?: boolean;
}

type Run = (context: OwnContext, args: readonly string[]) => OwnAnswer;

interface OwnWord {
  readonly name: string;
  readonly usage: string;
  readonly help: string;
  readonly run: Run;
}

const complain = (complaint: string): OwnAnswer => ({ lines: [], complaint });

export const OWN_WORDS: readonly OwnWord[] = [
  { name: 'why', usage: 'why [N]', help: 'the checks behind the last command, or command N', run: why },
  { name: 'undo', usage: 'undo [N]', help: 'take back the last command, or N of them', run: step('undo') },
  { name: 'redo', usage: 'redo [N]', help: 'do again what was taken back', run: step('redo') },
  { name: 'history', usage: 'history', help: 'the commands so far, with their numbers', run: history },
  { name: 'snapshot', usage: 'snapshot [NAME]', help: 'keep this state under a name; without one, list them', run: snapshot },
  { name: 'back', usage: 'back NAME|N', help: 'go back to a snapshot, or to the state after command N', run: back },
  { name: 'map', usage: 'map [RANGE]', help: 'the map; RANGE as in 0x30000000-0x38000000, 4G-8G, 4G+512M, memory6-9', run: map },
  { name: 'save', usage: 'save [-f] FILE', help: 'write the commands so far as a runbook', run: save },
  { name: 'help', usage: 'help', help: 'this list', run: help },
  { name: 'exit', usage: 'exit [N]', help: 'leave; Ctrl-D does, too', run: exit },
];

/**
 * The own word a line is, ready to run; undefined when the line is for the machine. `:name` always means ours; at the
 * monitor, whose `help` is QEMU's, nothing else does.
 */
export function ownWord(text: string, inMonitor: boolean): ((context: OwnContext) => OwnAnswer) | undefined {
  const [first = '', ...args] = text.split(/\s+/);
  const colon = first.startsWith(':') && first !== ':';
  if (inMonitor && !colon) return undefined;
  const name = colon ? first.slice(1) : first;
  const word = OWN_WORDS.find((one) => one.name === name);
  if (word === undefined) {
    return colon ? () => complain(`there is no :${printable(name)}; help lists what there is`) : undefined;
  }
  // What a shell would cut up is meant for a shell: `exit; true`, `help | grep x`.
  if (!colon && /[;&|<>$`]/.test(text)) return undefined;
  return (context) => word.run(context, args);
}

function why({ start: { session }, terminal }: OwnContext, [word]: readonly string[]): OwnAnswer {
  const number = word === undefined ? session.position : Number(word);
  const found = session.steps[number - 1];
  if (found === undefined) {
    return complain(session.steps.length === 0 ? 'nothing was typed yet' : `there is no command ${printable(word ?? '')}; history lists them`);
  }
  return { lines: whyLines(found, terminal) };
}

function step(direction: 'undo' | 'redo'): Run {
  return (context, [word]) => {
    const { session } = context.start;
    const count = word === undefined ? 1 : Number(word);
    if (!Number.isInteger(count) || count < 1) return complain(`${direction} takes a number of commands`);
    if (session[direction](count) === 0) return complain(`there is nothing to ${direction}`);
    return { lines: [whereLine(context)] };
  };
}

function snapshot({ start: { session }, terminal }: OwnContext, [name]: readonly string[]): OwnAnswer {
  if (name === undefined) {
    const { snapshots } = session;
    if (snapshots.length === 0) return { lines: ['no snapshot yet: snapshot NAME keeps this state'] };
    const width = Math.max(...snapshots.map((one) => one.name.length));
    return { lines: snapshots.map((one) => `${printable(one.name.padEnd(width))}  ${afterText(one.position)}`) };
  }
  if (!/^[\w.-]{1,60}$/.test(name) || /^\d+$/.test(name)) {
    return complain('a name is made of letters, digits, . _ and -, and is no mere number');
  }
  if (session.snapshots.length >= 1000) return complain('a session keeps at most 1000 snapshots');
  session.snapshot(name);
  return { lines: [styleOf(terminal.color).faint(`kept as ${name}, ${afterText(session.position)}`)] };
}

function back(context: OwnContext, [name]: readonly string[]): OwnAnswer {
  const { session } = context.start;
  if (name === undefined) return complain('back takes the name of a snapshot, or the number of a command');
  if (/^\d{1,9}$/.test(name)) {
    if (Number(name) > session.steps.length) return complain(`there are ${session.steps.length} commands; history lists them`);
    session.goTo(Number(name));
  } else if (!session.back(name)) {
    const names = session.snapshots.map((one) => one.name);
    return complain(`there is no snapshot ${printable(name)}${names.length === 0 ? '' : `; there are ${names.join(', ')}`}`);
  }
  return { lines: [whereLine(context)] };
}

function afterText(position: number): string {
  return position === 0 ? 'before the first command' : `after command ${position}`;
}

function whereLine({ start: { session }, terminal }: OwnContext): string {
  const last = session.last;
  const words = last === undefined ? '' : `: ${printable(last.run.command.text)}`;
  const left = session.steps.length - session.position;
  const undone = left === 0 ? '' : `, ${left} to redo`;
  const text = `now ${afterText(session.position)}${undone}${words}`;
  return styleOf(terminal.color).faint(text.length > terminal.width ? `${text.slice(0, terminal.width - 3)}...` : text);
}

function history({ start: { session }, terminal }: OwnContext): OwnAnswer {
  const style = styleOf(terminal.color);
  const width = String(session.steps.length).length;
  const lines = session.steps.map(({ number, run }) => {
    const mark = number === session.position ? '>' : ' ';
    const verdict = run.verdict === 'ok' ? '' : `  (${run.verdict})`;
    const text = `${promptText(run.command.prompt)} ${printable(run.command.text)}`;
    const line = `${mark} ${String(number).padStart(width)}  ${text}${verdict}`;
    return number > session.position ? style.faint(line) : line;
  });
  return { lines: lines.length === 0 ? ['nothing was typed yet'] : lines };
}

function map({ start: { session }, terminal }: OwnContext, args: readonly string[]): OwnAnswer {
  const { kernel } = session.machine;
  const range = args.length === 0 ? {} : parseMapRange(args.join(''), kernel.memoryBlockSizeBytes);
  if (range === undefined) return complain('a range is START-END, START+SIZE or memoryN-M: map 0x30000000-0x38000000');
  const { width, color, unicode } = terminal;
  return { lines: renderMap(pictureOfKernel(kernel), { width, color, unicode, ...range }) };
}

function save({ start, terminal }: OwnContext, args: readonly string[]): OwnAnswer {
  const { session } = start;
  const files = args.filter((word) => word !== '-f');
  const [file] = files;
  if (file === undefined || files.length > 1) return complain('save takes the name of one file');
  if (session.position === 0) return complain('nothing was typed yet: a runbook holds at least one command');
  if (exists(file) && !args.includes('-f')) return complain(`${printable(file)} exists; save -f ${printable(file)} writes over it`);
  try {
    const text = textFor(start, dirname(resolve(file)));
    if (exists(file)) writeFileAtomic(file, text);
    else writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    return complain(`cannot write ${printable(file)}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  const count = session.position === 1 ? '1 command' : `${session.position} commands`;
  return { lines: [styleOf(terminal.color).faint(`${count} written; memhp run ${printable(file)} plays them`)] };
}

/** The runbook, its capture named from the folder it is written to where it lies below. */
function textFor(start: ShellStart, folder: string): string {
  const text = start.session.toRunbook();
  const { frontMatter } = start.session;
  const near = frontMatterIn(start, folder);
  return near === undefined || !text.startsWith(frontMatter) ? text : near + text.slice(frontMatter.length);
}

function help({ terminal }: OwnContext): OwnAnswer {
  const style = styleOf(terminal.color);
  const width = Math.max(...OWN_WORDS.map(({ usage }) => usage.length));
  return {
    lines: [
      'Lines are typed in the machine’s shell, as root; those that begin with (qemu) at its monitor.',
      '(qemu) alone stays at the monitor until (shell) or Ctrl-D. Tab completes.',
      '',
      ...OWN_WORDS.map(({ usage, help: text }) => `  ${style.bold(usage.padEnd(width))}  ${text}`),
      '',
      'A colon in front makes it ours wherever it is typed: :undo, at the monitor, too.',
      'A line that begins with # is kept as a comment above the next command.',
    ],
  };
}

function exit({ status }: OwnContext, [word]: readonly string[]): OwnAnswer {
  if (word === undefined) return { lines: [], status, ends: true };
  if (!/^\d{1,3}$/.test(word) || Number(word) > 255) return complain('exit takes a number from 0 to 255');
  return { lines: [], status: Number(word), ends: true };
}
