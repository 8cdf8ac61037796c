/** A real kernel in QEMU: lines typed at its shell and its monitor, its memory read. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { QEMU_PLATFORMS } from '../drivers/qemu/platform.ts';
import { GuestConsole, type ConsoleAnswer } from './console.ts';
import { GuestError } from './guest-error.ts';
import type { GuestArch } from './guest-arch.ts';
import { guestImage } from './guest-image.ts';
import { archOfKernel, type StoredKernel } from './kernel-store.ts';
import { guestPrograms } from './missing.ts';
import { Qmp } from './qmp.ts';

/** The machine around a kernel. */
export interface GuestMachine {
  /** All of QEMU's machine arguments: -M, -cpu, -m, devices. */
  readonly qemu: readonly string[];
  /** Added to the kernel command line. */
  readonly cmdline: string;
}

/** Longest waits, in ms. Under TCG on a busy host everything takes its time. */
export interface Patience {
  readonly boot: number;
  readonly command: number;
  readonly monitor: number;
}

export const PATIENCE: Patience = { boot: 300_000, command: 120_000, monitor: 60_000 };

/** Milliseconds a dying QEMU is given to say why. */
const MOMENT = 1000;

/** An emulated timer that ticks too seldom on a busy host looks broken to the kernel, which panics. */
const STARVED = /IO-APIC \+ timer doesn't work/;
const BOOT_ATTEMPTS = 4;
const UNMAPPED = /Invalid addr/;
const READ_ATTEMPTS = 40;
/** Between two attempts, in ms. */
const READ_PAUSE = 25;

export class Guest {
  readonly kernel: StoredKernel;
  readonly console: GuestConsole;
  readonly #process: ChildProcess;
  readonly #watchdog: ChildProcess;
  readonly #folder: string;
  readonly #patience: Patience;
  #qmp: Qmp | undefined;
  #said = '';
  #files = 0;

