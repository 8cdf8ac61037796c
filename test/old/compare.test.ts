/** What comparing with a recording leaves out, and what it settles from it. */

import { describe, expect, test } from 'vitest';
import { comparableLog } from '../../src/realkernel/compare.ts';
import { removableByBlock } from '../../src/realkernel/settle.ts';

describe('a WARN in the log', () => {
  const warned = [
    '------------[ cut here ]------------',
    'nd_pmem pfn1.0: Conflicting mapping in same section',
    'WARNING: CPU: 25 PID: 2966 at kernel/memremap.c:188 devm_memremap_pages+0xa4/0x440',
    'Modules linked in: nd_pmem nd_btt',
    'CPU: 25 PID: 2966 Comm: ndctl Not tainted 5.0.0 #1',
    'Hardware name: QEMU Standard PC (Q35 + ICH9, 2009)',
    'RIP: 0010:devm_memremap_pages+0xa4/0x440',
    'Code: 48 8b 7d',
    'RSP: 0018:ffffc9000124ba40 EFLAGS: 00010246',
    'RAX: 0000000000000000 RBX: 0000000000000000 RCX: 0000000000000000',
    'CR2: 0000000000000000 CR3: 0000000001e0a000 CR4: 00000000000006f0',
    'Call Trace:',
    ' <TASK>',
    ' ? pmem_attach_disk+0x1a2/0x5a0 [nd_pmem]',
    ' nd_pmem_probe+0x79/0xa0',
    ' </TASK>',
    '---[ end trace 0123456789abcdef ]---',
    'nd_pmem: probe of pfn1.0 failed with error -12',
  ];
  test('leaves its text and what follows', () => {
    expect(comparableLog(warned)).toEqual([
      'nd_pmem pfn1.0: Conflicting mapping in same section',
      'nd_pmem: probe of pfn1.0 failed with error -12',
    ]);
  });
  test('hides nothing that only looks like it', () => {
    const lines = ['Offlined Pages 32768', 'CPU0: hello', 'Code 7', ' indented', 'Conflicting mapping in same section'];
    expect(comparableLog(lines).toSorted()).toEqual(lines.toSorted());
  });
});

test('the column REMOVABLE of lsmem, by block; rows of offline blocks say nothing', () => {
  const table = [
    'RANGE                                  SIZE   STATE REMOVABLE BLOCK',
    '0x0000000000000000-0x0000000007ffffff  128M  online        no     0',
    '0x0000000008000000-0x000000001fffffff  384M  online       yes   1-3',
    '0x0000000100000000-0x0000000107ffffff  128M offline              32',
    '',
    'Memory block size:       128M',
  ];
  expect([...removableByBlock(table)]).toEqual([[0, false], [1, true], [2, true], [3, true]]);
  expect(removableByBlock(['RANGE SIZE STATE BLOCK', '0x0 1G online 0-7']).size).toBe(0);
  expect(removableByBlock([...table.slice(0, 1), '0x0 1G online yes 0-999999999']).size).toBeLessThan(100_010);
});
