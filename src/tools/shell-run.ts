/** Runs a parsed shell line: redirections, builtins, tools, the exit status. */

import { EACCES, EISDIR, type Errno, strerror } from '../kernel/errno.ts';
import { namingRefusal } from '../kernel/explain.ts';
import type { Machine } from '../drivers/machine.ts';
import { ArithmeticError, evaluateArithmetic } from './arithmetic.ts';
import { isDirectory, ProcessFiles } from './process-files.ts';
import { TOOLS } from './registry.ts';
import { UNMODELLED_COMMANDS } from './unmodelled-commands.ts';
import { BUILTINS, isSpecialBuiltin, ShellExit } from './shell-builtins.ts';
import type { AndOr, Command, ExpandedPart, List, Pipeline, Redirect, SimpleCommand, Word } from './shell-syntax.ts';
import { type Expander, expandToString, expandWords } from './shell-words.ts';
import { refusalOf } from './refusal.ts';
import { NotModelled, type Tool, type ToolContext } from './tool.ts';

/** Commands one line may run, loops unrolled: a model of an endless line has to end. */
const MAX_COMMANDS = 20_000;
/** Characters one line may print, pass through pipes and expand, all together. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** Where a file descriptor leads: the line's output, a buffer that goes to a pipe or a file, or nowhere. */
interface Sink {
  write(text: string): void;
}

/** Keeps what is written: for the next command of a pipe, or for a file that gets it in one write at the end. */
class BufferSink implements Sink {
  readonly #spend: (characters: number) => void;
  /** Empty for a pipe. */
  readonly path: string;
  text = '';

  constructor(path: string, spend: (characters: number) => void) {
    this.path = path;
    this.#spend = spend;
  }

  write(text: string): void {
    this.#spend(text.length);
    this.text += text;
  }
}

interface Streams {
  stdin: string;
  stdout: Sink;
  stderr: Sink;
}