  private constructor(kernel: StoredKernel, process: ChildProcess, folder: string, patience: Patience) {
    this.kernel = kernel;
    this.#process = process;
    this.#folder = folder;
    this.#patience = patience;
    this.#watchdog = watchdog(process, folder);
    this.console = new GuestConsole({ write: (bytes) => void process.stdin?.write(bytes) });
    // A broken pipe: 'close' follows, with what QEMU said and its status.
    process.stdin?.on('error', () => undefined);
    process.stdout?.setEncoding('latin1').on('data', (text: string) => this.console.hear(text));
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(-4000)));
    process.once('error', (error) => this.console.hangUp(`QEMU cannot be started: ${error.message}`));
    process.once('close', (status) => this.console.hangUp(this.#farewell(status)));
  }

  /** Boots a kernel on a machine; once more when the host was too busy for the guest's timer. @throws GuestError, MissingHere */
  static async boot(kernel: StoredKernel, machine: GuestMachine, patience: Patience = PATIENCE): Promise<Guest> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await Guest.#bootOnce(kernel, machine, patience);
      } catch (error) {
        const starved = error instanceof GuestError && error.heard.some((line) => STARVED.test(line));
        if (!starved || attempt === BOOT_ATTEMPTS) throw error;
      }
    }
  }

  static async #bootOnce(kernel: StoredKernel, machine: GuestMachine, patience: Patience): Promise<Guest> {
    const arch = archOfKernel(kernel);
    const { qemu } = guestPrograms(undefined, arch);
    const image = guestImage(kernel);
    const folder = mkdtempSync(join(tmpdir(), 'memhp-guest-'));
    const socket = join(folder, 'qmp');
    const args = [
      ...machine.qemu,
      ...['-nographic', '-no-reboot', '-nodefaults', '-serial', 'stdio', '-qmp', `unix:${socket},server=on,wait=off`],
      ...['-kernel', kernel.image, '-initrd', image, '-append', `${QEMU_PLATFORMS[arch.name].cmdline} ${machine.cmdline}`.trim()],
    ];
    // A group of its own: an interrupt at the terminal is for us, and the watchdog then ends the guest.
    const child = spawn(qemu, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const guest = new Guest(kernel, child, folder, patience);
    try {
      guest.#qmp = await Qmp.connect(socket, patience.monitor, () => guest.alive).catch(async (error: unknown) => {
        // The monitor may hang up a moment before the process ends; why it did is known once its streams are closed.
        await setTimeout(MOMENT);
        if (!guest.alive) await guest.console.ready(MOMENT);
        throw error;
      });
      await guest.console.ready(patience.boot);
      return guest;
    } catch (error) {
      await guest.stop();
      throw error;
    }
  }

  get arch(): GuestArch {
    return archOfKernel(this.kernel);
  }

  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null && this.#process.pid !== undefined;
  }

  /** Types a shell line. */
  run(line: string): Promise<ConsoleAnswer> {
    return this.console.run(line, this.#patience.command);
  }

  /** Runs a shell line whose output must come over whole; the guest's console shows nothing of it. */
  fetch(line: string): Promise<ConsoleAnswer> {
    return this.console.fetch(line, this.#patience.command);
  }

  /** Types a line at QEMU's monitor. */
  monitor(line: string): Promise<string[]> {
    return (this.#qmp as Qmp).monitor(line, this.#patience.monitor);
  }

  /** Reads kernel memory by its virtual address. @throws GuestError where nothing is mapped */
  readMemory(address: bigint, length: number): Promise<Buffer> {
    const { linearMap } = this.arch;
    return linearMap === undefined ? this.#readMapped(address, length) : this.readPhysical(address - linearMap, length);
  }

  /** A processor in user mode may see nothing of the kernel (arm64's E0PD): it is asked again when it has moved on. */
  async #readMapped(address: bigint, length: number): Promise<Buffer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#save('memsave', address, length);
      } catch (error) {
        if (!(error instanceof GuestError && UNMAPPED.test(error.message)) || attempt === READ_ATTEMPTS) throw error;
        await setTimeout(READ_PAUSE);
      }
    }
  }

  /** Reads the machine's memory. */
  readPhysical(address: bigint, length: number): Promise<Buffer> {
    return this.#save('pmemsave', address, length);
  }

  async #save(command: 'memsave' | 'pmemsave', address: bigint, length: number): Promise<Buffer> {
    const filename = join(this.#folder, `memory-${++this.#files}`);
    // The protocol's addresses are signed.
    const val = BigInt.asIntN(64, address);
    try {
      await (this.#qmp as Qmp).execute(command, { val, size: length, filename }, this.#patience.monitor);
      return readFileSync(filename);
    } finally {
      rmSync(filename, { force: true });
    }
  }

  /** A word of 64 bits in what was read of the guest's memory. */
  wordAt(bytes: Buffer, at: number): bigint {
    return this.arch.bigEndian ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at);
  }

  async readWord(address: bigint): Promise<bigint> {
    return this.wordAt(await this.readMemory(address, 8), 0);
  }

  /** Switches the machine off and removes its files. May be called twice. */
  async stop(): Promise<void> {
    this.#qmp?.close();
    if (this.alive) {
      const gone = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
    this.#watchdog.kill('SIGKILL');
  }

  #farewell(status: number | null): string {
    const words = this.#said.trim();
    if (words !== '') return words.replace(/^(\S*\/)?qemu-system-\S+: /gm, 'QEMU: ');
    return status === 0 ? 'the guest has switched itself off' : `QEMU has ended (${status ?? 'killed'})`;
  }
}

/** Ends the guest and removes its files when this process ends in whatever way: it waits for the end of its input. */
function watchdog(qemu: ChildProcess, folder: string): ChildProcess {
  const script = 'cat >/dev/null; kill -9 "$1" 2>/dev/null; rm -rf -- "$2"';
  const dog = spawn('sh', ['-c', script, 'memhp-watchdog', String(qemu.pid ?? ''), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  dog.unref();
  (dog.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  dog.on('error', () => {});
  return dog;
}
