/** What an accepted request gives and takes, in words. */

import { unitText } from './number-text.ts';
import type { Accepted } from './ask.ts';

/** `gives 256M of System RAM`, `memmap 4M`. */
export function costsOf({ before, after }: Accepted): string[] {
  const costs: string[] = [];
  const ram = after.systemRam - before.systemRam;
  const pmem = after.pmem - before.pmem;
  const memmap = after.memmap - before.memmap;
  if (ram > 0) costs.push(`gives ${unitText(ram)} of System RAM`);
  if (ram < 0) costs.push(`takes ${unitText(-ram)} of System RAM`);
  if (pmem > 0) costs.push(`gives ${unitText(pmem)} of persistent memory`);
  if (memmap > 0) costs.push(`memmap ${unitText(memmap)}`);
  return costs;
}
