/** No message of ours is forgotten: the sources are walked for what they can print. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MESSAGES } from '../../src/advise/explain/catalogue.ts';
import { cleanLine } from '../../src/advise/explain/clean-line.ts';
import { wordingsOf } from '../../src/advise/explain/message.ts';
import { recognise } from '../../src/advise/explain/recognise.ts';
import { literalsBelow, literalsOf, type Literal } from './source-literals.ts';

const SRC = join(import.meta.dirname, '../../src');

/** Where text stands that nobody prints as a message about memory. */
const NO_MESSAGES: readonly (readonly [what: keyof Literal, pattern: RegExp, why: string])[] = [
  ['path', /^kernel\/(?:profile\/|invariants|errno|boot-resources)/, 'tables, names of resources, our own invariants'],
  ['path', /^tools\/(?:arithmetic|cat|dmesg|find|getopt|grep|grep-pattern|human-size|line-tools|ls|printf|smartcols|test-command|text-tools|uname|unmodelled-commands|refusal|escapes|shell[\w-]*|monitor-names|read-input|process-files|echo|registry)\.ts$/, 'shell tools that have nothing to do with memory'],
  ['path', /(?:[-/]options|json-c|size)\.ts$|^tools\/(?:ndctl|daxctl|cxl)\/list\.ts$|^drivers\/(?:qemu\/(?:argument|cpu|platform)|reboot|build-machine)\.ts$/, 'help texts, formats, our own complaints about a described machine'],
  ['path', /^tools\/.*\/(?:ndctl|daxctl|cxl)\.ts$/, 'usage and help of the tools'],
  ['key', /^(?:condition|help|usage|value|label|path|cmdline|fn|device|pciAddress|unmodelled|verb|doing|done|stdout)$/, 'explanations, help, parts of sentences'],
  ['call', /^(?:NotModelled|notModelled|usage|CheckPoint|RangeError|Error|ArithmeticError|MachineDescriptionError|parseOptions|plain|BigInt|write|readLine|readKeyed|forEachBlock|grownUp|replaced|startsWith|addMemoryDriverManaged|registerAndAdd|resource|group|mapPages|memremapPages|line|parseNumber)$/, 'calls that print nothing, or parts of what others print'],
  ['text', /not modelled|memhp |^\s*(?:memaddr|requested-size|size|max-size|block-size|memdev|addr|slot|node|hotplugged|hotpluggable): |^(?:modelled are|write |leave it out|keep `|add -object|devices are|cards stand|did you mean|to load several|ndctl |cxl |daxctl )/, 'what memhp itself says, and the lines of info memory-devices'],
  ['text', /^(?:System RAM|Persistent Memory|PCI mem|CXL Window|ACPI |soft reserved|type \{|zone \{|several zones|memory holes|unmovable page|failure to isolate range|notifier failure|grow down|cur grow up|next grow up|zone mismatch|Zone mismatch|Segmentation fault|Floating point exception|info \{|-numa |block number|exit status| flags 0x200|acpi PNP0C80:\{instance|cxl_acpi ACPI0017:00: \{line\}|The alignment of the physical \w+ address$|parent_bus realized|romsize rombar|virtio-pci-bus|iommu_platform)/, 'names, reasons inside another message'],
  ['text', /whether its pages can be moved, no map tells|Try "help |^-m is given twice|^\{hex\(sized|^the memory is|attempted on region$|: allocation underrun$/, 'depends, keys of once-only messages'],
];

function isMessage(literal: Literal): boolean {
  return !NO_MESSAGES.some(([what, pattern]) => pattern.test(String(literal[what])));
}

const GAP = /\{(?:[^{}]|\{[^{}]*\})*\}/g;
/** Text without two words of its own only frames what others say. */
const TWO_WORDS = /[A-Za-z]{3,}[',.)]* [(']*[A-Za-z]{3,}/;
const FILLS = ['16', '[mem 0x1000-0x1fff]', '[mem 0x1000-0x1fff flags 0x200]', 'mapping0: 0x1000-0x1fff', '0x1000-0x1fff', '0x1000->0x1fff', 'namespaces', 'disabled', '16]', 'nd_pmem'];
const CATALOGUE_TEXT = MESSAGES.flatMap((message) => wordingsOf(message).map(({ text }) => text)).join('\n');

/** Recognised with something in its gaps, or each of its sentences is part of a wording. */
function isKnown(text: string): boolean {
  // Lines that only frame what comes below them say nothing alone.
  const lines = text.split('\n').filter((line) => /[A-Za-z]{3}/.test(line.replace(GAP, '')));
  return lines.every((line) => {
    const fills = FILLS.flatMap((odd) => [
      line.replace(GAP, odd),
      line.replace(GAP, (gap) => (/range|Range|whole|mapping|Resource/.test(gap) ? odd : '16')),
    ]);
    if (fills.some((filled) => recognise(cleanLine(filled).text) !== undefined)) return true;
    const pieces = line.split(GAP).map((piece) => piece.replace(/0x$/, '').trim());
    return pieces.filter((piece) => /[A-Za-z]{2}\S* \S*[A-Za-z]{2}/.test(piece)).every((piece) => CATALOGUE_TEXT.includes(piece)) && pieces.some((piece) => piece.length > 8);
  });
}

test.each(['kernel', 'drivers', 'tools'])('every message src/%s can print is in the catalogue', (folder) => {
  const literals = literalsBelow(SRC, folder).filter(isMessage);
  expect(literals.length).toBeGreaterThan(30);
  const unknown = literals.filter(({ text }) => TWO_WORDS.test(text.replace(GAP, '{}')) && !isKnown(text));
  expect(unknown.map(({ path, line, text }) => `${path}:${line} ${text}`)).toEqual([]);
});

test('a message nobody knows is noticed', () => {
  const [literal] = literalsOf('kernel.printk(3, `frobnicating ${hex(start)} went wrong`);', 'kernel/made-up.ts');
  expect(literal).toMatchObject({ call: 'printk', text: 'frobnicating {hex(start)} went wrong' });
  expect(isMessage(literal as Literal)).toBe(true);
  expect(isKnown((literal as Literal).text)).toBe(false);
});
