/** `memhp compare`: the matrix, the change behind a flip, policies, the curve of losses. */

import { describe, expect, test } from 'vitest';
import { compareRunbook, compareStatus, neighbours, type Comparison } from '../../src/advise/compare/compare.ts';
import { policyCurve } from '../../src/advise/compare/loss-curve.ts';
import { curveRow, type CurveSpec } from '../../src/advise/compare/curve-world.ts';
import { allSets, profileDelta, releasesBetween } from '../../src/advise/compare/profile-delta.ts';
import { builderOf, variantsOf, type Axes } from '../../src/advise/compare/variant.ts';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { violations } from '../../src/kernel/invariants.ts';
import { POLICY_NAMES, type PolicyName } from '../../src/kernel/profile/policies.ts';
import { profileNames, resolveProfile } from '../../src/kernel/profile/profile.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import { EXAMPLES } from '../../src/runbook/examples.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';
import { renderCurvesSvg } from '../../src/view/curve-svg.ts';
import { renderCurves } from '../../src/view/curve-text.ts';
import { runMain } from '../cli/run-main.ts';

function comparison(text: string, axes: Axes): Comparison {
  const { book } = parseRunbook(text, 'a runbook');
  const found = compareRunbook(book, variantsOf(axes), builderOf(book.source, book.header));
  if (!('played' in found)) throw new Error(found[0]?.message);
  return found;
}

describe('what lies between two kernels', () => {
  test('laid over the first, all of it makes the second', () => {
    for (const [from, to] of [['5.0', '6.12'], ['6.12', '5.0'], ['6.1', '6.12'], ['6.12', '6.15']] as const) {
      const [a, b] = [resolveProfile(from), resolveProfile(to)];
      const whole = resolveProfile(from, 'x86_64', { behaviours: allSets(profileDelta(a, b)) });
      expect(whole.does).toEqual(b.does);
      expect(whole.verified).toBe(false);
    }
  });

  test('the way from one release to another begins and ends there', () => {
    for (const from of profileNames()) {
      for (const to of profileNames()) {
        const way = releasesBetween(from, to);
        expect([way[0], way.at(-1)]).toEqual([from, to]);
        expect(new Set(way).size).toBe(way.length);
      }
    }
  });
});

describe('flips and their causes', () => {
  test('the thread’s namespaces work since sub-sections', () => {
    const found = comparison(EXAMPLES['thread']!, { kernel: ['5.0', '6.12'] });
    const [flip] = found.flips.filter(({ depth }) => depth === 'verdict');
    expect(found.book.commands[flip!.index]!.text).toBe('ndctl enable-namespace all');
    expect(flip?.cause).toMatchObject({ from: '5.0', to: '5.3', how: 'alone' });
    // The reference: ba72b4c8cf60, merged for 5.3.
    expect(flip?.cause?.changes.map(({ subject }) => subject)).toEqual(['mm/sparsemem: support sub-section hotplug (ba72b4c8cf60)']);
    expect(compareStatus(found)).toBe(1);
  });

  test('the same everywhere has no flips and status 0', () => {
    const found = comparison('---\nmemory: 1G\n---\n$ cat /sys/devices/system/memory/block_size_bytes\n', { kernel: ['5.0', '6.12'] });
    expect(found.flips).toEqual([]);
    expect(compareStatus(found)).toBe(0);
  });

  test('a parameter flips an outcome too, and names no kernel change', () => {
    const text = '---\nkernel: "6.12"\nmemory: 1G\n---\n$ ls /sys/devices/system/memory/memory9\n';
    const found = comparison(text, { kernel: ['6.12'], memory: ['1G', '2G'] });
    expect(found.flips.map(({ axis, depth, cause }) => [axis, depth, cause])).toEqual([['memory', 'verdict', undefined]]);
  });

  test('neighbours differ in one axis', () => {
    const variants = variantsOf({ kernel: ['5.0', '6.1', '6.12'], policy: ['pad', 'hole'] });
    expect(neighbours(variants)).toHaveLength(2 * 2 + 3);
  });
});

describe('policies', () => {
  const description = { kernel: '6.12', memory: '1G,slots=4,maxmem=8G', cmdline: 'memmap=64M!0x32000000', qemu: [] };

  test('no kernel has one unless it is named, and then says so', () => {
    for (const name of profileNames()) {
      const { does, release } = resolveProfile(name);
      expect([does.memoryBlocks, does.hidesSharedRam]).toEqual(['fixed', false]);
      expect(release).not.toMatch(/\+(?:pad|hole|sections|sub-sections|variable-blocks|what-if)$/);
    }
    const machine = buildMachine({ ...description, whatIf: { policy: 'hole' } });
    expect(runShell(machine, 'uname -r').output).toEqual(['6.12.117+deb12-amd64+hole']);
    expect(machine.kernel.profile.verified).toBe(false);
  });

  test('sub-sections on 6.12 are 6.12', () =>
    expect(resolveProfile('6.12', 'x86_64', { policy: 'sub-sections' }).does).toEqual(resolveProfile('6.12').does));

  // The invariants speak of sub-sections: where a section has one owner they say nothing.
  test.each(['sub-sections', 'variable-blocks'] as const)('%s keeps the memory core in order', (policy) => {
    const machine = buildMachine({ ...description, whatIf: { policy } });
    runShell(machine, 'modprobe -a nd_e820 nd_pmem dax_pmem device_dax kmem');
    runMonitor(machine, 'object_add memory-backend-ram,id=m1,size=256M');
    runMonitor(machine, 'device_add pc-dimm,id=d1,memdev=m1');
    expect(violations(machine.kernel)).toEqual([]);
  });

  test('variable blocks: DIMMs of 192 MiB come, go offline and leave as one block each', () => {
    const machine = buildMachine({ ...description, whatIf: { policy: 'variable-blocks' } });
    const before = machine.kernel.blocks.runs();
    for (const nr of [1, 2]) {
      runMonitor(machine, `object_add memory-backend-ram,id=m${nr},size=192M`);
      expect(runMonitor(machine, `device_add pc-dimm,id=d${nr},memdev=m${nr}`)).toMatchObject({ output: [] });
    }
    const ids = [...machine.kernel.blocks.ids()].slice(-2);
    expect(ids.map((id) => machine.kernel.blocks.span(id)!).map(({ startPfn, endPfn }) => endPfn - startPfn)).toEqual([49152, 49152]);
    machine.kernel.unmovable = () => false;
    for (const id of ids) expect(runShell(machine, `echo offline > /sys/devices/system/memory/memory${id}/state`).exit).toBe(0);
    for (const nr of [1, 2]) runMonitor(machine, `device_del d${nr}`);
    expect(machine.kernel.blocks.runs()).toEqual(before);
  });
});

