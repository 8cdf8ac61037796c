/** Starts the real QEMU without a guest (`-S`) or with SeaBIOS alone, and asks it. Used only to record test data. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BINARY = 'qemu-system-x86_64';
const QUIET = ['-nographic', '-nodefaults', '-no-reboot', '-serial', 'null', '-monitor', 'none'];

export function qemuVersion(): string {
  return spawnSync(BINARY, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0] ?? '';
}

/** What QEMU prints and returns when it refuses its arguments; undefined when it takes them. */
export function refusal(args: readonly string[]): { exit: number; output: string[] } | undefined {
  const run = spawnSync(BINARY, [...args, ...QUIET, '-S'], { encoding: 'utf8', timeout: 1500 });
  // A machine that starts is stopped by the time limit, and then ends well.
  if (run.status === null || run.status === 0) return undefined;
  return { exit: run.status, output: (run.stdout + run.stderr).trimEnd().split('\n') };
}

/** A running QEMU and its QMP connection. */
export class RealQemu {
  readonly #process: ChildProcess;
  readonly #socket: Socket;
  #buffer = '';
  readonly #waiting: ((reply: { return?: unknown; error?: { desc: string } }) => void)[] = [];

  private constructor(process: ChildProcess, socket: Socket) {
    this.#process = process;
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('close', () => {
      for (const answer of this.#waiting.splice(0)) answer({ error: { desc: 'QEMU has ended' } });
    });
    socket.on('data', (text: string) => {
      this.#buffer += text;
      for (let at = this.#buffer.indexOf('\n'); at >= 0; at = this.#buffer.indexOf('\n')) {
        const message = JSON.parse(this.#buffer.slice(0, at)) as Record<string, unknown>;
        this.#buffer = this.#buffer.slice(at + 1);
        if ('return' in message || 'error' in message) this.#waiting.shift()?.(message);
      }
    });
  }

  static async start(args: readonly string[]): Promise<RealQemu> {
    const folder = mkdtempSync(join(tmpdir(), 'qemu-'));
    const path = join(folder, 'qmp');
    const child = spawn(BINARY, [...args, ...QUIET, '-qmp', `unix:${path},server=on,wait=off`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
    for (let i = 0; i < 200 && !existsSync(path); i++) {
      if (child.exitCode !== null) throw new Error(`${args.join(' ')}: ${stderr}`);
      await pause(20);
    }
    const socket = await connectTo(path).catch(() => {
      throw new Error(`${args.join(' ')}: ${stderr}`);
    });
    child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const qemu = new RealQemu(child, socket);
    await qemu.execute('qmp_capabilities');
    return qemu;
  }

  execute(command: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push((reply) => (reply.error ? reject(new Error(reply.error.desc)) : resolve(reply.return)));
      this.#socket.write(JSON.stringify({ execute: command, arguments: parameters }) + '\n');
    });
  }

  /** Types a line at the human monitor. */
  async monitor(line: string): Promise<string[]> {
    const text = (await this.execute('human-monitor-command', { 'command-line': line })) as string;
    return text
      .replaceAll('\r', '')
      .replace(/\n$/, '')
      .split('\n')
      .filter((row, _, all) => all.length > 1 || row !== '');
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      await new Promise((resolve) => this.#process.once('exit', resolve));
    }
  }
}

/** The socket's file is there a moment before QEMU listens. */
async function connectTo(path: string): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(path);
    try {
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
      return socket;
    } catch (error) {
      if (attempt === 50) throw error;
      await pause(20);
    }
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Lets SeaBIOS run to its end and returns its e820 map and the guest memory that holds the ACPI tables. */
export async function firmwareOf(args: readonly string[]): Promise<{ log: string; lowReserved: Buffer }> {
  const folder = mkdtempSync(join(tmpdir(), 'seabios-'));
  const logPath = join(folder, 'log');
  const qemu = await RealQemu.start([...args, '-debugcon', `file:${logPath}`, '-global', 'isa-debugcon.iobase=0x402']);
  try {
    let log = '';
    for (let i = 0; i < 200 && !log.includes('enter handle_19'); i++) {
      await pause(30);
      log = existsSync(logPath) ? readFileSync(logPath, 'utf8') : '';
    }
    const rows = [...log.matchAll(/^ +\d+: (\w+) - (\w+) = 2 RESERVED/gm)];
    const range = rows
      .map((m) => [parseInt(m[1]!, 16), parseInt(m[2]!, 16)] as const)
      .find(([start, end]) => start > 0x100000 && end <= 0xb0000000 && start < 0xb0000000) ?? [0, 0];
    const file = join(folder, 'memory');
    await qemu.execute('pmemsave', { val: range[0], size: range[1] - range[0], filename: file });
    return { log, lowReserved: readFileSync(file) };
  } finally {
    await qemu.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
