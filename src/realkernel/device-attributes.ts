/** Attributes of memory devices in sysfs that the model predicts: the facet `devices`, which older recordings lack. */

import { isAbsolute, posix } from 'node:path';
import type { Machine } from '../drivers/machine.ts';
import type { FileTree } from '../sysfs/file-tree.ts';
import { modelFiles } from '../sysfs/model-files.ts';

/** Attributes by the folder of the devices that have them; a folder without devices has its own. */
const PLACES: readonly { readonly folder: string; readonly ofEach: boolean; readonly names: readonly string[] }[] = [
  {
    folder: '/sys/bus/nd/devices',
    ofEach: true,
    names: [
      'align', 'alt_name', 'available_size', 'btt_seed', 'dax_seed', 'devtype', 'force_raw', 'holder', 'holder_class',
      'init_namespaces', 'mappings', 'max_available_extent', 'modalias', 'mode', 'namespace', 'namespace_seed', 'nstype',
      'numa_node', 'persistence_domain', 'pfn_seed', 'read_only', 'resource', 'sector_size', 'set_cookie', 'size',
      'supported_alignments', 'target_node', 'uuid',
    ],
  },
  {
    folder: '/sys/bus/dax/devices',
    ofEach: true,
    names: [
      'align', 'memmap_on_memory', 'modalias', 'numa_node', 'resource', 'size', 'target_node', '../dax_region/align',
      '../dax_region/available_size', '../dax_region/create', '../dax_region/id', '../dax_region/region_size',
      '../dax_region/seed',
    ],
  },
  {
    folder: '/sys/module/memory_hotplug/parameters',
    ofEach: false,
    names: ['auto_movable_numa_aware', 'auto_movable_ratio', 'memmap_on_memory', 'online_policy'],
  },
  { folder: '/sys/devices/system/memory', ofEach: false, names: ['auto_online_blocks', 'block_size_bytes'] },
];

/** A shell line that prints the attributes there are, `PATH:VALUE`. */
export const ATTRIBUTES_LINE = `grep -Hs . ${PLACES.flatMap(({ folder, ofEach, names }) =>
  names.map((name) => `${folder}/${ofEach ? '*/' : ''}${name}`),
).join(' ')}`;

/** Lines of the facet, in one order, with what is random made alike. */
export function attributeLines(printed: readonly string[]): string[] {
  return [...printed].sort();
}

/** The same of the model. */
export function modelAttributes(machine: Machine): string[] {
  const files = modelFiles(machine);
  const lines = PLACES.flatMap(({ folder, ofEach, names }) => {
    const devices = ofEach ? files.list(folder) : [''];
    if (typeof devices === 'number') return [];
    return devices.flatMap((device) => {
      const path = device === '' ? folder : `${folder}/${device}`;
      const home = resolved(files, path);
      return names.flatMap((name) => valueLines(files, posix.join(home, name), `${path}/${name}`));
    });
  });
  return attributeLines(lines);
}

function resolved(files: FileTree, path: string): string {
  const target = files.readlink(path);
  if (typeof target === 'number') return path;
  return isAbsolute(target) ? target : posix.join(posix.dirname(path), target);
}

/** As grep prints them: empty lines and unreadable files are left out. */
function valueLines(files: FileTree, real: string, shown: string): string[] {
  if (files.kind(real) !== 'file') return [];
  const text = files.read(real);
  if (typeof text === 'number') return [];
  return text.split('\n').filter((line) => line !== '').map((line) => `${shown}:${line}`);
}
