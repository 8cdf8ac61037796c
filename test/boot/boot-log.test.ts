/** One log in every dress people send it in. The lines are our own recording of a guest. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootInputOf, parseBootLog } from '../../src/capture/boot-log.ts';
import { profileOfRelease } from '../../src/kernel/profile/profile-of-release.ts';

const LINES = [
  'Linux version 6.12.117+deb12-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1',
  'Command line: BOOT_IMAGE=/vmlinuz root=UUID=0 ro console=ttyS0 memmap=7M!0x22300000 memhp_default_state=offline quiet',
  'BIOS-provided physical RAM map:',
  'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable',
  'BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved',
  'BIOS-e820: [mem 0x0000000000100000-0x000000007ffdffff] usable',
  'BIOS-e820: [mem 0x000000007ffe0000-0x000000007fffffff] ACPI NVS',
  'BIOS-e820: [mem 0x00000000b0000000-0x00000000bfffffff] type 20',
  'BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] usable',
  'BIOS-e820: [mem 0x0000000140000000-0x000000017fffffff] persistent (type 12)',
  'BIOS-e820: [mem 0x0000000180000000-0x00000001bfffffff] soft reserved',
  'e820: remove [mem 0xb0000000-0xb0ffffff] reserved',
  'DMI: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2-debian-1.16.2-1 04/01/2014',
  'e820: update [mem 0x00000000-0x00000fff] usable ==> reserved',
  'last_pfn = 0x140000 max_arch_pfn = 0x10000000000',
  'e820: update [mem 0x7fe00000-0x7fffffff] usable ==> reserved',
  'last_pfn = 0x7fe00 max_arch_pfn = 0x10000000000',
  'SRAT: PXM 1 -> APIC 0x01 -> Node 1',
  'ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x0009ffff]',
  'ACPI: SRAT: Node 1 PXM 1 [mem 0x100000000-0x57fffffff] hotplug non-volatile',
  'e820: update [mem 0x7d000000-0x7d000fff] usable ==> reserved',
  'Zone ranges:',
  '  DMA      [mem 0x0000000000001000-0x0000000000ffffff]',
  '  Normal   empty',
  'Movable zone start for each node',
  'Early memory node ranges',
  '  node   0: [mem 0x0000000000001000-0x000000000009efff]',
  '  node   1: [mem 0x0000000100000000-0x000000013fffffff]',
  'On node 0, zone DMA: 1 pages in unavailable ranges',
  'On node 0, zone DMA: 1 pages in unavailable ranges',
  'x86/mm: Memory block size: 128MB',
  'pci_bus 0000:00: root bus resource [mem 0x140000000-0x93fffffff window]',
];

/** As a mail program folds at 72 columns: only between words. */
function fold(line: string): string {
  let rest = line;
  let folded = '';
  for (let at = rest.lastIndexOf(' ', 72); rest.length > 72 && at > 20; at = rest.lastIndexOf(' ', 72)) {
    folded += `${rest.slice(0, at)}\n`;
    rest = rest.slice(at + 1);
  }
  return folded + rest;
}

const stamp = (line: string) => `[    0.000000] ${line}`;
const DRESSES: Readonly<Record<string, (lines: readonly string[]) => string>> = {
  'dmesg': (lines) => lines.map(stamp).join('\n'),
  'carriage returns': (lines) => lines.map(stamp).join('\r\n'),
  'caller ids': (lines) => lines.map((line) => `[    0.000000][    T0] ${line}`).join('\n'),
  'caller ids apart': (lines) => lines.map((line) => `[    0.000000] [   C12] ${line}`).join('\n'),
  'raw levels': (lines) => lines.map((line) => `<6>${stamp(line)}`).join('\n'),
  'decoded levels': (lines) => lines.map((line) => `kern  :info  : ${stamp(line)}`).join('\n'),
  'wall clock': (lines) => lines.map((line) => `[Mon Jan 25 19:01:45 2021] ${line}`).join('\n'),
  'relative': (lines) => lines.map((line) => `[  +0.000012] ${line}`).join('\n'),
  'iso': (lines) => lines.map((line) => `2021-01-25T19:01:45,000123+01:00 ${line}`).join('\n'),
  'journal': (lines) => lines.map((line) => `Dec  1 10:39:28 host kernel: ${line}`).join('\n'),
  'precise journal': (lines) => lines.map((line) => `Dec 01 10:39:28.123456 host kernel: ${line}`).join('\n'),
  'full journal': (lines) => lines.map((line) => `Mon 2021-03-01 10:00:00 UTC host kernel: ${line}`).join('\n'),
  'monotonic journal': (lines) => lines.map((line) => `[    0.000000] host kernel: ${line}`).join('\n'),
  'syslog': (lines) => lines.map((line) => `2020-04-04T13:22:42.369069-05:00 host kernel: ${stamp(line)}`).join('\n'),
  'other programs between': (lines) =>
    lines.map((line) => `Dec  1 10:39:28 host kernel: ${line}\nDec  1 10:39:28 host systemd[1]: Started it.`).join('\n'),
  'quoted': (lines) => lines.map((line) => `> > ${stamp(line)}`).join('\n'),
  'indented': (lines) => lines.map((line) => `    ${stamp(line)}`).join('\n'),
  'coloured': (lines) => lines.map((line) => `\u001b[32m[    0.000000]\u001b[0m ${line}`).join('\n'),
  'no stamps': (lines) => lines.join('\n'),
  'folded': (lines) => lines.map((line) => fold(stamp(line))).join('\n'),
  'folded and quoted': (lines) =>
    lines
      .flatMap((line) => fold(stamp(line)).split('\n'))
      .map((line) => `> ${line}`)
      .join('\n'),
};

