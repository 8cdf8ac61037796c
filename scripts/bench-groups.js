/** What `npm run bench` compares: within a group, every time is given as a multiple of the first variant's. */

import { join } from 'node:path';

const SIZES = [
  ['64 GiB', '64'],
  ['64 TiB', '65536'],
];

/** C first where there is a compiler: then the ratios say how far TypeScript is from it. */
function pfnValidGroups(script, baseline) {
  const groups = [];
  for (const [label, gib] of SIZES) {
    for (const mode of ['random', 'sequential']) {
      const c = (layout, name) => ({ name, command: baseline, args: [layout, gib, mode, '12'] });
      groups.push({
        title: `pfn_valid, ${label}, ${mode}`,
        sameAnswers: true,
        variants: [
          ...(baseline === undefined ? [] : [c('ours', 'C -O2, our layout'), c('kernel', 'C -O2, kernel-like layout')]),
          { name: 'TypeScript, pfnValid', ...script('pfn-valid', gib, mode) },
        ],
      });
    }
  }
  return groups;
}

/**
 * The groups, in the order they run.
 * @param {string} root the project's folder
 * @param {string | undefined} baseline the compiled C side
 */
export function benchGroups(root, baseline) {
  const script = (name, ...args) => ({
    command: process.execPath,
    args: [join(root, '.bench', 'bench', 'variants', `${name}.js`), ...args],
  });
  const main = join(root, 'dist', 'cli', 'main.js');
  const wall = (name, ...args) => ({ name, command: process.execPath, args, wallTime: true });
  return [
    ...pfnValidGroups(script, baseline),
    {
      title: 'hot-add and remove above 60 GiB',
      variants: [
        { name: '__add_pages, a section', ...script('hotplug', 'section') },
        { name: '__add_pages, a sub-section', ...script('hotplug', 'subsection') },
        { name: 'the section, somebody listening', ...script('hotplug', 'section-explained') },
        { name: 'memremap_pages, a sub-section', ...script('hotplug', 'memremap') },
        { name: 'add_memory, a section', ...script('hotplug', 'add-memory') },
      ],
    },
    {
      title: 'snapshot, change a section, restore',
      variants: [
        { name: '64 GiB', ...script('snapshot', '64') },
        { name: '64 TiB', ...script('snapshot', '65536') },
      ],
    },
    {
      title: 'playing the embedded runbook',
      variants: [
        { name: 'parse and boot', ...script('runbook', 'boot') },
        { name: 'parse, boot and play', ...script('runbook', 'play') },
      ],
    },
    {
      title: 'start of the program (wall time)',
      variants: [
        wall('node -e 0', '-e', '0'),
        { ...wall('memhp --help', main, '--help'), needs: main },
        { ...wall('memhp demo', main, 'demo'), needs: main },
      ],
    },
  ];
}
