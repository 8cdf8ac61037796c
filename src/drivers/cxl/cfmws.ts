/** CXL Fixed Memory Windows: how the kernel checks them, what it advises, and what memory blocks cannot hold of them. */

import { EINVAL, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { alignDown, alignUp, hex, isAligned, MiB, type ByteRange } from '../../kernel/units.ts';
import { rangeOfWindow, type CxlWindow } from './platform.ts';

/** Windows and regions come in this. */
export const SZ_256M = 256 * MiB;

const WINDOW_VALID: CheckPoint = {
  file: 'drivers/cxl/acpi.c',
  fn: 'cxl_acpi_cfmws_verify',
  condition: 'arithmetic and interleave are known, base and size are multiples of 256 MiB',
};

/** Ways by their encoding; undefined for one that means nothing. @kernel drivers/cxl/cxl.h: eiw_to_ways */
export function eiwToWays(encoded: number): number | undefined {
  if (encoded <= 4) return 2 ** encoded;
  return encoded >= 8 && encoded <= 10 ? 3 * 2 ** (encoded - 8) : undefined;
}

/** @kernel drivers/cxl/cxl.h: ways_to_eiw */
export function isWays(ways: number): boolean {
  return [1, 2, 4, 8, 16, 3, 6, 12].includes(ways);
}

/** @kernel drivers/cxl/cxl.h: granularity_to_eig */
export function isGranularity(bytes: number): boolean {
  return [256, 512, 1024, 2048, 4096, 8192, 16384].includes(bytes);
}

export function windowGranularity(window: CxlWindow): number {
  // With one way granularity does not matter; the least one stands for all.
  return eiwToWays(window.encodedWays) === 1 ? 256 : 256 * 2 ** window.encodedGranularity;
}

/** What is wrong with a window, in the kernel's words and order, or undefined. @kernel drivers/cxl/acpi.c: cxl_acpi_cfmws_verify */
function fault(kernel: Kernel, window: CxlWindow): string | undefined {
  const { cxlXorArithmetic } = kernel.profile.does;
  if (window.arithmetic !== 0 && !(cxlXorArithmetic && window.arithmetic === 1)) {
    return cxlXorArithmetic
      ? `CFMWS Unknown Interleave Arithmetic: ${window.arithmetic}`
      : 'CFMWS Unsupported Interleave Arithmetic';
  }
  if (!isAligned(window.base, SZ_256M)) return 'CFMWS Base HPA not 256MB aligned';
  if (!isAligned(window.size, SZ_256M)) return 'CFMWS Window Size not 256MB aligned';
  const ways = eiwToWays(window.encodedWays);
  if (ways === undefined) return `CFMWS Interleave Ways (${window.encodedWays}) invalid`;
  const length = 36 + 4 * window.targets.length;
  const expected = 36 + 4 * ways;
  return length < expected ? `CFMWS length ${length} less than expected ${expected}` : undefined;
}

/** Checks a window; a bad one is logged and −EINVAL, and the others go on. @kernel drivers/cxl/acpi.c: cxl_parse_cfmws */
export function cfmwsVerify(kernel: Kernel, window: CxlWindow): Errno {
  const text = fault(kernel, window);
  kernel.explain?.(WINDOW_VALID, text === undefined, { base: window.base, size: window.size, fault: text ?? 'none' });
  if (text === undefined) return 0;
  const { start, end } = rangeOfWindow(window);
  const failed = kernel.profile.does.cxlXorArithmetic
    ? `Failed to add decode range: [${hex(start)} - ${hex(end - 1)}] (${-EINVAL})`
    : `CFMWS range ${hex(start)}-${hex(end - 1)} not registered`;
  for (const line of [text, failed]) kernel.printk(3, `cxl_acpi ACPI0017:00: ${line}`);
  return -EINVAL;
}

/** The largest power of two that divides both bounds. */
function commonAlignment({ start, end }: ByteRange): number {
  let unit = 1;
  while (isAligned(start, unit * 2) && isAligned(end, unit * 2) && unit < end) unit *= 2;
  return unit;
}

/**
 * The largest memory block that every window begins and ends with, for kernels that ask. A window below 256 MiB of
 * alignment breaks the specification and advises nothing; without advice undefined.
 * @kernel drivers/acpi/numa/srat.c: acpi_parse_cfmws
 * Since Linux ("acpi,srat: give memory block size advice based on CFMWS alignment") (v6.15); before it, nobody advised.
 */
export function advisedBlockSize(windows: readonly CxlWindow[]): number | undefined {
  const sizes = windows.map((window) => commonAlignment(rangeOfWindow(window))).filter((size) => size >= SZ_256M);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
}

/** What of a range whole memory blocks cannot hold, in bytes, in front and behind. */
export function blockRoundingLoss({ start, end }: ByteRange, blockSize: number): { front: number; back: number } {
  const first = alignUp(start, blockSize);
  const last = alignDown(end, blockSize);
  if (first >= last) return { front: end - start, back: 0 };
  return { front: first - start, back: end - last };
}
