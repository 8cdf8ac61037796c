/** Where checks stood before functions were renamed or moved: data, so that an explanation names the kernel's own place. */

import type { CheckPoint } from '../explain.ts';
import { profileNames } from './profile.ts';

interface Move {
  /** Place in the newest kernels. */
  readonly file: string;
  readonly fn: string;
  /** Earlier places, oldest first: each holds for profiles before `before`. */
  readonly was: readonly { readonly before: string; readonly file?: string; readonly fn?: string }[];
}

const MOVES: readonly Move[] = [
  {
    file: 'mm/memory_hotplug.c',
    fn: 'offline_pages',
    // v5.11 took the inner function into the outer one.
    was: [{ before: '5.12', fn: '__offline_pages' }],
  },
  {
    file: 'mm/memremap.c',
    fn: 'pagemap_range',
    // v5.3 moved the file, v5.4 split off what needs no device, v5.10 what is done for each range.
    was: [
      { before: '5.3', file: 'kernel/memremap.c', fn: 'devm_memremap_pages' },
      { before: '5.4', fn: 'devm_memremap_pages' },
      { before: '5.10', fn: 'memremap_pages' },
    ],
  },
  {
    file: 'mm/memremap.c',
    fn: 'memremap_pages',
    was: [
      { before: '5.3', file: 'kernel/memremap.c', fn: 'devm_memremap_pages' },
      { before: '5.4', fn: 'devm_memremap_pages' },
    ],
  },
  {
    file: 'mm/sparse.c',
    fn: 'fill_subsection_map',
    was: [{ before: '5.3', fn: 'sparse_add_one_section' }, { before: '5.7', fn: 'section_activate' }],
  },
  {
    file: 'mm/sparse.c',
    fn: 'clear_subsection_map',
    was: [{ before: '5.3', fn: 'sparse_remove_one_section' }, { before: '5.7', fn: 'section_deactivate' }],
  },
  // v5.13 set the two apart, for memory that holds its own memmap.
  { file: 'drivers/base/memory.c', fn: 'memory_block_offline', was: [{ before: '5.14', fn: 'memory_block_action' }] },
  { file: 'drivers/base/memory.c', fn: 'memory_block_online', was: [{ before: '5.14', fn: 'memory_block_action' }] },
  // v5.1 brought the bus of device-dax.
  { file: 'drivers/dax/bus.c', fn: 'alloc_dax_region', was: [{ before: '5.3', file: 'drivers/dax/device.c' }] },
  {
    file: 'drivers/dax/bus.c',
    fn: 'alloc_dev_dax_range',
    was: [{ before: '5.3', file: 'drivers/dax/device.c', fn: 'devm_create_dev_dax' }],
  },
];

/** The place of a check on a kernel: its own where nothing moved. */
export function placeIn<P extends CheckPoint>(profileName: string, point: P): P {
  const move = MOVES.find(({ file, fn }) => fn === point.fn && file === point.file);
  if (move === undefined) return point;
  const names = profileNames();
  const at = names.indexOf(profileName);
  const old = move.was.find(({ before }) => at >= 0 && at < names.indexOf(before));
  return old === undefined ? point : { ...point, file: old.file ?? point.file, fn: old.fn ?? point.fn };
}
