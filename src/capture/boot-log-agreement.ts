/** The model's boot held against what a log says. */

import { boot } from '../kernel/boot/boot.ts';
import type { BootMap } from '../kernel/boot/boot-map.ts';
import type { KernelProfile } from '../kernel/profile/profile.ts';
import { bootInputOf, type BootLog } from './boot-log.ts';
import { printedResults, type PrintedResults } from './boot-log-results.ts';

export const LINE_KINDS = ['zones', 'ranges', 'last_pfn', 'unavailable', 'block size'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** 'same', 'differs', or 'absent' when the log does not hold the line, or no map with RAM to predict it from. */
export type Verdict = 'same' | 'differs' | 'absent';

export interface BootAgreement {
  readonly verdicts: Readonly<Record<LineKind, Verdict>>;
  readonly predicted: PrintedResults;
  readonly map: BootMap;
}

/** A profile with what the log shows of the kernel's configuration: whether it has ZONE_DMA at all. */
export function configuredAs(profile: KernelProfile, log: BootLog): KernelProfile {
  const zones = log.printed.zoneRanges;
  if (zones === undefined || zones.length === 0 || zones.some((zone) => zone.zone === 'DMA')) return profile;
  return Object.freeze({ ...profile, does: Object.freeze({ ...profile.does, zoneDma: false }), verified: false });
}

/** Boots the machine of a log on a profile and compares, kind by kind, what both print. */
export function bootAgreement(log: BootLog, profile: KernelProfile, alone: boolean): BootAgreement {
  const map = boot(bootInputOf(log, alone), profile);
  const predicted = printedResults(map.log.map(({ text }, line) => ({ text, line })));
  const printed = log.e820.some((entry) => entry.type === 'ram') ? log.printed : { unavailable: [] };
  const verdicts: Record<LineKind, Verdict> = {
    zones: verdict(printed.zoneRanges, zonesLike(printed, predicted)),
    ranges: verdict(printed.earlyRanges, predicted.earlyRanges),
    last_pfn: verdict(printed.lastPfn, predicted.lastPfn),
    unavailable: unavailableVerdict(printed, predicted),
    'block size': verdict(printed.memoryBlockSizeBytes, predicted.memoryBlockSizeBytes),
  };
  return { verdicts, predicted, map };
}

/** A zone nobody configured is not printed, so an empty one that only the model prints is no difference. */
function zonesLike(printed: PrintedResults, predicted: PrintedResults): PrintedResults['zoneRanges'] {
  const names = new Set(printed.zoneRanges?.map((zone) => zone.zone));
  return predicted.zoneRanges?.filter((zone) => zone.end > 0 || names.has(zone.zone));
}

/** No such line means none was needed, when the log goes as far as the ranges. */
function unavailableVerdict(printed: PrintedResults, predicted: PrintedResults): Verdict {
  if (printed.earlyRanges === undefined && printed.unavailable.length === 0) return 'absent';
  return verdict(printed.unavailable, predicted.unavailable);
}

function verdict(printed: unknown, predicted: unknown): Verdict {
  if (printed === undefined) return 'absent';
  return JSON.stringify(printed) === JSON.stringify(predicted) ? 'same' : 'differs';
}
