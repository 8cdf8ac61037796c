/** The host's end of the serial line: finds the agent's marks in whatever else the console shows. */

import { createHash } from 'node:crypto';
import { GuestError } from './guest-error.ts';

export interface ConsoleAnswer {
  readonly exit: number;
  /** Lines of standard output and standard error. */
  readonly output: readonly string[];
}

/** Bytes of a command sent at once: less than a tty buffers. */
const PIECE = 1000;
/** Bytes kept of what the guest says; a command that prints more is given up. */
const MAXIMUM_HEARD = 64 * 1024 * 1024;
/** How often a damaged answer is asked for again. */
const RETRIES = 3;

/** Where the bytes go. */
export interface ConsoleWire {
  write(bytes: Uint8Array): void;
}

/** Speaks the agent's protocol. The guest's side feeds `hear`, and `hangUp` when the line is dead. */
export class GuestConsole {
  readonly #wire: ConsoleWire;
  #heard = '';
  #dead: string | undefined;
  #wake: () => void = () => {};
  #mark = 0;

  constructor(wire: ConsoleWire) {
    this.#wire = wire;
  }

  /** Takes what the guest wrote, bytes as latin1. */
  hear(bytes: string): void {
    this.#heard += bytes;
    if (this.#heard.length > MAXIMUM_HEARD) {
      this.#heard = this.#heard.slice(-PIECE);
      this.#dead ??= `the guest wrote more than ${MAXIMUM_HEARD} bytes`;
    }
    this.#wake();
  }

  hangUp(reason: string): void {
    this.#dead ??= reason;
    this.#wake();
  }

  /** Waits until the agent is there. */
  async ready(patience: number): Promise<void> {
    await this.#until(/@@memhp ready@@\r?\n/, patience, 'boot');
  }

  /** Types a command as a person would: what it prints is what a terminal shows. */
  async run(command: string, patience: number): Promise<ConsoleAnswer> {
    await this.#send(command, patience);
    const mark = this.#nextMark();
    this.#write(`!${mark}\n`);
    await this.#until(new RegExp(`@@memhp begin ${mark}@@\\r?\\n`), patience, command);
    const { before, groups } = await this.#until(new RegExp(`\\r?\\n@@memhp end ${mark} (\\d+)@@\\r?\\n`), patience, command);
    return { exit: Number(groups[0]), output: linesOf(before.replaceAll('\r\n', '\n')) };
  }

  /** Runs a command and brings its output over whole: asked again when noise fell into it. */
  async fetch(command: string, patience: number): Promise<ConsoleAnswer> {
    await this.#send(command, patience);
    for (let attempt = 0; ; attempt++) {
      const mark = this.#nextMark();
      this.#write(`${attempt === 0 ? '?' : '='}${mark}\n`);
      const head = await this.#until(new RegExp(`@@memhp sent ${mark} (\\d+) ([0-9a-f]{32})@@\\n`), patience, command);
      const { before } = await this.#until(new RegExp(`\\n@@memhp end ${mark} \\d+@@\\n`), patience, command);
      const [exit, sum] = head.groups;
      const text = Buffer.from(before, 'latin1');
      if (createHash('md5').update(text).digest('hex') === sum) return { exit: Number(exit), output: linesOf(before) };
      if (attempt === RETRIES) throw new GuestError(`the console is too noisy: \`${clip(command)}\` did not come over whole`, before);
    }
  }

  async #send(command: string, patience: number): Promise<void> {
    if (/[\n\0]/.test(command)) throw new GuestError('a command is one line');
    const bytes = Buffer.from(command, 'utf8');
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      this.#wire.write(Buffer.concat([Buffer.from('+'), piece, Buffer.from('\n')]));
      await this.#until(/@@memhp more (\d+)@@\n/, patience, command);
    }
  }

  #write(text: string): void {
    this.#wire.write(Buffer.from(text, 'utf8'));
  }

  #nextMark(): string {
    return `${++this.#mark}`;
  }

  async #until(pattern: RegExp, patience: number, command: string): Promise<{ before: string; groups: string[] }> {
    const deadline = Date.now() + patience;
    for (;;) {
      const match = pattern.exec(this.#heard);
      if (match !== null) {
        const before = this.#heard.slice(0, match.index);
        this.#heard = this.#heard.slice(match.index + match[0].length);
        return { before, groups: match.slice(1) };
      }
      if (this.#dead !== undefined) throw new GuestError(this.#dead, this.#heard.slice(-4000));
      const left = deadline - Date.now();
      if (left <= 0) {
        const what = command === 'boot' ? 'the guest did not come up' : `the guest did not answer to \`${clip(command)}\``;
        throw new GuestError(`${what} within ${Math.round(patience / 1000)} s`, this.#heard.slice(-4000));
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Output as lines; bytes are read as UTF-8. */
function linesOf(latin1: string): string[] {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
