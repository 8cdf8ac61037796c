/** What a described machine would lose if it were set up otherwise: the same commands, played on a changed machine. */

import { buildMachine } from '../../drivers/build-machine.ts';
import { MachineDescriptionError, type MachineDescription } from '../../drivers/machine-description.ts';
import type { KernelProfile } from '../../kernel/profile/profile.ts';
import { GiB, MiB } from '../../kernel/units.ts';
import { playRunbook } from '../../runbook/play.ts';
import type { Command, Runbook } from '../../runbook/runbook.ts';
import type { Account } from './account.ts';
import { accountOfMachine } from './machine-account.ts';

/** A machine that can be built anew, and what was typed at it. */
export interface Playable {
  readonly description: MachineDescription;
  readonly book: Runbook;
}

/** One thing done differently. */
export interface AuditChange {
  /** What is different, in a few words: `blocks of 256M`. */
  readonly name: string;
  readonly description?: Partial<MachineDescription>;
  /** Rewrites what is typed. */
  readonly retype?: (text: string) => string;
}

/** What became of it. */
export interface Alternative {
  readonly name: string;
  /** Undefined when the machine does not boot so, or something is not modelled there. */
  readonly account: Account | undefined;
  /** Commands that succeed now and would fail then. */
  readonly fails: readonly string[];
  /** Why there is no account. */
  readonly why?: string;
}

export interface Played {
  readonly account: Account;
  /** Lines that failed. */
  readonly failed: readonly string[];
}

const BLOCK_SIZES: readonly number[] = [128 * MiB, 256 * MiB, 512 * MiB, GiB, 2 * GiB];
const KERNELS = ['5.0', '6.1', '6.12', '6.15'] as const;
const ALIGNMENTS = ['2M', '1G'] as const;

/** Memory block sizes an architecture's kernels use, the present one left out. */
export function otherBlockSizes(profile: KernelProfile, now: number | undefined): number[] {
  const section = 2 ** profile.arch.sectionSizeBits;
  return BLOCK_SIZES.filter((size) => size >= section && size !== now);
}

/** `128M`, `2G`. */
export function blockText(bytes: number): string {
  return bytes >= GiB && bytes % GiB === 0 ? `${bytes / GiB}G` : `${bytes / MiB}M`;
}

/** What can be done differently on this machine with these commands. */
export function changesFor({ description, book }: Playable, profile: KernelProfile, blockSize: number): AuditChange[] {
  const changes: AuditChange[] = otherBlockSizes(profile, blockSize).map((size) => ({
    name: `blocks of ${blockText(size)}`,
    description: { whatIf: { ...description.whatIf, memoryBlockSizeBytes: size } },
  }));
  const { cmdline } = description;
  if (profile.does.memmapOnMemory !== 'none' && !cmdline.includes('memmap_on_memory=')) {
    const added = `${cmdline} memory_hotplug.memmap_on_memory=1`.trim();
    changes.push({ name: 'memmap_on_memory=1', description: { cmdline: added } });
  }
  const creates = book.commands.some(({ text }) => CREATE.test(text));
  if (creates) {
    changes.push(
      { name: 'namespaces -M dev', retype: (text) => withOption(text, MAP, '-M dev') },
      { name: 'namespaces -M mem', retype: (text) => withOption(text, MAP, '-M mem') },
      ...ALIGNMENTS.map((align) => ({
        name: `namespaces -a ${align}`,
        retype: (text: string) => withOption(text, ALIGN, `-a ${align}`),
      })),
    );
  }
  for (const kernel of KERNELS) if (kernel !== profile.name) changes.push({ name: `Linux ${kernel}`, description: { kernel } });
  return changes;
}

const CREATE = /\bndctl\s+create-namespace\b[^;|&\n]*/g;
const MAP = /\s(?:-M\s*|--map[= ])\w+/;
const ALIGN = /\s(?:-a\s*|--align[= ])\w+/;

/** `ndctl create-namespace` with an option in place of what it had, or added. Raw and sector modes have none. */
function withOption(text: string, had: RegExp, option: string): string {
  return text.replace(CREATE, (command) =>
    /\b(?:raw|sector)\b/.test(command) ? command : `${command.replace(had, '').trimEnd()} ${option} `,
  );
}

/** Builds the machine, types the commands, accounts. @throws MachineDescriptionError when there is no such machine */
export function playAndAccount({ description, book }: Playable, change: AuditChange = { name: '' }): Played {
  const machine = buildMachine({ ...description, ...change.description });
  const commands = book.commands.map((command) => withoutExpectation(command, change.retype));
  const { runs } = playRunbook({ ...book, commands }, machine);
  const failed = runs.filter(({ exit, verdict }) => exit !== 0 || verdict === 'not-modelled');
  return { account: accountOfMachine(machine), failed: failed.map(({ command }) => `${command.line}`) };
}

function withoutExpectation(command: Command, retype: AuditChange['retype']): Command {
  return { ...command, text: retype?.(command.text) ?? command.text, expected: [], exit: undefined };
}

/** Plays one change, and says which commands no longer succeed. */
export function alternativeOf(playable: Playable, change: AuditChange, now: Played): Alternative {
  try {
    const { account, failed } = playAndAccount(playable, change);
    const fails = failed.filter((line) => !now.failed.includes(line));
    const texts = playable.book.commands.filter(({ line }) => fails.includes(`${line}`)).map(({ text }) => text);
    return { name: change.name, account, fails: texts };
  } catch (error) {
    if (!(error instanceof MachineDescriptionError)) throw error;
    return { name: change.name, account: undefined, fails: [], why: error.message };
  }
}
