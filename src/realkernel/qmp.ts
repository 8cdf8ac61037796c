/** A client of QEMU's machine protocol, over its Unix socket. */

import { connect, type Socket } from 'node:net';
import { readExactJson, writeExactJson } from './exact-json.ts';
import { GuestError } from './guest-error.ts';

interface Waiting {
  readonly answer: (value: unknown) => void;
  readonly refuse: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Characters of one message; QEMU's longest answers are a few hundred KiB. */
const MAXIMUM_MESSAGE = 16 * 1024 * 1024;

export class Qmp {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #buffer = '';
  #next = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** Connects, waiting for QEMU to listen, and enters command mode. `alive` tells whether waiting makes sense. */
  static async connect(path: string, patience: number, alive: () => boolean): Promise<Qmp> {
    const deadline = Date.now() + patience;
    for (;;) {
      const socket = await tryConnect(path);
      if (socket !== undefined) {
        const qmp = new Qmp(socket);
        await qmp.execute('qmp_capabilities', {}, patience);
        return qmp;
      }
      if (!alive() || Date.now() > deadline) throw new GuestError('QEMU does not answer on its monitor');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Executes a command; bigints in the arguments go over exactly. @throws GuestError with QEMU's words */
  execute(command: string, parameters: Readonly<Record<string, unknown>>, patience: number): Promise<unknown> {
    return new Promise((answer, refuse) => {
      const id = ++this.#next;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        refuse(new GuestError(`QEMU did not answer to ${command} within ${Math.round(patience / 1000)} s`));
      }, patience);
      if (this.#socket.destroyed) {
        clearTimeout(timer);
        refuse(new GuestError('QEMU has ended'));
        return;
      }
      this.#waiting.set(id, { answer, refuse, timer });
      this.#socket.write(`${writeExactJson({ execute: command, arguments: parameters, id })}\n`);
    });
  }

  /** Types a line at the human monitor; the lines of its answer. */
  async monitor(line: string, patience: number): Promise<string[]> {
    const text = String(await this.execute('human-monitor-command', { 'command-line': line }, patience)).replaceAll('\r', '');
    const lines = text.split('\n');
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#buffer += text;
    for (let at = this.#buffer.indexOf('\n'); at >= 0; at = this.#buffer.indexOf('\n')) {
      const line = this.#buffer.slice(0, at);
      this.#buffer = this.#buffer.slice(at + 1);
      if (line.trim() !== '') this.#take(line);
    }
    if (this.#buffer.length > MAXIMUM_MESSAGE) this.#socket.destroy();
  }

  #take(line: string): void {
    let message: { id?: unknown; return?: unknown; error?: { desc?: string } };
    try {
      message = readExactJson(line) as typeof message;
    } catch {
      this.#socket.destroy();
      return;
    }
    const waiting = this.#waiting.get(Number(message.id));
    // The greeting and events answer nobody.
    if (waiting === undefined) return;
    this.#waiting.delete(Number(message.id));
    clearTimeout(waiting.timer);
    if (message.error !== undefined) waiting.refuse(new GuestError(`QEMU: ${message.error.desc ?? 'it refused'}`));
    else waiting.answer(message.return);
  }

  #end(): void {
    for (const { refuse, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      refuse(new GuestError('QEMU has ended'));
    }
    this.#waiting.clear();
  }
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}
