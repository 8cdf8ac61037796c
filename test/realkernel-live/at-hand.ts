/** The real kernels the live tests use; what is missing is said aloud. */

import { archOfKernel, findKernel, type StoredKernel } from '../../src/realkernel/kernel-store.ts';
import { guestPrograms, MissingHere } from '../../src/realkernel/missing.ts';

/** The kernel, or why there is none. */
export function kernelAtHand(series: string): { readonly kernel?: StoredKernel; readonly why: string } {
  try {
    const kernel = findKernel(series);
    guestPrograms(undefined, archOfKernel(kernel));
    return { kernel, why: '' };
  } catch (error) {
    if (!(error instanceof MissingHere)) throw error;
    const why = `${error.message}; to bring it: ${error.remedy}`;
    console.warn(`SKIPPED: no real kernel ${series} is asked: ${why}`);
    return { why };
  }
}