describe('loss over unaligned devices', () => {
  const spec: CurveSpec = { kernel: '6.12', devices: 6, sizeBytes: GiB, offsetBytes: 64 * MiB, between: 'devices' };
  const last = (policy: PolicyName, more: Partial<CurveSpec> = {}, use: 'device' | 'ram' = 'device') => {
    const curve = policyCurve({ ...spec, ...more }, policy, use);
    return { ...curve, lost: curve.points.at(-1)!.lostBytes / MiB };
  };
  // 2 MiB of each device are its info block; what a section's owner gives up is worked out by hand.
  test('sub-sections lose the info blocks only', () => expect(last('sub-sections').lost).toBe(6 * 2));
  test('padding gives up a section for each device', () => expect(last('pad').lost).toBe(6 * (2 + 128)));
  test('whole sections refuse every other device, the first as RAM shares its section', () => {
    expect(last('sections')).toMatchObject({ firstFailure: 1 });
    // The last one shares its section with RAM as well.
    expect(last('sections').failures).toBe(4);
  });
  test('hiding the RAM leaves the collisions of devices with each other', () => {
    const { lost, failures, firstFailure } = last('hole');
    // RAM: 64 MiB in front, 64 MiB behind.
    expect({ lost, failures, firstFailure }).toEqual({ lost: 3 * GiB / MiB + 3 * 2 + 128, failures: 3, firstFailure: 2 });
  });
  test('with RAM between them hiding costs what padding costs', () => {
    const row = { between: 'ram' } as const;
    expect(last('hole', row).lost).toBe(last('pad', row).lost);
  });
  test('as System RAM every block-aligned policy loses a block’s worth each, variable blocks nothing', () => {
    expect(last('sub-sections', {}, 'ram').lost).toBe(6 * 128);
    expect(last('variable-blocks', {}, 'ram').lost).toBe(6 * 2);
  });
  test('curves never fall, and the total is all of the row', () => {
    for (const policy of POLICY_NAMES) {
      const { points } = policyCurve({ ...spec, devices: 3, between: 'ram' }, policy, 'device');
      const lost = points.map((point) => point.lostBytes);
      expect(lost).toEqual(lost.toSorted((a, b) => a - b));
      const row = curveRow({ ...spec, devices: 3, between: 'ram' });
      const total = row.flatMap(({ device, ram }) => [device, ...ram]).reduce((sum, { start, end }) => sum + end - start, 0);
      expect(points.at(-1)!.totalBytes).toBe(total);
    }
  });

  test('drawings escape what they are given and fit', () => {
    const curves = [
      { letter: 'a', label: '<script>', points: [{ x: 1, bytes: GiB }, { x: 9, bytes: 3 * GiB }] },
      { letter: 'b', label: 'b', points: [{ x: 1, bytes: 0 }, { x: 9, bytes: 0 }] },
    ];
    const titles = { title: 'a & b', across: 'devices' };
    expect(renderCurvesSvg(curves, titles)).not.toMatch(/<script>|a & b/);
    for (const width of [40, 80, 120]) {
      for (const line of renderCurves(curves, titles, { width })) expect(line.length).toBeLessThanOrEqual(width);
    }
  });
});

describe('the program', () => {
  test('prints a matrix and the cause', async () => {
    const { status, stdout } = await runMain(80, 'compare', 'thread', '--map', 'none');
    expect(status).toBe(1);
    expect(stdout).toMatch(/31\*ndctl enable-namespace all +refused +ok +ok/);
    expect(stdout).toContain('mm/sparsemem: support sub-section hotplug (ba72b4c8cf60), v5.3');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
  test.each([
    [['compare'], 'nothing to compare'],
    [['compare', 'thread', '--kernel', '6.13'], 'no kernel `6.13`'],
    [['compare', 'thread', '--policy', 'padd'], 'did you mean `pad`?'],
    [['compare', 'thread', '--with', 'memory=1G|x'], 'memory=x'],
    [['compare', 'thread', '--with', 'colour=red'], 'cannot be varied'],
    [['compare', 'thread', '--kernel', 'all', '--policy', 'all'], 'at most 64'],
    [['compare', '--curve', '0'], 'no number of devices'],
    [['compare', '--curve', '3', '--kernel', '5.0,6.12'], 'on one kernel'],
  ])('%s is refused', async (args, message) => {
    const { status, stderr } = await runMain(80, ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
