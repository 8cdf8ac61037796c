/** The tables of kernel/profile hold together: every value has an origin, every change a use, every release a place. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { profilesPage } from '../../scripts/profiles-doc.ts';
import { ARCHITECTURES } from '../../src/kernel/profile/arch.ts';
import type { BehaviourName } from '../../src/kernel/profile/behaviours.ts';
import { CHANGES, type Change, type ChangeId } from '../../src/kernel/profile/changes.ts';
import { profileNames, resolveProfile } from '../../src/kernel/profile/profile.ts';
import { BASE, RELEASES } from '../../src/kernel/profile/releases.ts';

const MiB = 1024 * 1024;
const releases = Object.entries(RELEASES);
const changes = Object.entries(CHANGES) as [ChangeId, Change][];

/** Release numbers as one comparable number, `v5.10` above `5.9`. */
function order(version: string): number {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major * 1000 + minor;
}

/** The release and all it builds on. */
function lineage(name: string): string[] {
  const after = RELEASES[name]?.after;
  return after === undefined ? [name] : [...lineage(after), name];
}

describe('releases', () => {
  test('stand in the order of their numbers', () => {
    const numbers = profileNames().map(order);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });
  test.each(releases)('%s builds on an older release', (name, release) => {
    if (release.after === undefined) return;
    expect(RELEASES).toHaveProperty([release.after]);
    expect(order(release.after)).toBeLessThan(order(name));
  });
  test.each(releases)('%s adds nothing twice', (name) => {
    const all = lineage(name).flatMap((at) => RELEASES[at]?.changes ?? []);
    expect(all).toEqual([...new Set(all)]);
  });
  test.each(releases.filter(([, release]) => release.uname === undefined))(
    '%s is mainline: nothing newer, and nothing that is due left out',
    (name) => {
      const has = lineage(name).flatMap((at) => RELEASES[at]?.changes ?? []);
      const due = changes.filter(([, change]) => order(change.release) <= order(name)).map(([id]) => id);
      expect(has.toSorted()).toEqual(due.toSorted());
    },
  );
  test.each(releases.filter(([, release]) => release.uname !== undefined))(
    '%s is a tree: a release and backports, nothing that is due left out',
    (name) => {
      const has = lineage(name).flatMap((at) => RELEASES[at]?.changes ?? []);
      const due = changes.filter(([, change]) => order(change.release) <= order(name)).map(([id]) => id);
      expect(has).toEqual(expect.arrayContaining(due));
    },
  );
});

describe('changes', () => {
  const used = new Set(releases.flatMap(([, release]) => release.changes));
  test.each(changes)('%s is used, dated and named', (id, change) => {
    expect(used).toContain(id);
    expect(change.release).toMatch(/^v\d+\.\d+$/);
    expect(Object.keys(change.sets)).not.toEqual([]);
    // A commit, or a word on why there is none.
    if (!/ \([0-9a-f]{12}\)$/.test(change.subject)) expect(change.note).toBeTruthy();
  });
});

describe('profiles', () => {
  test.each(profileNames())('%s: every behaviour comes from a change, a configuration or the base', (name) => {
    const profile = resolveProfile(name);
    const configured = new Set(lineage(name).flatMap((at) => Object.keys(RELEASES[at]?.config ?? {})));
    for (const behaviour of Object.keys(BASE) as BehaviourName[]) {
      const origin = profile.provenance[behaviour];
      if (configured.has(behaviour)) continue;
      if (origin === undefined) expect(profile.does[behaviour]).toBe(BASE[behaviour]);
      else expect(profile.does[behaviour]).toBe(CHANGES[origin].sets[behaviour]);
    }
    expect(Object.keys(profile.does).toSorted()).toEqual(Object.keys(BASE).toSorted());
    expect(Object.isFrozen(profile.does)).toBe(true);
  });
  test('an unknown kernel or architecture is refused', () => {
    expect(() => resolveProfile('2.6')).toThrow(RangeError);
    expect(() => resolveProfile('6.12', 'vax')).toThrow(RangeError);
    expect(() => resolveProfile('toString')).toThrow(RangeError);
    expect(() => resolveProfile('6.12', 'constructor')).toThrow(RangeError);
  });
});

/** The reference's table of units: page, section bits, address bits, sub-sections, pages in one, pageblock in MiB. */
const REFERENCE: Record<string, [number, number, number, number, number, number]> = {
  x86_64: [4096, 27, 46, 64, 512, 2],
  'x86_64-5level': [4096, 27, 52, 64, 512, 2],
  arm64: [4096, 27, 48, 64, 512, 2],
  'arm64-16k': [16384, 27, 48, 64, 128, 32],
  'arm64-64k': [65536, 29, 48, 256, 32, 512],
  ppc64le: [65536, 24, 51, 8, 32, 2],
  s390x: [4096, 28, 46, 128, 512, 1],
  riscv64: [4096, 27, 56, 64, 512, 2],
  loongarch64: [16384, 29, 48, 256, 128, 32],
};

describe('architectures', () => {
  test('are the ones of the reference', () =>
    expect(Object.keys(ARCHITECTURES).toSorted()).toEqual(Object.keys(REFERENCE).toSorted()));
  test.each(Object.entries(ARCHITECTURES))('%s has the constants of the reference', (name, arch) => {
    expect([
      arch.pageSize, arch.sectionSizeBits, arch.maxPhysmemBits, arch.subsectionsPerSection, arch.pagesPerSubsection,
      (arch.pageblockPages * arch.pageSize) / MiB,
    ]).toEqual(REFERENCE[name]);
    expect(arch.pagesPerSection).toBe(arch.pagesPerSubsection * arch.subsectionsPerSection);
    expect(arch.physmemEnd).toBe(2 ** arch.maxPhysmemBits);
    expect(arch.sectionsPerRoot * arch.memSectionSize).toBe(arch.pageSize);
    // A buddy block never crosses a section, and a pageblock never a buddy block.
    expect(arch.maxOrderPages % arch.pageblockPages).toBe(0);
    expect(arch.pagesPerSection % arch.maxOrderPages).toBe(0);
  });
  test('a Debian amd64 kernel has 128 sections in a root', () => expect(ARCHITECTURES['x86_64']?.sectionsPerRoot).toBe(128));
});

test('docs/profiles.md is what the tables say', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/profiles.md'), 'utf8');
  expect(page, 'run: npx tsx scripts/profiles-doc.ts').toBe(profilesPage());
});
