/** The model's shell against recordings of busybox sh 1.35, and what it refuses to guess. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { outputLines } from '../../src/tools/command-result.ts';
import { runShell } from '../../src/tools/shell.ts';
import { NotModelled } from '../../src/tools/tool.ts';

const RECORDED = JSON.parse(readFileSync(new URL('recorded/shell.json', import.meta.url), 'utf8')) as {
  line: string;
  exit: number;
  output: string;
}[];

const machine = buildMachine({ kernel: '6.12', memory: '1G,slots=4,maxmem=8G', cmdline: '', qemu: [] });
const booted = machine.snapshot();

/** Runs a line on a machine that has just booted. */
function run(line: string): { exit: number; output: string[] } {
  machine.restore(booted);
  const { exit, output } = runShell(machine, line);
  return { exit, output };
}

function refusal(line: string): NotModelled {
  try {
    run(line);
  } catch (error) {
    if (error instanceof NotModelled) return error;
    throw error;
  }
  throw new Error(`this line was run: ${line}`);
}

describe('lines recorded with busybox sh', () => {
  test.each(RECORDED)('$line', ({ line, exit, output }) => {
    expect(run(line)).toEqual({ exit, output: outputLines(output) });
  });
});

describe('files of the model', () => {
  const MEMORY = '/sys/devices/system/memory';
  test.each([
    [`echo online > ${MEMORY}/memory99/state`, 1, [`sh: can't create ${MEMORY}/memory99/state: nonexistent directory`]],
    [`echo bogus > ${MEMORY}/memory1/state`, 1, ['sh: write error: Invalid argument']],
    [`printf bogus > ${MEMORY}/memory1/state`, 1, []],
    [`echo x > ${MEMORY}/probe`, 1, [`sh: can't create ${MEMORY}/probe: Permission denied`]],
    [`echo x > ${MEMORY}/memory1`, 1, [`sh: can't create ${MEMORY}/memory1: Is a directory`]],
    [`echo x > ${MEMORY}/block_size_bytes`, 1, [`sh: can't create ${MEMORY}/block_size_bytes: Permission denied`]],
    [`echo x > ${MEMORY}/memory1/state/x`, 1, [`sh: can't create ${MEMORY}/memory1/state/x: nonexistent directory`]],
    ['echo 1 > /proc/cmdline', 1, ['sh: write error: Input/output error']],
    [`cat ${MEMORY}/memory99/state`, 1, [`cat: can't open '${MEMORY}/memory99/state': No such file or directory`]],
    [`cat ${MEMORY}/memory1`, 1, ['cat: read error: Is a directory']],
    [`cat < ${MEMORY}/memory99/state`, 1, [`sh: can't open ${MEMORY}/memory99/state: no such file`]],
    [`cat ${MEMORY}/memory99/state 2> /dev/null || echo gone`, 0, ['gone']],
    [`cat ${MEMORY}/block_size_bytes`, 0, ['8000000']],
    [`cd ${MEMORY} && cat memory1/state ../memory/memory1/phys_index`, 0, ['online', '00000001']],
    [`cd ${MEMORY}/memory99; pwd`, 0, [`sh: cd: line 0: can't cd to ${MEMORY}/memory99: No such file or directory`, '/']],
    [`cat ${MEMORY}/memory1/node0/memory2/state`, 0, ['online']],
    [`for b in ${MEMORY}/memory[67]; do cat $b/valid_zones; done`, 0, ['DMA32', 'DMA32']],
    [`ls ${MEMORY}/memory9*`, 1, [`ls: ${MEMORY}/memory9*: No such file or directory`]],
    [`[ -d ${MEMORY}/memory1 ] && [ ! -e ${MEMORY}/memory99 ] && echo right`, 0, ['right']],
    [`: > ${MEMORY}/memory99/state; echo never`, 1, [`sh: can't create ${MEMORY}/memory99/state: nonexistent directory`]],
    ['echo "a\nb\nc" | grep -e a -e c', 0, ['a', 'c']],
    ['lsmem --summary=only | grep online', 0, ['Total online memory:       1G']],
    [`ls ${MEMORY}/memory3`, 0, 'node0 online phys_device phys_index power removable state subsystem uevent valid_zones'.split(' ')],
    ['cat /sys/devices/system/node/online /sys/devices/system/node/has_memory', 0, ['0', '0']],
    ['/bin/echo x; /opt/echo y', 127, ['x', 'sh: /opt/echo: not found']],
    ['cd /sys/devices/system/node; echo node*/memory[01]', 0, ['node0/memory0 node0/memory1']],
    ['lsmme', 127, ['sh: lsmme: not found']],
    // As a 6.12 guest answered.
    [`find ${MEMORY} -name state | head -n 3`, 0, [3, 1, 6].map((id) => `${MEMORY}/memory${id}/state`)],
    [`find ${MEMORY}/memory1 -type l`, 0, ['node0', 'subsystem'].map((name) => `${MEMORY}/memory1/${name}`)],
    [`find ${MEMORY}/memory1 -maxdepth 1 -type f | tail -n 2`, 0, ['state', 'removable'].map((name) => `${MEMORY}/memory1/${name}`)],
    [`find ${MEMORY}/nothing`, 1, [`find: ${MEMORY}/nothing: No such file or directory`]],
    [`grep -r online ${MEMORY}/memory1`, 0, [`${MEMORY}/memory1/state:online`]],
    [`grep . ${MEMORY}/memory1/* | tail -n 2`, 0, [`${MEMORY}/memory1/state:online`, `${MEMORY}/memory1/valid_zones:DMA32`]],
    [`cat ${MEMORY}/memory1/power/autosuspend_delay_ms`, 1, ['cat: read error: Input/output error']],
    [`echo offline | tee ${MEMORY}/memory0/state`, 1, ['offline', `tee: ${MEMORY}/memory0/state: I/O error`]],
    [`echo offline | tee ${MEMORY}/memory99/state`, 1, [`tee: ${MEMORY}/memory99/state: No such file or directory`, 'offline']],
    [`cat ${MEMORY}/crash_hotplug`, 0, ['0']],
    [`for i in $(seq 6 7); do cat ${MEMORY}/memory$i/state; done`, 0, ['online', 'online']],
  ])('%s', (line, exit, output) => {
    // /opt is no part of the model: what is asked there is refused below, not answered.
    if (line.includes('/opt/')) return expect(refusal(line).message).toContain('/opt');
    expect(run(line)).toEqual({ exit, output });
  });

  test('state, online and the parameters change the machine', () => {
    const line = `cd ${MEMORY}; echo 0 > memory3/online; cat memory3/state; echo online_movable > memory3/state; cat memory3/valid_zones`;
    expect(run(line)).toEqual({ exit: 0, output: ['offline', 'Movable'] });
    const policy = '/sys/module/memory_hotplug/parameters';
    expect(run(`cd ${policy}; echo auto-movable > online_policy; echo 0x10 > auto_movable_ratio; echo n > auto_movable_numa_aware; cat *`)).toEqual({
      exit: 0,
      output: ['N', '16', 'N', 'auto-movable'],
    });
    expect(run(`cd ${policy}; echo -1 > auto_movable_ratio`).output).toEqual(['sh: write error: Invalid argument']);
    expect(run(`echo Y > ${policy}/memmap_on_memory`).output).toEqual([`sh: can't create ${policy}/memmap_on_memory: Permission denied`]);
    expect(run(`echo online_kernel > ${MEMORY}/auto_online_blocks; cat ${MEMORY}/auto_online_blocks`).output).toEqual(['online_kernel']);
  });

  test('offlining kernel memory is answered, and said to depend', () => {
    machine.restore(booted);
    const result = runShell(machine, `echo offline > ${MEMORY}/memory5/state`);
    expect(result.depends.length).toBeGreaterThan(0);
    expect(result.log.map((line) => line.text)).toEqual(['Offlined Pages 32768']);
  });

  test('dmesg -c shows the log once', () => {
    expect(run('dmesg -c > /dev/null; modprobe nd_e820; dmesg').output).toEqual([]);
    expect(run('dmesg | head -n 1').output).toHaveLength(1);
  });
});

