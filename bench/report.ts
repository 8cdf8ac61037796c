/** How a variant measures itself and what it hands to scripts/bench.js. */

import { measure } from 'mitata';

/** Measures `work`, which does `operations` of its kind, and prints nanoseconds for one; the minimum of all samples. */
export async function report(work: () => number, operations: number): Promise<void> {
  const checksum = work();
  let sink = 0;
  const stats = await measure(
    () => {
      // Consumed, or the loop may be optimised away.
      sink += work();
    },
    { min_cpu_time: 400 * 1e6, min_samples: 12 },
  );
  if (Number.isNaN(sink)) throw new Error('the measured work returns numbers');
  console.log(JSON.stringify({ ns: stats.min / operations, checksum }));
}
