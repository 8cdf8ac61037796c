/**
 * Records what real ndctl and a real kernel write to media: `npx tsx test/realguest/record-media.ts [RELEASE…]`,
 * with kernels named in MEMHP_KERNELS (see kernel-tree.ts); MEMHP_SCENARIO=PREFIX does a part. Writes test/nvdimm-bytes/recorded/*.json.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readBttSb } from '../../src/drivers/nvdimm/nd-btt-bytes.ts';
import { BackingFile } from './backing-file.ts';
import { Guest } from './guest.ts';
import { devicesOf, type Devices } from './guest-devices.ts';
import { kernelTrees, type KernelTree } from './kernel-tree.ts';
import { piecesOf, type MediaRecording, type RecordedBlock, type RecordedStep } from './media-recording.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const LABEL = 128 * KIB;

interface Scenario {
  readonly name: string;
  readonly size: number;
  readonly labelSize: number;
  readonly lines: readonly string[];
}

const create = 'ndctl create-namespace -r region0';
const again = (version: string): string =>
  `ndctl disable-region region0; ndctl init-labels -f -V ${version} nmem0; ndctl enable-region region0`;

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'labels-1.1',
    size: 512 * MIB + LABEL,
    labelSize: LABEL,
    lines: [
      again('1.1'),
      `${create} -m fsdax -M dev -s 64M -n first`,
      `${create} -m fsdax -M mem -s 32M`,
      `${create} -m devdax -M dev -a 4K -s 64M`,
      `${create} -m devdax -M mem -s 32M`,
      `${create} -m sector -s 64M -n blocks`,
      `${create} -m sector -l 512 -s 32M`,
      `${create} -m raw -s 16M`,
      'ndctl destroy-namespace -f namespace0.1',
      `${create} -m sector -l 4160 -s 32M`,
      'ndctl create-namespace -f -e namespace0.0 -m devdax -M dev -n changed',
      `${create} -m sector -l 520 -s 48M`,
      'ndctl disable-region region0; ndctl enable-region region0',
    ],
  },
  {
    name: 'labels-1.2',
    size: 512 * MIB + 2 * LABEL,
    labelSize: 2 * LABEL,
    lines: [
      again('1.2'),
      `${create} -m fsdax -M dev -s 64M -n first`,
      `${create} -m devdax -M mem -s 32M`,
      `${create} -m sector -s 64M`,
      `${create} -m raw -s 16M`,
      'ndctl create-namespace -f -e namespace0.0 -m fsdax -M mem',
      'ndctl destroy-namespace -f namespace0.2',
    ],
  },
  { name: 'area-2M', size: 130 * MIB, labelSize: 2 * MIB, lines: [again('1.1'), again('1.2')] },
  { name: 'area-300K', size: 130 * MIB, labelSize: 300 * KIB, lines: [again('1.1'), again('1.2')] },
  {
    name: 'no-labels',
    size: 320 * MIB,
    labelSize: 0,
    lines: [
      'ndctl create-namespace -f -e namespace0.0 -m fsdax -M dev',
      'ndctl create-namespace -f -e namespace0.0 -m devdax -M mem -a 4K',
      'ndctl create-namespace -f -e namespace0.0 -m sector',
      'ndctl create-namespace -f -e namespace0.0 -m raw',
      'ndctl disable-namespace namespace0.0; ndctl write-infoblock namespace0.0 -a 4K -O 8K -m fsdax -M dev; ndctl read-infoblock -j namespace0.0',
      'ndctl write-infoblock namespace0.0 -a 2M -O 64M -m devdax -M mem; ndctl read-infoblock -j namespace0.0',
      'ndctl write-infoblock namespace0.0 -a 16M -O 8M -m fsdax -M dev; ndctl enable-namespace namespace0.0',
      'ndctl destroy-namespace -f namespace0.0',
    ],
  },
];

function blocksOf(file: BackingFile, base: number, devices: Devices): RecordedBlock[] {
  const blocks: RecordedBlock[] = [];
  for (const [namespace, { resource, size }] of Object.entries(devices)) {
    if (!namespace.startsWith('namespace') || Number(size) === 0) continue;
    for (const at of [0, 4096]) {
      const start = Number(resource) - base + at;
      const bytes = file.read(start, 4096);
      const btt = readBttSb(bytes);
      const info = piecesOf(bytes);
      if (info.length === 0 || (at === 0 && btt === undefined)) continue;
      const hash = (offset: number, length: number): string =>
        createHash('sha256').update(file.read(start + offset, length)).digest('hex');
      const rest = btt && { log: hash(btt.logoff, btt.info2off - btt.logoff), info2: hash(btt.info2off, 4096) };
      blocks.push({ namespace, at, info, ...rest });
    }
  }
  return blocks;
}

async function record(tree: KernelTree, scenario: Scenario): Promise<MediaRecording> {
  const { size, labelSize } = scenario;
  const file = new BackingFile(size);
  const guest = await Guest.boot(tree, file.machineArgs(labelSize)).catch((error: unknown) => {
    file.remove();
    throw error;
  });
  try {
    const base = Number((await guest.run('cat /sys/bus/nd/devices/region0/resource')).output[0]);
    const ndctl = (await guest.run('ndctl --version')).output[0] ?? '';
    const steps: RecordedStep[] = [];
    for (const run of scenario.lines) {
      const { exit, output } = await guest.run(run);
      const devices = await devicesOf(guest);
      const labels = piecesOf(file.read(size - labelSize, labelSize));
      steps.push({ run, exit, output, devices, labels, blocks: blocksOf(file, base, devices) });
      console.warn(`${tree.release} ${scenario.name}: ${run}: ${exit}`);
    }
    return { kernel: tree.release, ndctl, backendSize: size, labelSize, base, steps };
  } finally {
    await guest.stop();
    file.remove();
  }
}

const wanted = process.argv.slice(2);
const only = process.env['MEMHP_SCENARIO'];
const folder = new URL('../nvdimm-bytes/recorded/', import.meta.url);
mkdirSync(folder, { recursive: true });
const trees = kernelTrees();
if (trees.length === 0) console.warn('no kernels: name folders with boot/ and lib/modules/ in MEMHP_KERNELS');
for (const tree of trees) {
  if (wanted.length > 0 && !wanted.some((release) => tree.release.startsWith(release))) continue;
  for (const scenario of SCENARIOS.filter(({ name }) => only === undefined || name.startsWith(only))) {
    const recording = await record(tree, scenario);
    const short = tree.release.split('.').slice(0, 2).join('.');
    writeFileSync(new URL(`${scenario.name}-${short}.json`, folder), `${JSON.stringify(recording, null, 1)}\n`);
  }
}
