/**
 * What the thread of March 2019 argued about, as overrides of a profile. None of these is a real kernel: a profile gets
 * one only when a caller names it, and then says so in its `uname -r`.
 */

import type { Behaviours } from './behaviours.ts';

/** One way to deal with device memory and RAM that do not begin and end at sections. */
export interface Policy {
  /** A few words for a table. */
  readonly title: string;
  /** What it does, in a sentence. */
  readonly about: string;
  readonly sets: Partial<Behaviours>;
}

const WHOLE_SECTIONS = { subsectionHotplug: false, sectionIsEarly: false, taintZoneDevice: false } as const;

const table = {
  sections: {
    title: 'whole sections only',
    about: 'A section has one owner; memory that shares one is refused.',
    sets: { ...WHOLE_SECTIONS, padsPfnToSections: false },
  },
  pad: {
    title: 'libnvdimm pads to sections',
    about: 'A section has one owner; namespaces give up the parts of sections they share.',
    sets: { ...WHOLE_SECTIONS, padsPfnToSections: true },
  },
  hole: {
    title: 'shared RAM is a hole',
    about: 'A section has one owner; RAM gives up the parts of sections that device memory shares.',
    sets: { ...WHOLE_SECTIONS, padsPfnToSections: false, hidesSharedRam: true },
  },
  'sub-sections': {
    title: 'sub-sections, as merged',
    about: 'Device memory has an owner for each 2 MiB; System RAM is added in memory blocks.',
    sets: { subsectionHotplug: true, sectionIsEarly: true, taintZoneDevice: true, padsPfnToSections: false },
  },
  'variable-blocks': {
    title: 'one DIMM, one memory block',
    about: 'As sub-sections, and System RAM too is added in any multiple of 2 MiB, as one memory block.',
    sets: {
      subsectionHotplug: true,
      sectionIsEarly: true,
      taintZoneDevice: true,
      padsPfnToSections: false,
      memoryBlocks: 'variable',
    },
  },
} as const satisfies Record<string, Policy>;

export type PolicyName = keyof typeof table;
export const POLICIES: Readonly<Record<PolicyName, Policy>> = table;
export const POLICY_NAMES = Object.keys(table) as readonly PolicyName[];

export function isPolicyName(name: string): name is PolicyName {
  return Object.hasOwn(POLICIES, name);
}
