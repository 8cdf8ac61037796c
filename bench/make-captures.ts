/**
 * Makes a folder of captured machines for `memhp audit`: /proc/iomem texts as servers have them, with RAM, persistent
 * memory, kmem, CXL windows and soft-reserved ranges at odd places, one in a hundred of them broken.
 *
 *   npx tsx bench/make-captures.ts FOLDER [COUNT]
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawer } from './made-up-machine.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

const line = (depth: number, start: number, end: number, name: string): string =>
  `${'  '.repeat(depth)}${start.toString(16).padStart(8, '0')}-${(end - 1).toString(16).padStart(8, '0')} : ${name}`;

/** One machine's /proc/iomem. */
export function madeUpIomem(draw: () => number): string {
  const lines = [
    line(0, 0, 4096, 'Reserved'), line(0, 4096, 0x9fc00, 'System RAM'), line(0, 0x9fc00, 0x100000, 'Reserved'),
  ];
  const low = 2 * GiB - (draw() % 512) * MiB - (draw() % 4) * 4096;
  lines.push(line(0, MiB, low, 'System RAM'), line(1, 16 * MiB, 32 * MiB, 'Kernel code'), line(0, 0xe0000000, 0xf0000000, 'PCI MMCONFIG 0000 [bus 00-ff]'));
  let at = 4 * GiB + (1 + (draw() % 512)) * GiB + (draw() % 8) * 64 * MiB;
  lines.push(line(0, 4 * GiB, at, 'System RAM'));
  const devices = draw() % 5;
  for (let i = 0; i < devices; i++) {
    at += (draw() % 64) * 64 * MiB;
    const size = (1 + (draw() % 1024)) * 256 * MiB + (draw() % 4) * 64 * MiB;
    const end = at + size;
    const kind = draw() % 4;
    if (kind === 0) lines.push(line(0, at, end, 'Persistent Memory'), line(1, at, end, `namespace${i}.0`));
    else if (kind === 1) {
      const data = at + Math.ceil(size / 64 / (2 * MiB)) * 2 * MiB + 2 * MiB;
      const first = Math.ceil(data / (2 * GiB)) * 2 * GiB;
      const last = Math.floor(end / (2 * GiB)) * 2 * GiB;
      lines.push(line(0, at, end, 'Persistent Memory'), line(1, at, data, `namespace${i}.0`));
      if (first < last) lines.push(line(1, first, last, `dax${i}.0`), line(2, first, last, 'System RAM (kmem)'));
    } else lines.push(line(0, at, end, kind === 2 ? `CXL Window ${i}` : 'Soft Reserved'));
    at = end;
  }
  return `${lines.join('\n')}\n`;
}

const [folder, count = '10000'] = process.argv.slice(2);
if (folder !== undefined) {
  mkdirSync(folder, { recursive: true });
  const draw = drawer(1);
  for (let i = 0; i < Number(count); i++) {
    const text = draw() % 100 === 0 ? 'nothing of a machine here\n' : madeUpIomem(draw);
    writeFileSync(join(folder, `host-${String(i).padStart(6, '0')}.iomem`), text);
  }
}