describe('what is not modelled is named, with its place', () => {
  test.each([
    ['echo $(date)', [7, 11]],
    ['echo `date`', [6, 10]],
    ['echo $((1+', [5, 8]],
    ['echo $((x=1))', [0, 13]],
    ['xargs echo', [0, 10]],
    ['find /proc/iomem -exec cat {}', [0, 29]],
    ['echo ${A:-b}', [5, 12]],
    ['echo $1', [5, 7]],
    ['sleep 1 &', [8, 9]],
    ['(echo a)', [0, 1]],
    ['while true; do echo; done', [0, 5]],
    ['f() { echo; }', [0, 2]],
    ['cat << X', [4, 6]],
    ['echo ~', [5, 6]],
    ['true; numactl -H', [6, 16]],
    ['cat /etc/fstab', [0, 14]],
    ['echo a > /tmp/x', [0, 15]],
    ['ls /sys', [0, 7]],
    ['modprobe nd_pmen', [0, 16]],
    ['cat -v /proc/iomem', [0, 18]],
    ["grep '\\(a\\)' /proc/iomem", [0, 24]],
    ['cat /sys/devices/system/memory/hard_offline_page', [0, 48]],
  ])('%s', (line, span) => {
    expect(refusal(line).span).toEqual(span);
  });

  test('hostile lines end in bounded time', () => {
    expect(() => run('a'.repeat(100_000))).toThrow(NotModelled);
    const words = Array.from({ length: 60 }, (_, i) => i).join(' ');
    const nested = `for a in ${words}; do for b in ${words}; do for c in ${words}; do echo; done; done; done`;
    expect(() => run(nested)).toThrow(/more than 20000 commands/);
    expect(() => run(`${'if true; then '.repeat(1000)}echo`)).toThrow(NotModelled);
    let doubling = 'A=xxxxxxxxxxxxxxxx';
    for (let i = 0; i < 40; i++) doubling += '; A=$A$A';
    expect(() => run(`${doubling}; echo $A`)).toThrow(NotModelled);
    expect(run(`[ ${'! '.repeat(5000)}x ]`).exit).toBe(0);
    expect(run(`cd /sys/devices/system/memory; echo ${'*a'.repeat(2000)} ${'*'.repeat(2000)}b > /dev/null`).exit).toBe(0);
    expect(() => run(`echo /sys/devices/system/node/node0${'/memory*/node0'.repeat(9)}`)).toThrow(/matches is not modelled/);
  });
});
