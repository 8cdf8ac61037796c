/** A real kernel in QEMU that takes shell lines on its serial console. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initramfs } from './initramfs.ts';
import type { KernelTree } from './kernel-tree.ts';

export interface GuestAnswer {
  readonly exit: number;
  readonly output: readonly string[];
}

/** Longest a boot or a line may take, in ms: TCG on a busy host. */
const PATIENCE = 180_000;

export class Guest {
  private readonly process: ChildProcess;
  private readonly folder: string;
  private text = '';
  private wake: () => void = () => {};

  private constructor(process: ChildProcess, folder: string) {
    this.process = process;
    this.folder = folder;
    process.stdout?.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1').replaceAll('\r', '');
      this.wake();
    });
    process.on('exit', () => this.wake());
  }

  /** Boots the kernel on a machine with these further arguments; a guest that does not come up is switched off. */
  static async boot(tree: KernelTree, args: readonly string[], cmdline = ''): Promise<Guest> {
    const folder = mkdtempSync(join(tmpdir(), 'memhp-guest-'));
    const initrd = join(folder, 'initrd');
    writeFileSync(initrd, initramfs(tree));
    const base = ['-nographic', '-no-reboot', '-nodefaults', '-serial', 'stdio', '-kernel', tree.vmlinuz, '-initrd', initrd];
    // On a busy host TCG's timer is late, and the kernel would take it for broken.
    const append = `console=ttyS0 panic=-1 nokaslr pti=off quiet no_timer_check ${cmdline}`;
    const options = { stdio: ['pipe', 'pipe', 'ignore'] as const };
    const process = spawn('qemu-system-x86_64', [...args, ...base, '-append', append], { stdio: [...options.stdio] });
    const guest = new Guest(process, folder);
    try {
      await guest.until(/@@READY@@\n/);
      return guest;
    } catch (error) {
      await guest.stop();
      throw error;
    }
  }

  /** Types a line and waits for its end. */
  async run(line: string): Promise<GuestAnswer> {
    this.process.stdin?.write(`${line}\n`);
    const said = await this.until(/@@EXIT (\d+)@@\n/);
    const output = said.before.split('\n');
    if (output.at(-1) === '') output.pop();
    return { exit: Number(said.group), output };
  }

  private async until(mark: RegExp): Promise<{ before: string; group: string }> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const match = mark.exec(this.text);
      if (match !== null) {
        const before = this.text.slice(0, match.index);
        this.text = this.text.slice(match.index + match[0].length);
        return { before, group: match[1] ?? '' };
      }
      if (this.process.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the guest did not answer with ${mark.source}:\n${this.text.slice(-2000)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 5000);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Switches the machine off. */
  async stop(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
    if (this.process.exitCode === null) {
      this.process.kill('SIGKILL');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
