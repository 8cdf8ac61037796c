/** A machine on the command line: `6.12,memory=1G,slots=4,maxmem=8G,cmdline=memmap=64M!0x32000000`. */

import { diagnostic, type Diagnostic } from './diagnostic.ts';
import { nearestName } from './nearest.ts';
import { shellWords } from './shell-words.ts';
import { sourceText } from './source-text.ts';
import type { FrontMatter, Spanned } from './runbook.ts';

const KEYS = ['kernel', 'arch', 'memory', 'cmdline', 'qemu'] as const;
type Key = (typeof KEYS)[number];

/** Words that continue the value before them: memory has commas of its own, and so may the rest. */
const MEMORY_WORDS: ReadonlySet<string> = new Set(['slots', 'maxmem', 'size']);

/** Whether text reads like a description rather than a file's name. */
export function looksLikeMachineSpec(text: string): boolean {
  return /^v?\d+\.\d+(,|$)/.test(text) || /^(kernel|arch|memory|cmdline|qemu)=/.test(text);
}

/**
 * Parses a description. Each `key=` begins a value that runs to the next one, so that values may hold commas;
 * a first piece without `=` is the kernel.
 */
export function parseMachineSpec(text: string, name = '--on'): { header: FrontMatter; diagnostics: Diagnostic[] } {
  const source = sourceText(name, text);
  const diagnostics: Diagnostic[] = [];
  const values: Partial<Record<Exclude<Key, 'qemu'>, Spanned<string>>> = {};
  const qemu: Spanned<string>[] = [];
  for (const piece of pieces(text)) {
    const { key, start } = piece;
    const value = text.slice(piece.valueStart, piece.end);
    const span = { start: piece.valueStart, end: piece.end };
    if (key === undefined) {
      const word = /^[^=,]*/.exec(text.slice(start))![0];
      const near = nearestName(word, KEYS);
      diagnostics.push(
        diagnostic(
          'MHP0004',
          `a machine has no \`${word}\``,
          source,
          { start, end: start + Math.max(1, word.length) },
          {
            label: near === undefined ? '' : `did you mean \`${near}=\`?`,
            help: 'write KERNEL,memory=SIZE[,slots=N,maxmem=SIZE][,cmdline=…][,qemu=…][,arch=…]',
          },
        ),
      );
    } else if (value === '') {
      const help = `write ${key}=VALUE`;
      diagnostics.push(
        diagnostic('MHP0004', `\`${key}\` has no value`, source, { start, end: piece.valueStart }, { help }),
      );
    } else if (key === 'qemu') {
      for (const word of shellWords(value)) {
        qemu.push({ value: word.text, span: { start: span.start + word.start, end: span.start + word.end } });
      }
    } else if (values[key] !== undefined) {
      diagnostics.push(
        diagnostic('MHP0004', `\`${key}\` is given twice`, source, { start, end: piece.end }, { help: 'keep one' }),
      );
    } else {
      values[key] = { value, span };
    }
  }
  return { header: { ...values, qemu, span: { start: 0, end: text.length } }, diagnostics };
}

/** Cuts the text where a known key begins. */
function pieces(text: string): { key: Key | undefined; start: number; valueStart: number; end: number }[] {
  const found: { key: Key | undefined; start: number; valueStart: number; end: number }[] = [];
  let at = 0;
  for (const part of text.split(',')) {
    const start = at;
    const end = at + part.length;
    at = end + 1;
    const word = /^\s*([A-Za-z_-]+)=/.exec(part);
    const key = KEYS.find((known) => known === word?.[1]);
    const last = found.at(-1);
    if (key !== undefined) found.push({ key, start, valueStart: start + word![0].length, end });
    else if (last === undefined && !part.includes('=')) found.push({ key: 'kernel', start, valueStart: start, end });
    else if (last?.key !== undefined && continues(last.key, word?.[1])) last.end = end;
    else found.push({ key: undefined, start, valueStart: end, end });
  }
  return found;
}

function continues(key: Key, word: string | undefined): boolean {
  if (key === 'cmdline' || key === 'qemu') return true;
  return key === 'memory' && (word === undefined || MEMORY_WORDS.has(word));
}
