/** What libnvdimm's attributes have in common: how the kernel reads numbers, words and uuids. */

import { EBUSY, EINVAL, ERANGE, type Errno } from '../../kernel/errno.ts';

/** The text as a C string: what follows a NUL is not seen. */
export function cString(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** @kernel lib/string_helpers.c: strim */
export function strim(text: string): string {
  return cString(text).replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '');
}

/** Equal but for one trailing newline. @kernel lib/string_helpers.c: sysfs_streq */
export function sysfsStreq(text: string, word: string): boolean {
  return cString(text).replace(/\n$/, '') === word;
}

/**
 * An unsigned number with base 0: decimal, 0x hexadecimal or octal, one trailing newline. −EINVAL, or −ERANGE above
 * 64 bits. Above 2^53 the result is rounded.
 * @kernel lib/kstrtox.c: kstrtoull
 */
export function kstrtoull(text: string): number | Errno {
  const match = /^\+?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))\n?$/.exec(cString(text));
  if (match === null) return -EINVAL;
  const [, hexDigits, octal, decimal] = match;
  const digits = (hexDigits ?? octal ?? decimal ?? '').replace(/^0+/, '');
  if (digits.length > 24) return -ERANGE;
  const prefix = hexDigits !== undefined ? '0x' : octal !== undefined ? '0o' : '';
  const value = BigInt(digits === '' ? '0' : prefix + digits);
  return value >= 1n << 64n ? -ERANGE : Number(value);
}

/**
 * A uuid in the kernel's own spelling, or −EINVAL. What follows the 36 characters does not matter.
 * @kernel lib/uuid.c: uuid_parse
 */
export function uuidParse(text: string): string | Errno {
  const uuid = text.slice(0, 36);
  const form = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
  return form.test(uuid) ? uuid.toLowerCase() : -EINVAL;
}

/** @kernel drivers/nvdimm/core.c: nd_uuid_store */
export function ndUuidStore(driver: string | undefined, text: string): string | Errno {
  return driver === undefined ? uuidParse(text) : -EBUSY;
}

/** Sizes with the present one in brackets. @kernel drivers/nvdimm/core.c: nd_size_select_show */
export function ndSizeSelectShow(current: number, supported: readonly number[]): string {
  return `${supported.map((size) => (size === current ? `[${size}] ` : `${size} `)).join('')}\n`;
}

/** @kernel drivers/nvdimm/core.c: nd_size_select_store */
export function ndSizeSelectStore(driver: string | undefined, text: string, supported: readonly number[]): number | Errno {
  if (driver !== undefined) return -EBUSY;
  const value = kstrtoull(text);
  if (value < 0) return value;
  return supported.includes(value) ? value : -EINVAL;
}

export const UUID_NULL = '00000000-0000-0000-0000-000000000000';
