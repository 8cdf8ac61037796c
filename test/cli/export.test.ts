/** `memhp export`: what real tools read there is what the model says. */

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { exportTree, ExportError, MOST_ENTRIES } from '../../src/cli/export-tree.ts';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { directory, dynamicDirectory, readOnly } from '../../src/sysfs/entries.ts';
import { EntryTree } from '../../src/sysfs/entry-tree.ts';
import { modelFiles } from '../../src/sysfs/model-files.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';
import { Dice } from '../tools/random-trees.ts';
import { runMain } from './run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'memhp-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let names = 0;
const fresh = (): string => join(folder, `m${names++}`);

/** A machine with DIMMs, virtio-mem and blocks in states of chance. */
function randomMachine(dice: Dice): Machine {
  const kernel = dice.pick(['6.12', '6.1', '5.15', '5.0']);
  const state = dice.pick(['offline', 'online', 'online_movable']);
  const memory = `${dice.pick([512, 1000, 2048, 5000])}M,slots=4,maxmem=16G`;
  const block = dice.pick(['2M', '128M', '256M']);
  const virtio = kernel.startsWith('6')
    ? ['-object', 'memory-backend-ram,id=b,size=2G', '-device', `virtio-mem-pci,id=v,memdev=b,block-size=${block}`]
    : [];
  const machine = buildMachine({
    kernel,
    memory,
    cmdline: `memhp_default_state=${state}`,
    qemu: ['-M', 'q35,nvdimm=on', ...virtio],
  });
  machine.kernel.unmovable = (block) => block % 3 === 0;
  if (virtio.length > 0) runShell(machine, 'modprobe virtio_pci; modprobe virtio_mem');
  for (let step = 0; step < 12; step++) {
    const kind = dice.below(3);
    if (kind === 0) {
      runMonitor(machine, `object_add memory-backend-ram,id=m${step},size=${dice.pick(['128M', '256M', '512M'])}`);
      runMonitor(machine, `device_add pc-dimm,id=d${step},memdev=m${step}`);
    } else if (kind === 1 && virtio.length > 0) {
      runMonitor(machine, `qom-set v requested-size ${dice.below(9) * 256}M`);
    } else {
      const ids = [...machine.kernel.blocks.ids()];
      const id = ids[dice.below(ids.length)];
      runShell(
        machine,
        `echo ${dice.pick(['online', 'offline', 'online_movable'])} > /sys/devices/system/memory/memory${id}/state`,
      );
    }
  }
  return machine;
}

const hasLsmem = (spawnSync('lsmem', ['--version'], { encoding: 'utf8' }).stdout ?? '').includes('2.38.1');
if (!hasLsmem) console.warn('SKIPPED: the real lsmem on exported machines: util-linux 2.38.1 is not installed here');

test.skipIf(!hasLsmem)('the real lsmem prints of an export what the model prints', { timeout: 120_000 }, () => {
  const seed = 11;
  const dice = new Dice(seed);
  const root = fresh();
  const seen = new Set<string>();
  for (let i = 0; i < 12; i++) {
    const machine = randomMachine(dice);
    exportTree(modelFiles(machine), root, i > 0);
    for (const args of [
      '',
      '-a',
      '-J -b',
      '-o RANGE,STATE,NODE,ZONES,BLOCK',
      '-S ZONES -o ZONES,SIZE',
      '-P -a -o+NODE',
      '--summary=only',
    ]) {
      const real = spawnSync('lsmem', ['--sysroot', root, ...args.split(' ').filter((word) => word !== '')], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
      });
      const own = runShell(machine, `lsmem ${args}`);
      const lines = (real.stdout + real.stderr).split('\n');
      if (lines.at(-1) === '') lines.pop();
      expect(own.output, `seed ${seed}, machine ${i}: lsmem ${args}`).toEqual(lines);
      expect(own.exit).toBe(real.status);
      seen.add(lines.join('\n'));
    }
  }
  expect(seen.size).toBeGreaterThan(50);
});

