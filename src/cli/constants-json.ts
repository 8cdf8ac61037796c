/** The document `memhp constants --json` prints. */

import { z } from 'zod';
import { CAVEATS, CONSTANT_NAMES, constantEntry, constantsOf, type ConstantsQuery } from '../advise/constants.ts';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { bytesShape, type DocumentOf } from './document-shapes.ts';

export const CONSTANTS_SCHEMA = 'memhp/constants/1';

const constantShape = z.strictObject({
  name: z.enum(CONSTANT_NAMES),
  bytes: bytesShape.nullable().describe('null where the kernel has no such thing'),
  evidence: z.enum(['recorded', 'seen', 'source']).describe('by recordings of that kernel, real machines, the source'),
  source: z.string().describe('file and symbol in the kernel'),
  says: z.string().describe('what must be a multiple of it, or what it is the size of'),
});

export const constantsDocument = z.strictObject({
  schema: z.literal(CONSTANTS_SCHEMA),
  rows: z.array(
    z.strictObject({
      arch: z.string(),
      kernel: z.string(),
      memoryBytes: bytesShape.describe('address where RAM ends, holes included'),
      hypervisor: z.boolean(),
      caveat: z.string().nullable().describe('what no profile tells'),
      constants: z.array(constantShape),
    }),
  ),
});

export function constantsJson(queries: readonly ConstantsQuery[]): DocumentOf<typeof constantsDocument> {
  return {
    schema: CONSTANTS_SCHEMA,
    rows: queries.map((query) => ({
      arch: query.arch,
      kernel: query.kernel,
      memoryBytes: query.memoryBytes,
      hypervisor: query.hypervisor,
      caveat: CAVEATS[ARCHITECTURES[query.arch]?.name ?? ''] ?? null,
      constants: constantsOf(query).map(({ name, bytes, evidence }) => {
        const { source, says } = constantEntry(name);
        return { name, bytes: bytes ?? null, evidence, source, says };
      }),
    })),
  };
}
