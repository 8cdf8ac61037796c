/** Which profile speaks for a release read from a log. */

import type { Behaviours } from './behaviours.ts';
import { profileNames, resolveProfile, type KernelProfile } from './profile.ts';

type Version = readonly [major: number, minor: number, patch: number];
type BootBehaviours = Partial<Pick<Behaviours, 'x86BlockSizeRule' | 'logsUnavailableRanges'>>;

/** Whether a profile of this very series exists, or an older one stands in. */
export interface ProfileOfRelease {
  readonly profile: KernelProfile;
  readonly exact: boolean;
}

/**
 * Boot messages of series without a profile, and of stable releases after a change was carried back to them. In each
 * entry `since` is the first release, `before` the first one it no longer speaks for, `of` the distribution that did.
 */
const CARRIED_BACK: readonly { since: Version; before: Version; of?: RegExp; sets: BootBehaviours }[] = [
  // Linux a4a3ede2132a ("mm: zero reserved and unavailable struct pages", v4.15) is the first to count them.
  { since: [0, 0, 0], before: [4, 15, 0], sets: { logsUnavailableRanges: 'none' } },
  { since: [4, 15, 0], before: [4, 20, 0], sets: { logsUnavailableRanges: 'reserved' } },
  // "x86/mm/memory_hotplug: determine block size based on the end of boot memory" came with v4.17.
  { since: [0, 0, 0], before: [4, 17, 0], sets: { x86BlockSizeRule: 'always-2g' } },
  // "mm: zero remaining unavailable struct pages" (v4.20) and "… partially populated last section" (v5.6), together.
  { since: [4, 19, 103], before: [4, 20, 0], sets: { logsUnavailableRanges: 'zeroed-section' } },
  // Red Hat's 4.18 of EL 8 logs that text too (observed in 4.18.0-80 and -147; the backport was not looked up).
  { since: [4, 18, 0], before: [4, 19, 0], of: /\.el8/, sets: { logsUnavailableRanges: 'zeroed-section' } },
  { since: [5, 4, 19], before: [5, 5, 0], sets: { logsUnavailableRanges: 'zeroed-section' } },
  { since: [5, 5, 3], before: [5, 6, 0], sets: { logsUnavailableRanges: 'zeroed-section' } },
  // "mm/page_alloc.c: refactor initialization of struct page for holes in memory layout" (v5.12).
  { since: [5, 10, 24], before: [5, 11, 0], sets: { logsUnavailableRanges: 'zone-totals' } },
  { since: [5, 11, 7], before: [5, 12, 0], sets: { logsUnavailableRanges: 'zone-totals' } },
  // "mm/page_alloc: fix memory map initialization for descending nodes" (v5.14).
  { since: [5, 10, 50], before: [5, 11, 0], sets: { logsUnavailableRanges: 'per-zone' } },
  // The 5.11 of Ubuntu and of Proxmox, whose sources are one (observed in 5.11.22-5-pve).
  { since: [5, 11, 0], before: [5, 12, 0], of: /-(?:pve|generic|lowlatency)\b/, sets: { logsUnavailableRanges: 'per-zone' } },
  { since: [5, 12, 17], before: [5, 13, 0], sets: { logsUnavailableRanges: 'per-zone' } },
  { since: [5, 13, 2], before: [5, 14, 0], sets: { logsUnavailableRanges: 'per-zone' } },
];

/**
 * The profile nearest to a release and not newer, with its boot messages; the oldest for what is older still.
 * `version` is the stable version behind a distribution's release, where the log tells: Debian's 5.10.0-11 is 5.10.92.
 */
export function profileOfRelease(release: string, version = release, archName = 'x86_64'): ProfileOfRelease {
  const wanted = parseVersion(version);
  let name = profileNames()[0] as string;
  for (const candidate of profileNames()) {
    const own = parseVersion(candidate);
    if (compare(own, wanted) <= 0 && compare(own, parseVersion(name)) > 0) name = candidate;
  }
  const profile = resolveProfile(name, archName);
  const [major, minor] = parseVersion(name);
  const exact = major === wanted[0] && minor === wanted[1];
  const sets = CARRIED_BACK.filter(
    ({ since, before, of }) =>
      compare(since, wanted) <= 0 && compare(wanted, before) < 0 && (of === undefined || of.test(release)),
  );
  if (sets.length === 0) return { profile, exact };
  const does = Object.assign({}, profile.does, ...sets.map((entry) => entry.sets)) as Behaviours;
  return { profile: Object.freeze({ ...profile, does: Object.freeze(does), verified: false }), exact };
}

/** The numbers a release starts with; what is missing is 0. */
function parseVersion(release: string): Version {
  const match = /^(\d{1,4})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?/.exec(release);
  return [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0), Number(match?.[3] ?? 0)];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