/** A word that holds no variable, as it is typed. */
function literalWord(word: Word | undefined): string | undefined {
  if (word === undefined || word.parts.some((part) => part.kind !== 'text')) return undefined;
  return word.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

/** A redirection the system refuses: the words after `sh: `. */
class RedirectError extends Error {}

export class Shell {
  readonly machine: Machine;
  readonly files: ProcessFiles;
  readonly variables = new Map<string, string>();
  status = 0;
  output = '';
  #commands = 0;
  /** Exit status of the last `$(…)` in the command at hand. */
  #substituted: number | undefined;
  #characters = 0;

  constructor(machine: Machine, files: ProcessFiles) {
    this.machine = machine;
    this.files = files;
  }

  #variable(name: string): string {
    return name === '?' ? String(this.status) : (this.variables.get(name) ?? '');
  }

  /** What a list prints, without the newlines at its end, in a process of its own. */
  #substitute(list: List, stderr: Sink): string {
    const printed = new BufferSink('', this.#spend);
    const { status } = this;
    this.isolated(() => this.list(list, { stdin: '', stdout: printed, stderr }));
    this.#substituted = this.status;
    // `$?` in the same command is still that of the command before it.
    this.status = status;
    return printed.text.replace(/\n+$/, '');
  }

  /** A mistake in arithmetic ends the shell. */
  #arithmetic(expression: string, stderr: Sink): string {
    try {
      return evaluateArithmetic(expression, (name) => this.#variable(name));
    } catch (error) {
      if (!(error instanceof ArithmeticError)) throw error;
      stderr.write(`sh: ${error.message}\n`);
      throw new ShellExit(2);
    }
  }

  #expander({ stderr }: Streams): Expander {
    const expand = (part: ExpandedPart): string => {
      if (part.kind === 'command') return this.#substitute(part.list, stderr);
      const value = part.kind === 'variable' ? this.#variable(part.name) : this.#arithmetic(part.expression, stderr);
      this.#spend(value.length);
      return value;
    };
    return { expand, files: this.files };
  }

  readonly #spend = (characters: number): void => {
    this.#characters += characters;
    if (this.#characters > MAX_CHARACTERS) {
      throw new NotModelled(`a line that handles more than ${MAX_CHARACTERS} characters is not modelled`);
    }
  };

  /** Runs a list to its end, or to an `exit`. */
  run(list: List): void {
    const terminal: Sink = { write: (text) => this.print(text) };
    try {
      this.list(list, { stdin: '', stdout: terminal, stderr: terminal });
    } catch (error) {
      if (!(error instanceof ShellExit)) throw error;
      this.status = error.status;
    }
  }

  print(text: string): void {
    this.#spend(text.length);
    this.output += text;
  }

  private list(list: List, streams: Streams): void {
    for (const item of list) this.andOr(item, streams);
  }

  private andOr(item: AndOr, streams: Streams): void {
    this.pipeline(item.first, streams);
    for (const { op, pipeline } of item.rest) {
      if ((this.status === 0) === (op === '&&')) this.pipeline(pipeline, streams);
    }
  }

  private pipeline({ negated, commands }: Pipeline, streams: Streams): void {
    let { stdin } = streams;
    const isPipe = commands.length > 1;
    commands.forEach((command, i) => {
      const piped = new BufferSink('', this.#spend);
      const isLast = i === commands.length - 1;
      const stdout = isLast ? streams.stdout : piped;
      const own: Streams = { ...streams, stdin, stdout };
      // Each side of a pipe is a process of its own: what it sets or leaves is gone after it.
      if (isPipe) this.isolated(() => this.command(command, own));
      else this.command(command, own);
      stdin = piped.text;
    });
    if (negated) this.status = this.status === 0 ? 1 : 0;
  }

  private isolated(body: () => void): void {
    const variables = new Map(this.variables);
    const { cwd } = this.files;
    try {
      body();
    } catch (error) {
      if (!(error instanceof ShellExit)) throw error;
      this.status = error.status;
    }
    this.variables.clear();
    for (const [name, value] of variables) this.variables.set(name, value);
    this.files.cwd = cwd;
  }

  private command(command: Command, streams: Streams): void {
    if (command.kind === 'simple') {
      this.simple(command, streams);
    } else if (command.kind === 'for') {
      const words = expandWords(command.words, this.#expander(streams));
      this.status = 0;
      for (const word of words) {
        this.variables.set(command.variable, word);
        this.list(command.body, streams);
      }
    } else {
      for (const { condition, body } of command.arms) {
        this.list(condition, streams);
        if (this.status === 0) return this.list(body, streams);
      }
      this.status = 0;
      if (command.otherwise !== undefined) this.list(command.otherwise, streams);
    }
  }

  private simple(command: SimpleCommand, streams: Streams): void {
    if (++this.#commands > MAX_COMMANDS) {
      throw new NotModelled(`a line that runs more than ${MAX_COMMANDS} commands is not modelled`, command.span);
    }
    try {
      this.#explained(command, streams);
    } catch (error) {
      // Whatever is not modelled within a command is marked where the command stands.
      if (error instanceof NotModelled && error.span === undefined) {
        throw new NotModelled(error.message, command.span, error.help);
      }
      throw error;
    }
  }

  /** Runs a command; one that fails without a failed check leaves what its program says. */
  #explained(command: SimpleCommand, streams: Streams): void {
    const { kernel } = this.machine;
    if (kernel.explain === undefined) return this.simpleUnlimited(command, streams);
    let said = '';
    const { stderr } = streams;
    const hearing: Streams = { ...streams, stderr: { write: (text) => ((said += text.slice(0, 4000)), stderr.write(text)) } };
    const left = namingRefusal(
      kernel,
      () => this.#untilExit(command, hearing),
      () => (this.status === 0 ? undefined : refusalOf(this.#program(command, said), said, this.status, this.#argument(command))),
    );
    if (left !== undefined) throw left;
  }

  #untilExit(command: SimpleCommand, streams: Streams): ShellExit | undefined {
    try {
      this.simpleUnlimited(command, streams);
      return undefined;
    } catch (error) {
      if (error instanceof ShellExit) return error;
      throw error;
    }
  }

  /** Who speaks: the command itself, or the shell about it. */
  #program(command: SimpleCommand, said: string): string {
    const name = literalWord(command.words[0]);
    return said.startsWith('sh: ') || name === undefined ? 'sh' : name.replace(/^.*\//, '');
  }

  #argument(command: SimpleCommand): string {
    const word = literalWord(command.words[1]);
    return word === undefined || word.startsWith('-') ? '' : word.slice(0, 40);
  }

  private simpleUnlimited(command: SimpleCommand, outer: Streams): void {
    const expander = this.#expander(outer);
    this.#substituted = undefined;
    const [name, ...args] = expandWords(command.words, expander);
    const streams = { ...outer };
    const opened: BufferSink[] = [];
    try {
      for (const redirect of command.redirects) this.redirect(redirect, streams, opened);
    } catch (error) {
      if (!(error instanceof RedirectError)) throw error;
      outer.stderr.write(`sh: ${error.message}\n`);
      this.status = 1;
      if (name !== undefined && isSpecialBuiltin(name)) throw new ShellExit(1);
      return;
    }
    const values = command.assignments.map(({ name: key, value }) => [key, expandToString(value, expander)] as const);
    if (name === undefined) {
      for (const [key, value] of values) this.variables.set(key, value);
      // A command without a name has the status of the last substitution in it.
      this.status = this.#substituted ?? 0;
      return;
    }
    // Assignments before a command are seen by that command alone; no tool of the model reads its environment.
    if (isSpecialBuiltin(name)) for (const [key, value] of values) this.variables.set(key, value);
    this.status = this.invoke(name, args, streams);
    for (const sink of opened) this.flush(name, sink, outer);
  }

  private invoke(name: string, args: readonly string[], streams: Streams): number {
    const builtin = BUILTINS[name];
    const context: ToolContext = {
      machine: this.machine,
      files: this.files,
      stdin: streams.stdin,
      stdoutIsTerminal: !(streams.stdout instanceof BufferSink),
      stdout: (text) => streams.stdout.write(text),
      stderr: (text) => streams.stderr.write(text),
    };
    if (builtin !== undefined) return builtin(this, context, args);
    const tool = this.findTool(name, context);
    return typeof tool === 'number' ? tool : tool(context, args);
  }

  private findTool(name: string, context: ToolContext): Tool | number {
    const base = /^\/(?:usr\/)?s?bin\/([^/]+)$/.exec(name)?.[1] ?? name;
    const tool = Object.hasOwn(TOOLS, base) ? TOOLS[base] : undefined;
    if (tool !== undefined) return tool;
    if (UNMODELLED_COMMANDS.has(base)) throw new NotModelled(`the command \`${base}\` is not modelled`);
    if (name === '') {
      context.stderr('sh: : Permission denied\n');
      return 127;
    }
    if (!name.includes('/') || base !== name) {
      context.stderr(`sh: ${name}: not found\n`);
      return 127;
    }
    const exists = this.files.kindFollowed(name) !== undefined;
    context.stderr(`sh: ${name}: ${exists ? 'Permission denied' : 'not found'}\n`);
    return exists ? 126 : 127;
  }

  private redirect(redirect: Redirect, streams: Streams, opened: BufferSink[]): void {
    const target = expandToString(redirect.target, this.#expander(streams));
    const { op, fd } = redirect;
    if (fd > 2 || (fd !== 0 && op.startsWith('<')) || (fd === 0 && op.startsWith('>'))) {
      throw new NotModelled(`redirecting file descriptor ${fd} with \`${op}\` is not modelled`, redirect.target.span);
    }
    if (op === '<&') throw new NotModelled('duplicating standard input is not modelled', redirect.target.span);
    if (op === '>&') {
      if (target !== '1' && target !== '2') {
        throw new NotModelled('`>&` to anything but 1 or 2 is not modelled', redirect.target.span);
      }
      const sink = target === '1' ? streams.stdout : streams.stderr;
      if (fd === 1) streams.stdout = sink;
      else streams.stderr = sink;
    } else if (op === '<') {
      streams.stdin = this.openForReading(target);
    } else {
      this.openForWriting(target);
      const sink = new BufferSink(target, this.#spend);
      opened.push(sink);
      if (fd === 1) streams.stdout = sink;
      else streams.stderr = sink;
    }
  }

  private openForReading(path: string): string {
    const text = this.files.read(path);
    if (typeof text === 'string') return text;
    if (text === -EISDIR) throw new NotModelled(`reading the directory ${path} as input is not modelled`);
    const why = text === -EACCES ? strerror(text) : 'no such file';
    throw new RedirectError(`can't open ${path}: ${why}`);
  }

  private openForWriting(path: string): void {
    const cannot = (why: string): RedirectError => new RedirectError(`can't create ${path}: ${why}`);
    const kind = this.files.kindFollowed(path);
    if (kind === 'directory') throw cannot(strerror(EISDIR));
    if (kind === undefined) {
      const at = this.files.resolve(path);
      const inSysfs = typeof at === 'string' && at.startsWith('/sys/');
      const hasParent = typeof at === 'string' && isDirectory(this.files, at.slice(0, at.lastIndexOf('/')) || '/');
      // sysfs takes no new files; procfs says that there is none.
      throw cannot(inSysfs && hasParent ? strerror(EACCES) : 'nonexistent directory');
    }
    if (this.files.write(path, '') === -EACCES) throw cannot(strerror(EACCES));
  }

  /** One write for all a command printed, as the real tools' buffers make it. */
  private flush(name: string, sink: BufferSink, outer: Streams): void {
    if (sink.text === '') return;
    const errno = this.files.write(sink.path, sink.text);
    if (errno !== 0) this.writeFailed(name, errno, outer);
  }

  private writeFailed(name: string, errno: Errno, outer: Streams): void {
    const text = strerror(errno);
    if (name === 'echo') outer.stderr.write(`sh: write error: ${text}\n`);
    else if (name === 'uname') outer.stderr.write(`uname: standard output: ${text}\n`);
    else if (!['printf', 'pwd', 'ls'].includes(name)) outer.stderr.write(`${name}: write error: ${text}\n`);
    // ls and uname have no eye for it.
    if (name !== 'ls' && name !== 'uname') this.status = 1;
  }
}

