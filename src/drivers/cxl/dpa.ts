/** Device physical addresses: which part of a memory device an endpoint decoder maps. */

import { EBUSY, EINVAL, ENOSPC, ENXIO, type Errno } from '../../kernel/errno.ts';
import { check, type CheckPoint } from '../../kernel/explain.ts';
import { isAligned } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { kstrtoull, sysfsStreq } from '../nvdimm/nd-attr.ts';
import { SZ_256M } from './cfmws.ts';
import {
  cardOfDecoder, CXL_CONFIG_COMMIT, decoderName, regionOfDecoder, updateDecoder, type CxlEndpointDecoder,
} from './state.ts';

const MODE_TEXT: CheckPoint = { file: 'drivers/cxl/core/port.c', fn: 'mode_store', condition: 'what is written is pmem or ram' };
const NOT_COMMITTED: CheckPoint = {
  file: 'drivers/cxl/core/hdm.c',
  fn: 'cxl_dpa_set_mode',
  condition: 'the decoder is not committed',
};
const alloc = (condition: string): CheckPoint => ({ file: 'drivers/cxl/core/hdm.c', fn: 'cxl_dpa_alloc', condition });
const OUTSIDE_REGIONS = alloc('the decoder is part of no region');
const MODE_SET = alloc('the mode is set');
const IN_ORDER = alloc('the decoders of the device get their memory in order');
const DPA_ALIGNED: CheckPoint = {
  file: 'drivers/cxl/core/port.c',
  fn: 'dpa_size_store',
  condition: 'the size is a multiple of 256 MiB',
};

const CAPACITY_THERE: CheckPoint = {
  file: 'drivers/cxl/core/hdm.c',
  fn: 'cxl_dpa_set_mode',
  condition: 'the device has memory of that kind',
};
const DECODER_IDLE: CheckPoint = {
  file: 'drivers/cxl/core/hdm.c',
  fn: 'cxl_dpa_free',
  condition: 'the decoder is part of no region, and the last of its port that has memory',
};
const ENOUGH_LEFT: CheckPoint = {
  file: 'drivers/cxl/core/hdm.c',
  fn: 'cxl_dpa_alloc',
  condition: 'the device has as much memory of that kind left',
};

function isCommitted(machine: Machine, decoder: CxlEndpointDecoder): boolean {
  return (regionOfDecoder(machine, decoderName(decoder))?.state ?? 0) >= CXL_CONFIG_COMMIT;
}

/** −EBUSY while committed, −ENXIO where the device has none of it. @kernel drivers/cxl/core/port.c: mode_store */
export function modeStore(machine: Machine, decoder: CxlEndpointDecoder, text: string): Errno {
  const mode = (['pmem', 'ram'] as const).find((word) => sysfsStreq(text, word));
  const { kernel } = machine;
  if (!check(kernel, MODE_TEXT, mode !== undefined, { written: text.trim() }) || mode === undefined) return -EINVAL;
  if (!check(kernel, NOT_COMMITTED, !isCommitted(machine, decoder), { decoder: decoderName(decoder) })) return -EBUSY;
  const card = cardOfDecoder(machine, decoder);
  const bytes = mode === 'pmem' ? card.pmemBytes : card.ramBytes;
  machine.kernel.explain?.(CAPACITY_THERE, bytes > 0, { decoder: decoderName(decoder), mode, bytes });
  if (bytes === 0) return -ENXIO;
  updateDecoder(machine, decoderName(decoder), { mode });
  return 0;
}

/** Decoders of the same endpoint that have memory; they get it, and give it back, in order. */
function allocated(machine: Machine, decoder: CxlEndpointDecoder): CxlEndpointDecoder[] {
  return machine.devices.cxl.decoders.filter((each) => each.port === decoder.port && each.dpa !== undefined);
}

/** @kernel drivers/cxl/core/hdm.c: cxl_dpa_free */
function dpaFree(machine: Machine, decoder: CxlEndpointDecoder): Errno {
  if (decoder.dpa === undefined) return 0;
  const region = regionOfDecoder(machine, decoderName(decoder));
  const isLast = allocated(machine, decoder).every((each) => each.id <= decoder.id);
  const idle = region === undefined && isLast;
  const owner = region === undefined ? 'none' : `region${region.id}`;
  machine.kernel.explain?.(DECODER_IDLE, idle, { decoder: decoderName(decoder), region: owner, isLast });
  if (!idle) return -EBUSY;
  updateDecoder(machine, decoderName(decoder), { dpa: undefined });
  return 0;
}

/** @kernel drivers/cxl/core/hdm.c: cxl_dpa_alloc */
function dpaAlloc(machine: Machine, decoder: CxlEndpointDecoder, size: number): Errno {
  const { kernel } = machine;
  const name = decoderName(decoder);
  if (!check(kernel, OUTSIDE_REGIONS, regionOfDecoder(machine, name) === undefined, { decoder: name })) return -EBUSY;
  if (!check(kernel, MODE_SET, decoder.mode !== 'none', { decoder: name })) return -EINVAL;
  const card = cardOfDecoder(machine, decoder);
  // Volatile memory comes first on a device.
  const whole = decoder.mode === 'ram'
    ? { start: 0, end: card.ramBytes }
    : { start: card.ramBytes, end: card.ramBytes + card.pmemBytes };
  const others = allocated(machine, decoder);
  const ends = others.map(({ dpa }) => dpa?.end ?? 0).filter((end) => end > whole.start && end <= whole.end);
  // Memory in front of persistent memory is skipped with its first allocation, and cannot be handed out any more.
  const isSkipped = decoder.mode === 'ram' && others.some(({ dpa }) => (dpa?.start ?? 0) >= card.ramBytes);
  const start = isSkipped ? whole.end : Math.max(whole.start, ...ends);
  const available = whole.end - start;
  machine.kernel.explain?.(ENOUGH_LEFT, size <= available, { decoder: decoderName(decoder), size, available });
  if (size > available) return -ENOSPC;
  const next = Math.max(-1, ...others.map(({ id }) => id)) + 1;
  if (!check(kernel, IN_ORDER, next === decoder.id, { decoder: name, next })) return -EBUSY;
  updateDecoder(machine, decoderName(decoder), { dpa: { start, end: start + size } });
  return 0;
}

/**
 * Gives back what the decoder has and allocates anew, in units of 256 MiB: −EBUSY out of order or in a region, −ENOSPC
 * beyond what is left.
 * @kernel drivers/cxl/core/port.c: dpa_size_store
 */
export function dpaSizeStore(machine: Machine, decoder: CxlEndpointDecoder, text: string): Errno {
  const size = kstrtoull(text, machine.kernel);
  if (size < 0) return size;
  if (!check(machine.kernel, DPA_ALIGNED, isAligned(size, SZ_256M), { size })) return -EINVAL;
  const error = dpaFree(machine, decoder);
  if (error !== 0 || size === 0) return error;
  return dpaAlloc(machine, { ...decoder, dpa: undefined }, size);
}