const RANGES_7 = (line: string) =>
  line
    .replace(/^BIOS-e820: (\[mem \S+\]) usable/, 'BIOS-e820: $1  System RAM')
    .replace(/^BIOS-e820: (\[mem \S+\]) reserved/, 'BIOS-e820: $1  device reserved')
    .replace('usable ==> reserved', 'System RAM ==> device reserved')
    .replace(/^(e820: remove .*) reserved/, '$1 device reserved');

describe('parseBootLog', () => {
  const plain = parseBootLog(DRESSES['dmesg']?.(LINES) ?? '');

  test('reads the machine and the results', () => expect(plain).toMatchSnapshot());

  test.each(Object.keys(DRESSES))('%s', (name) => {
    expect(parseBootLog(DRESSES[name]?.(LINES) ?? '')).toEqual(plain);
  });

  test('the words of 7.x, gaps included', () => {
    const lines = LINES.map(RANGES_7).toSpliced(6, 0, 'BIOS-e820: [gap 0x00000000000a0000-0x00000000000fffff]');
    expect(parseBootLog(lines.map(stamp).join('\n'))).toEqual(plain);
  });

  test('of two boots the first counts', () => {
    const second = LINES.map((line) => line.replace('0x000000013fffffff', '0x000000023fffffff'));
    expect(parseBootLog([...LINES, ...second].map(stamp).join('\n'))).toEqual(plain);
  });

  test('a range of unknown type is named, and not used as memory', () => {
    const log = parseBootLog('BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] sparkling');
    expect(log.notes).toEqual(['line 1: the e820 entry has no known type, taken as reserved']);
    expect(log.e820).toEqual([{ start: 0, end: 0x9fc00, type: 'reserved' }]);
  });

  test('kernels of old print exclusive ends', () => {
    const log = parseBootLog(' BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)');
    expect(log.e820).toEqual([{ start: 0, end: 0x9fc00, type: 'ram' }]);
  });

  test('alone, the input holds nothing the kernel decided', () => {
    expect(bootInputOf(plain, true)).not.toHaveProperty('reservedByBoot');
    expect(bootInputOf(plain).reservedByBoot).toEqual([{ start: 0x7fe00000, end: 0x80000000 }]);
    expect(bootInputOf(plain).reservedLate).toEqual([{ start: 0x7d000000, end: 0x7d001000 }]);
  });

  test('any text is read, quickly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom(...LINES), fc.constantFrom('[', '[mem 0x', '> ', '\n', '<6>'))),
        (parts) => void parseBootLog(parts.join('')),
      ),
    );
    const started = performance.now();
    parseBootLog('['.repeat(2_000_000));
    parseBootLog('BIOS-e820: [mem 0x'.repeat(100_000));
    parseBootLog('> '.repeat(1_000_000));
    parseBootLog(`${stamp('x')}\n${stamp('y')}\n`.repeat(20_000) + 'a b\n'.repeat(30_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('profileOfRelease', () => {
  test.each([
    ['6.12.117+deb12-amd64', undefined, '6.12', true],
    ['6.14.0-arch1-1', undefined, '6.12', false],
    ['4.15.0-76-generic', '4.15.18', '5.0', false],
    ['5.10.0-11-amd64', '5.10.92', '5.10', true],
    ['unheard of', undefined, '5.0', false],
  ])('%s', (release, stable, name, exact) => {
    const found = profileOfRelease(release, stable);
    expect([found.profile.name, found.exact]).toEqual([name, exact]);
  });

  test('a change carried back to a stable release counts there', () => {
    const messages = (release: string) => profileOfRelease(release).profile.does.logsUnavailableRanges;
    expect(['4.14.1', '4.18.0', '4.19.163', '5.4.1', '5.4.200', '5.10.1', '5.10.30', '5.10.70', '5.13.0', '5.13.9'].map(messages)).toEqual([
      'none', 'reserved', 'zeroed-section', 'zeroed', 'zeroed-section', 'zeroed-section', 'zone-totals', 'per-zone', 'zone-totals', 'per-zone',
    ]);
  });
});
