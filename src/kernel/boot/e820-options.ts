/** `mem=` and `memmap=`: how the command line edits the e820 table. */

import { MAX_ADDRESS, type PhysAddr } from '../units.ts';
import { memparse, parameq, simpleStrtoull, type CmdlineParam } from './cmdline.ts';
import * as e820 from './e820.ts';

/** What the options did besides editing the table. */
export interface E820Options {
  /** Some option changed the map: it is sorted and printed again, and must still be a map. */
  readonly userDefined: boolean;
  /** The last valid `mem=`, in bytes. @kernel max_mem_size */
  readonly memoryLimit: PhysAddr;
  /** The kernel stopped at a BUG() while it read an option. */
  readonly bug: boolean;
}

interface State {
  userDefined: boolean;
  memoryLimit: bigint | undefined;
  bug: boolean;
}

const ULLONG_MAX = (1n << 64n) - 1n;

/**
 * Applies every `mem=` and `memmap=` in the order typed. A bad form is ignored, from where it is bad.
 * @kernel arch/x86/kernel/e820.c: parse_memopt, parse_memmap_opt
 */
export function applyE820Options(table: e820.E820Table, params: readonly CmdlineParam[]): E820Options {
  const state: State = { userDefined: false, memoryLimit: undefined, bug: false };
  for (const { key, value } of params) {
    if (value === undefined || state.bug) continue;
    if (parameq(key, 'mem')) parseMemopt(table, value, state);
    else if (parameq(key, 'memmap')) for (const one of value.split(',')) parseMemmapOne(table, one, state);
  }
  const limit = state.memoryLimit;
  const memoryLimit = limit === undefined || limit > BigInt(MAX_ADDRESS) ? MAX_ADDRESS : Number(limit);
  return { userDefined: state.userDefined, memoryLimit, bug: state.bug };
}

function parseMemopt(table: e820.E820Table, text: string, state: State): void {
  if (text === 'nopentium') {
    table.say(4, 'mem=nopentium ignored! (only supported on x86_32)');
    return;
  }
  state.userDefined = true;
  const size = memparse(text).value;
  if (size === 0n) return;
  e820.e820RangeRemove(table, size, ULLONG_MAX - size, e820.E820_TYPE_RAM);
  state.memoryLimit = size;
}

/** @kernel arch/x86/kernel/e820.c: parse_memmap_one */
function parseMemmapOne(table: e820.E820Table, text: string, state: State): void {
  if (state.bug) return;
  if (text.startsWith('exactmap')) {
    table.entries = [];
    state.userDefined = true;
    return;
  }
  const size = memparse(text);
  if (size.end === 0) return;
  state.userDefined = true;
  const start = () => memparse(text, size.end + 1).value;
  switch (text[size.end]) {
    case '@':
      return e820.e820RangeAdd(table, start(), size.value, e820.E820_TYPE_RAM);
    case '#':
      return e820.e820RangeAdd(table, start(), size.value, e820.E820_TYPE_ACPI);
    case '$':
      return e820.e820RangeAdd(table, start(), size.value, e820.E820_TYPE_RESERVED);
    case '!':
      return e820.e820RangeAdd(table, start(), size.value, e820.E820_TYPE_PRAM);
    case '%':
      return convertRange(table, text, size.end + 1, size.value, state);
    default:
      e820.e820RangeRemove(table, size.value, ULLONG_MAX - size.value, e820.E820_TYPE_RAM);
  }
}

/** `nn%ss[-old][+new]`: another type for a range, or the range removed, or added. Type numbers are 32 bits wide. */
function convertRange(table: e820.E820Table, text: string, from: number, size: bigint, state: State): void {
  const start = memparse(text, from);
  let at = start.end;
  let oldType = 0;
  let newType = 0;
  if (text[at] === '-') {
    const parsed = simpleStrtoull(text, at + 1);
    oldType = Number(BigInt.asUintN(32, parsed.value));
    at = parsed.end;
  }
  if (text[at] === '+') {
    const parsed = simpleStrtoull(text, at + 1);
    newType = Number(BigInt.asUintN(32, parsed.value));
    at = parsed.end;
  }
  if (at !== text.length) return;
  if (oldType !== 0 && newType !== 0) {
    // The kernel trusts that the types differ, with BUG_ON().
    if (oldType === newType) state.bug = true;
    else e820.e820RangeUpdate(table, start.value, size, oldType, newType);
  } else if (newType !== 0) {
    e820.e820RangeAdd(table, start.value, size, newType);
  } else {
    e820.e820RangeRemove(table, start.value, size, oldType === 0 ? undefined : oldType);
  }
}
