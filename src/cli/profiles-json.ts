/** The document `memhp profiles --json` prints. */

import { z } from 'zod';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { profileNames, resolveProfile } from '../kernel/profile/profile.ts';
import { bytesShape, countShape, type DocumentOf } from './document-shapes.ts';

export const PROFILES_SCHEMA = 'memhp/profiles/1';

const archShape = z.strictObject({
  name: z.string(),
  pageSize: bytesShape,
  sectionSizeBits: countShape,
  maxPhysmemBits: countShape,
  subsectionSize: bytesShape,
  pagesPerSection: countShape,
  pagesPerSubsection: countShape,
  subsectionsPerSection: countShape,
  pageblockPages: countShape,
  maxOrderPages: countShape.describe('pages of the largest buddy block'),
  structPageSize: bytesShape,
  memSectionSize: bytesShape.describe('bytes of struct mem_section'),
  sectionsPerRoot: countShape,
  blockSizeRule: z.enum(['x86-probe', 'section', 's390-increment', 'ppc-lmb']),
  firmware: z.enum(['e820', 'device-tree', 'sclp']).describe('who tells the kernel where memory is'),
  dmaEnd: bytesShape.optional().describe('address where ZONE_DMA ends; absent where there is none'),
  dma32End: bytesShape.optional().describe('address where ZONE_DMA32 ends; absent where there is none'),
  keepsBootMemory: z.boolean().describe('memory of boot never goes offline'),
  numa: z.boolean(),
  memmapOnMemory: z.boolean(),
  // Of riscv64 it is a power of two above 2^53.
  physmemEnd: z.number().positive().describe('highest hot-pluggable address, exclusive; may be a power of two above 2^53'),
  pmdSize: bytesShape,
});

export const profilesDocument = z.strictObject({
  schema: z.literal(PROFILES_SCHEMA),
  kernels: z.array(
    z.strictObject({
      name: z.string().describe('what --kernel takes'),
      release: z.string().describe('what uname -r prints'),
      verified: z.boolean().describe('recordings of that very kernel hold the model to it'),
      behaviours: z.record(z.string(), z.union([z.boolean(), z.string(), z.number()])).describe('see docs/profiles.md'),
      provenance: z.record(z.string(), z.string()).describe('the change that gave a behaviour its value'),
    }),
  ),
  architectures: z.array(archShape),
});

export function profilesJson(): DocumentOf<typeof profilesDocument> {
  return {
    schema: PROFILES_SCHEMA,
    kernels: profileNames().map((name) => {
      const { release, verified, does, provenance } = resolveProfile(name);
      return { name, release, verified, behaviours: { ...does }, provenance: { ...provenance } };
    }),
    architectures: Object.values(ARCHITECTURES),
  };
}
