/** The document `memhp kernels --json` prints. */

import { z } from 'zod';
import { storedKernel, type StoredKernel } from '../realkernel/kernel-store.ts';
import type { DocumentOf } from './document-shapes.ts';

export const KERNELS_SCHEMA = 'memhp/kernels/1';

export const kernelsDocument = z.strictObject({
  schema: z.literal(KERNELS_SCHEMA),
  kernels: z.array(z.strictObject(storedKernel.shape)),
  missing: z.array(z.string()).describe('what else a guest needs and this host lacks, in words'),
});

export function kernelsJson(kernels: readonly StoredKernel[], missing: readonly string[]): DocumentOf<typeof kernelsDocument> {
  return { schema: KERNELS_SCHEMA, kernels, missing };
}