describe('a written tree', () => {
  const machine = buildMachine({ kernel: '6.12', memory: '1G,slots=2,maxmem=4G', cmdline: '', qemu: [] });
  const root = fresh();
  const count = exportTree(modelFiles(machine), root, false);

  test('holds what reads give, and links', () => {
    expect(readFileSync(join(root, 'proc/iomem'), 'utf8')).toBe(
      runShell(machine, 'cat /proc/iomem')
        .output.map((line) => `${line}\n`)
        .join(''),
    );
    expect(readlinkSync(join(root, 'sys/devices/system/memory/memory3/node0'))).toBe('../../node/node0');
    expect(readFileSync(join(root, 'sys/devices/system/memory/memory3/node0/memory3/state'), 'utf8')).toBe('online\n');
    expect(count.files).toBeGreaterThan(40);
  });

  test('leaves out what the model knows no more of than its name', () => {
    expect(existsSync(join(root, 'sys/devices/system/memory/hard_offline_page'))).toBe(false);
    expect(existsSync(join(root, 'sys/devices/system/memory/soft_offline_page'))).toBe(false);
  });

  test('leaves nothing beside it', () =>
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]));
});

describe('refusals', () => {
  const small = new EntryTree(directory({ proc: directory({ x: readOnly(() => '1\n') }), sys: directory({}) }));

  test('a folder that is not empty; --force replaces proc and sys and nothing else', () => {
    const root = fresh();
    mkdirSync(join(root, 'proc'), { recursive: true });
    writeFileSync(join(root, 'proc/old'), '');
    writeFileSync(join(root, 'mine'), 'mine');
    expect(() => exportTree(small, root, false)).toThrow(ExportError);
    expect(readdirSync(root)).toEqual(['mine', 'proc']);
    exportTree(small, root, true);
    expect(readdirSync(root)).toEqual(['mine', 'proc', 'sys']);
    expect(readdirSync(join(root, 'proc'))).toEqual(['x']);
  });

  test('an empty folder, and one behind a link, are written', () => {
    const root = fresh();
    mkdirSync(root);
    symlinkSync(root, `${root}-link`);
    exportTree(small, `${root}-link`, false);
    expect(readdirSync(root)).toEqual(['proc', 'sys']);
  });

  test('a file, a folder in nowhere, the root folder', () => {
    const file = fresh();
    writeFileSync(file, '');
    expect(() => exportTree(small, file, true)).toThrow('is not a folder');
    expect(() => exportTree(small, join(fresh(), 'deep'), true)).toThrow('there is no folder');
    expect(() => exportTree(small, '/', true)).toThrow("this machine's own");
  });

  test('more files than a file system should be filled with: nothing is written', () => {
    const many = Array.from({ length: MOST_ENTRIES + 1 }, (_, i) => `f${i}`);
    const huge = dynamicDirectory(
      directory({}),
      () => many,
      () => readOnly(() => ''),
    );
    const root = fresh();
    expect(() => exportTree(new EntryTree(directory({ proc: huge })), root, false)).toThrow('nothing was written');
    expect(existsSync(root)).toBe(false);
  });
});

describe('the command', () => {
  test('plays what is asked for, then writes', async () => {
    const root = fresh();
    const typed = ['--on', '6.12,memory=1G', '-c', 'echo offline > /sys/devices/system/memory/memory6/state'];
    const { status, stdout, stderr } = await runMain(80, 'export', '--sysfs', root, ...typed);
    // Whether the pages of boot memory can be moved, no map tells.
    expect([status, stderr]).toEqual([64, `read them with: lsmem --sysroot ${root}\n`]);
    expect(stdout).toMatch(/^wrote \d+ files, \d+ links and \d+ directories below /);
    expect(readFileSync(join(root, 'sys/devices/system/memory/memory6/state'), 'utf8')).toBe('offline\n');
  });

  test('says it as JSON', async () => {
    const root = fresh();
    const { status, stdout } = await runMain(80, 'export', '--sysfs', root, '--on', '6.1,memory=1G', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'memhp/export/1', folder: root });
  });

  const bad: [string[], string][] = [
    [[], 'it is not said where to write'],
    [['--sysfs', join(folder, 'none')], 'there is no machine to export'],
    [['--sysfs', join(folder, 'none'), '--on', '6.12,memory=1G', '-c', ''], 'a command given with -c is empty'],
    [['--sysfs', join(folder, 'none'), 'a.md', '-c', 'true'], '-c and a runbook exclude each other'],
    [['--sysfs', join(folder, 'none'), '--on', 'nothing'], 'is neither a file, an example nor a description'],
    [['--sysfs', join(folder, 'none'), '--on', '6.12,memory=1G', '-c', '(qemu) savevm'], 'not modelled'],
    [['--sysfs', folder, '--on', '6.12,memory=1G'], 'is not empty'],
  ];
  test.each(bad)('refuses %j', async (args, message) => {
    const { status, stdout, stderr } = await runMain(80, 'export', ...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});
