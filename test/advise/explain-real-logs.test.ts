/** Real kernel logs: every line about hotplug is classified, and a log without trouble tells no story. */

import { describe, expect, test } from 'vitest';
import { cleanLine } from '../../src/advise/explain/clean-line.ts';
import { explainText } from '../../src/advise/explain/explain.ts';
import { lookAt, recognise } from '../../src/advise/explain/recognise.ts';
import { traceLine } from '../../src/advise/explain/trace.ts';
import { bootLogs, recordedRuns } from './shared-logs.ts';

/** Lines about hotplug memory, by plain words, whatever the catalogue holds. */
const ABOUT =
  /hotplug|hot-plug|hotremove|\bpmem\d?|nvdimm|libnvdimm|\bnd_\w+|\bndbus|\bdax\d|device_dax|dax_pmem|\bkmem\b|virtio_mem|memremap|memory block|PNP0C80|acpi memory|persistent memory|persistent \(type|CFMWS|\bcxl\b|cxl_\w+|sparse|offlin(?:e|ing|ed) (?:memory|pages)|onlin(?:e|ing|ed) (?:memory|pages)|unmovable|section already|altmap|zonelists|user-defined physical/i;
/** Words of things that share a word with it, and are none: processors, file systems' journals, tools' own output, tests. */
const BESIDES =
  /^(?:#|\$|===|---|\+|CPU|Command line|Kernel command line)|CPU\d? |cpu hotplug|fs\/|\/dev\/|fstests|_scratch|MOUNT_OPTIONS|mkfs|export |runtime|slab|kmem_cache|kmemleak|\bkmem(?:_|\.)cache|Modules linked in|smpboot|QEMU emulator|xfs_|snd_|nvme|usb|ata\d|sparse(?:[_ ]read|file)|^\w{3,12} -|decoded|cxl-cli|git|commit|patch|psparse|cpu_hotplug|pci_hotplug|group 'kmem'|^(?:\[\d\] )?QEMU: |Physical machine|^Region does not span|^[0-9a-f]+-[0-9a-f]+ : (?:dax|namespace|region)\d/i;

function isClassified(raw: string): boolean {
  const { text } = cleanLine(raw);
  return text === '' || recognise(text) !== undefined || traceLine(text) !== undefined;
}

/** Lines about hotplug, and those of them nobody knows. Halves of wrapped lines go together. */
function unclassified(lines: readonly string[]): { about: number; unknown: string[] } {
  let about = 0;
  const unknown: string[] = [];
  for (const [i, raw] of lines.entries()) {
    const { text } = cleanLine(raw);
    if (!ABOUT.test(text) || BESIDES.test(text)) continue;
    about += 1;
    if (isClassified(raw)) continue;
    const next = cleanLine(lines[i + 1] ?? '').text;
    const before = cleanLine(lines[i - 1] ?? '').text;
    const joined = [`${text} ${next}`, `${before} ${text}`].some((both) => recognise(both) !== undefined);
    if (!(joined && lookAt(text).mayBegin)) unknown.push(text.slice(0, 160));
  }
  return { about, unknown };
}

/** Words of the person who sent a log about hotplug memory that does not work. */
const COMPLAINT = /(?:kmem|pmem|hmem|dax|hotplug)\b.*\bfail\w* with E[A-Z]{3,}/;

const hosts = bootLogs();
if (hosts === undefined) console.warn('SKIPPED: boot logs of real machines are not here (../shared/hosts/dmesg)');
const runs = recordedRuns();
if (runs === undefined) console.warn('SKIPPED: recordings of real kernels are not here (../shared/traces)');

describe.skipIf(hosts === undefined)('boot logs of real machines', () => {
  test('every line about hotplug is classified', () => {
    const all = (hosts ?? []).map(({ name, lines }) => ({ name, ...unclassified(lines) }));
    expect(all.reduce((sum, one) => sum + one.about, 0)).toBeGreaterThan(200);
    expect(all.flatMap(({ name, unknown }) => unknown.map((text) => `${name}: ${text}`))).toEqual([]);
  });

  test('they tell no story: they are logs of machines that boot, but for those whose sender names an error number', () => {
    const peaceful = (hosts ?? []).filter(({ lines }) => !lines.some((line) => COMPLAINT.test(line)));
    expect(peaceful.length).toBeGreaterThan(60);
    const told = peaceful.flatMap(({ name, lines }) =>
      explainText(lines.join('\n')).stories.map((story) => `${name}: ${story.id}: ${story.lines[0]?.text ?? ''}`),
    );
    expect(told).toEqual([]);
  });
});

/** Words of trouble; a step that succeeded without one of them in its log had none. */
const TROUBLE =
  /fail|error|unable|misaligned|unaligned|warn|refus|reject|conflict|cannot|could not|truncat|too small|exceed|underrun|unmovable|unusable|disabled|missing|wrong|collision|not supported|attempted|corrupt|invalid/i;

describe.skipIf(runs === undefined)('recordings of real kernels', () => {
  test('every line of their logs about hotplug is classified', () => {
    const all = (runs ?? []).map(({ name, boot_dmesg, steps }) => ({
      name,
      ...unclassified([...boot_dmesg, ...steps.flatMap((step) => step.dmesg)]),
    }));
    expect(all.reduce((sum, one) => sum + one.about, 0)).toBeGreaterThan(1000);
    expect(all.flatMap(({ name, unknown }) => unknown.map((text) => `${name}: ${text}`))).toEqual([]);
  });

  test('a step that succeeded and logged no word of trouble tells no story', () => {
    const quiet = (runs ?? []).flatMap(({ name, steps }) =>
      steps.flatMap((step, i) =>
        (step.exit ?? 0) === 0 && !step.dmesg.some((line) => TROUBLE.test(line.replace('unable to guarantee persistence', '')))
          ? [{ name: `${name} step ${i + 1}`, dmesg: step.dmesg }]
          : [],
      ),
    );
    expect(quiet.length).toBeGreaterThan(500);
    const told = quiet.flatMap(({ name, dmesg }) =>
      explainText(dmesg.join('\n')).stories.map((story) => `${name}: ${story.id}: ${story.lines[0]?.text ?? ''}`),
    );
    expect(told).toEqual([]);
  });

  test('a step that failed with a word of trouble in the kernel’s log tells one', () => {
    const failed = (runs ?? []).flatMap(({ name, steps }) =>
      steps.flatMap((step, i) =>
        step.run !== undefined && (step.exit ?? 0) !== 0 && step.dmesg.some((line) => TROUBLE.test(line.replace('unable to guarantee persistence', '')))
          ? [{ name: `${name} step ${i + 1}`, lines: [...step.dmesg, ...(step.output ?? [])] }]
          : [],
      ),
    );
    expect(failed.length).toBeGreaterThan(20);
    const silent = failed.filter(({ lines }) => explainText(lines.join('\n')).stories.length === 0);
    expect(silent.map(({ name, lines }) => `${name}: ${lines.join(' / ')}`)).toEqual([]);
  });
});
