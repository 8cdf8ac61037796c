/** An audit: the account of one machine, and what it would be under alternatives. */

import type { CapturedMachine } from '../../capture/captured-machine.ts';
import { layoutOf, type MachineLayout } from '../../capture/machine-layout.ts';
import { machineDescriptionOf } from '../../capture/machine-description.ts';
import type { Machine } from '../../drivers/machine.ts';
import { boot } from '../../kernel/boot/boot.ts';
import { createKernel } from '../../kernel/create-kernel.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { resolveProfile } from '../../kernel/profile/profile.ts';
import type { Account } from './account.ts';
import { alternativeOf, changesFor, playAndAccount, type Playable } from './alternatives.ts';
import { accountOfLayout } from './captured-account.ts';
import { capturedAlternatives } from './captured-alternatives.ts';
import { accountOfMachine } from './machine-account.ts';
import { bytesOf } from './use.ts';

/** The account of a machine, and of the same machine under alternatives. */
export interface Audit {
  readonly name: string;
  readonly account: Account;
  readonly alternatives: readonly AuditedAlternative[];
  /** What was taken without being told, one sentence each. */
  readonly assumed: readonly string[];
  /** What is not known, one sentence each. */
  readonly unknown: readonly string[];
  /** Lines of the runbook that failed on the machine. */
  readonly failed: readonly string[];
}

export interface AuditedAlternative {
  readonly name: string;
  /** Undefined when there is no such machine; `why` says why. */
  readonly outcome: { readonly usedBytes: number; readonly idleBytes: number; readonly lostBytes: number } | undefined;
  /** Commands that succeed now and would fail then. */
  readonly fails: readonly string[];
  readonly why?: string;
}

/** What an audit looks at beyond the machine as it is. */
export interface AuditOptions {
  /** Whether alternatives are asked for: each costs about as much as the audit. */
  readonly alternatives: boolean;
}

function outcomeOf({ totals }: Account): NonNullable<AuditedAlternative['outcome']> {
  return { usedBytes: bytesOf(totals, 'used'), idleBytes: bytesOf(totals, 'idle'), lostBytes: bytesOf(totals, 'lost') };
}

/** Builds and plays a described machine, and its alternatives. @throws MachineDescriptionError when it cannot be built */
export function auditPlayable(name: string, playable: Playable, { alternatives }: AuditOptions): Audit {
  const now = playAndAccount(playable);
  const { account } = now;
  const { kernel, whatIf } = playable.description;
  const changes = alternatives
    ? changesFor(playable, resolveProfile(kernel, playable.description.arch, whatIf), account.blockSizeBytes as number)
    : [];
  const asked = changes.map((change): AuditedAlternative => {
    const { account: other, fails, why } = alternativeOf(playable, change, now);
    const outcome = other && outcomeOf(other);
    return { name: change.name, outcome, fails, ...(why === undefined ? {} : { why }) };
  });
  return { name, account, alternatives: asked, assumed: [], unknown: [], failed: now.failed };
}

/** A machine as it stands. */
export function auditMachine(name: string, machine: Machine, assumed: readonly string[]): Audit {
  return { name, account: accountOfMachine(machine), alternatives: [], assumed, unknown: [], failed: [] };
}

/** A captured machine; struct pages are those of the model's boot on its map, where there is one. */
export function auditCapture(machine: CapturedMachine, { alternatives }: AuditOptions): Audit {
  const layout = layoutOf(machine);
  const kernel = kernelOf(machine, layout);
  const account = accountOfLayout(layout, kernel);
  const { usedBytes, idleBytes, lostBytes } = outcomeOf(account);
  const asked = alternatives
    ? capturedAlternatives(layout, account).map((each): AuditedAlternative => {
        // What rounding gives back or takes is what would be there to use.
        const outcome = { usedBytes, idleBytes: idleBytes + lostBytes - each.lostBytes, lostBytes: each.lostBytes };
        return { name: each.name, outcome, fails: [] };
      })
    : [];
  const unknown = [...machine.unknown];
  if (kernel === undefined) unknown.push('what struct pages cost: no address of RAM to boot the model on');
  return { name: machine.name, account, alternatives: asked, assumed: layout.assumed, unknown, failed: [] };
}

function kernelOf(machine: CapturedMachine, layout: MachineLayout): Kernel | undefined {
  const description = layout.from === undefined ? undefined : machineDescriptionOf(machine);
  if (description === undefined) return undefined;
  const profile = resolveProfile(description.profileName, description.archName);
  const map = boot(description.boot, profile);
  if (map.panic !== undefined) return undefined;
  const memoryBlockSizeBytes = description.memoryBlockSizeBytes ?? map.memoryBlockSizeBytes;
  return createKernel({ ...map, memoryBlockSizeBytes }, profile, description.boot);
}
