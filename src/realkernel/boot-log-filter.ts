/** Which lines of a boot log recordings keep. */

/** Words of lines that tell of memory, its zones, its nodes and who is given it; chosen as the first recordings were. */
const KEPT = new RegExp(
  [
    '\\[mem ', 'e820', 'memmap', 'kernelcore', 'movablecore=\\d+%', 'user-defined', 'last_pfn', 'SRAT', 'NUMA: Node',
    'NODE_DATA', 'Faking a node', '^ +node +\\d', 'memory node', 'Initmem', 'On node \\d+, zone', 'Zone ranges',
    '^ +(DMA|DMA32|Normal) ', 'Movable zone', 'Policy zone', 'emory block', 'Hotplug', 'Memory hotplug', 'DMA',
    'attempted on mixed', 'memremap', 'nd_pmem', 'print_node',
  ].join('|'),
);

/** The lines that recordings keep. */
export function memoryLines(log: readonly string[]): string[] {
  return log.filter((line) => KEPT.test(line));
}
