/** What libnvdimm's attributes have in common: how the kernel reads numbers, words and uuids. */

import { EBUSY, EINVAL, ERANGE, type Errno } from '../../kernel/errno.ts';
import { check, UNHEARD, type CheckPoint, type Explained } from '../../kernel/explain.ts';

const CORE = 'drivers/nvdimm/core.c';
const IS_NUMBER: CheckPoint = { file: 'lib/kstrtox.c', fn: 'kstrtoull', condition: 'what is written is a number of at most 64 bits' };
const UUID_IDLE: CheckPoint = { file: CORE, fn: 'nd_uuid_store', condition: 'no driver has the device' };
const IS_UUID: CheckPoint = { file: CORE, fn: 'nd_uuid_parse', condition: 'what is written is a uuid' };
const SIZE_IDLE: CheckPoint = { file: CORE, fn: 'nd_size_select_store', condition: 'no driver has the device' };
const SIZE_SUPPORTED: CheckPoint = { file: CORE, fn: 'nd_size_select_store', condition: 'the number is one of those supported' };

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
export function kstrtoull(text: string, listener: Explained = UNHEARD): number | Errno {
  const value = parsed(text);
  check(listener, IS_NUMBER, value >= 0, { written: text.trim().slice(0, 40) });
  return value;
}

function parsed(text: string): number | Errno {
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
export function ndUuidStore(listener: Explained, driver: string | undefined, text: string): string | Errno {
  if (!check(listener, UUID_IDLE, driver === undefined, { driver: driver ?? 'none' })) return -EBUSY;
  const uuid = uuidParse(text);
  check(listener, IS_UUID, typeof uuid === 'string', { written: text.trim().slice(0, 40) });
  return uuid;
}

/** Sizes with the present one in brackets. @kernel drivers/nvdimm/core.c: nd_size_select_show */
export function ndSizeSelectShow(current: number, supported: readonly number[]): string {
  return `${supported.map((size) => (size === current ? `[${size}] ` : `${size} `)).join('')}\n`;
}

/** @kernel drivers/nvdimm/core.c: nd_size_select_store */
export function ndSizeSelectStore(
  listener: Explained, driver: string | undefined, text: string, supported: readonly number[],
): number | Errno {
  if (!check(listener, SIZE_IDLE, driver === undefined, { driver: driver ?? 'none' })) return -EBUSY;
  const value = kstrtoull(text, listener);
  if (value < 0) return value;
  const known = supported.includes(value);
  return check(listener, SIZE_SUPPORTED, known, { written: value, supported: supported.join(' ') }) ? value : -EINVAL;
}

export const UUID_NULL = '00000000-0000-0000-0000-000000000000';
