/** Reads /proc/iomem text into a tree, clean from a machine or dirty from a mail. */

import { CaptureError, NoteList, shown } from './capture-error.ts';
import type { CapturedResource, IomemCapture } from './captured-machine.ts';
import type { IomemLine } from './iomem-line.ts';
import { readIomemLines, type NumberedLine } from './iomem-lines.ts';

/** Deepest nesting kept; real trees have fewer than ten levels. */
const MAX_DEPTH = 32;

interface Open {
  readonly resource: CapturedResource;
  readonly indent: number;
}

/**
 * Reads /proc/iomem text.
 *
 * A child always lies inside its parent and siblings are disjoint, so containment alone gives the tree; indentation,
 * which mail clients change and the kernel stops at five levels, is not needed. What is not understood becomes a note.
 * @throws CaptureError when not one line can be used. Cost is linear in the text, times the depth of the tree.
 */
export function parseIomem(text: string, sourceName: string): IomemCapture {
  const notes = new NoteList();
  const lines = readIomemLines(text, sourceName, notes);
  if (lines.length === 0) throw nothingUsable(text, sourceName, notes);
  const masked = lines.every(({ line }) => line.start === 0 && line.last === 0);
  if (masked) {
    notes.add({
      code: 'masked',
      source: sourceName,
      line: (lines[0] as NumberedLine).number,
      text: 'every address is zero: /proc/iomem was read without CAP_SYS_ADMIN, which hides addresses; read it as root',
    });
    return { roots: maskedTree(lines), lines: lines.length, masked, notes: notes.all(sourceName) };
  }
  const roots: CapturedResource[] = [];
  const open: Open[] = [];
  const indented = new Set(lines.slice(0, 1000).map(({ line }) => line.indent)).size > 1;
  let used = 0;
  let deep = false;
  for (const { line, number } of lines) {
    const [startColumn, lastColumn] = line.columns;
    if (line.remark !== undefined) {
      notes.add({
        code: 'remark',
        source: sourceName,
        line: number,
        text: `\`${shown(line.remark)}\` is taken as a remark`,
      });
    }
    if (line.last < line.start && !isEmptyRange(line)) {
      const text =
        `the range ends (${line.digits[1]}) before it starts (${line.digits[0]}); the line is left ` +
        `out${lostDigit(line)}`;
      notes.add({ code: 'inverted', source: sourceName, line: number, column: lastColumn, text });
      continue;
    }
    used += 1;
    // The kernel prints an empty resource as one that ends just before its start: nothing to place.
    if (line.last < line.start) continue;
    const resource: CapturedResource = {
      name: line.name,
      start: line.start,
      end: line.last + 1,
      line: number,
      children: [],
    };
    while (open.length > 0 && !contains((open.at(-1) as Open).resource, resource)) open.pop();
    // Several maps in one text: the same range again, as far left as the root it would lie in, starts over.
    const root = open[0];
    if (indented && root !== undefined && line.indent <= root.indent && isSame(root.resource, resource))
      open.length = 0;
    let cut = false;
    if (open.length >= MAX_DEPTH) {
      if (!deep)
        notes.add({
          code: 'too-deep',
          source: sourceName,
          line: number,
          text: `nested deeper than ${MAX_DEPTH} levels: taken as lying beside its parent`,
        });
      deep = true;
      open.pop();
      cut = true;
    }
    const siblings = open.at(-1)?.resource.children ?? roots;
    const before = siblings.at(-1);
    if (!cut && before !== undefined && before.end > resource.start) {
      const overlap = before.start < resource.end;
      const what = isSame(before, resource) ? 'has the range' : overlap ? 'overlaps' : 'stands after';
      const end = overlap ? '; a resource tree never holds both, the first counts' : ', which has the higher address';
      notes.add({
        code: overlap ? 'overlap' : 'order',
        source: sourceName,
        line: number,
        column: startColumn,
        text:
          `\`${shown(resource.name)}\` ${what} ` +
          `${what === 'has the range' ? 'of ' : ''}\`${shown(before.name)}\` of line ` +
          `${before.line}${end}`,
      });
    }
    siblings.push(resource);
    open.push({ resource, indent: line.indent });
  }
  if (used === 0) throw nothingUsable(text, sourceName, notes);
  sortTree(roots);
  return { roots, lines: used, masked, notes: notes.all(sourceName) };
}

function nothingUsable(text: string, source: string, notes: NoteList): CaptureError {
  const help = 'expected lines as in /proc/iomem: `00100000-bfffffff : System RAM`';
  if (text.trim() === '') return new CaptureError('empty', { source }, 'the file is empty', help);
  const first = notes.notes[0];
  if (first === undefined)
    return new CaptureError('no-iomem', { source }, 'nothing here is a line of /proc/iomem', help);
  const { line, column } = first;
  const place = { source, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
  return new CaptureError(first.code, place, `no line can be used; the first trouble: ${first.text}`, help);
}

/** Zero-length resources print as `fed12000-fed11fff`. */
function isEmptyRange(line: IomemLine): boolean {
  return line.last === line.start - 1;
}

/** People drop an `f` when they type a map: say what would fit. */
function lostDigit(line: IomemLine): string {
  const [start, last] = line.digits;
  if (last.length >= start.length || !/f$/i.test(last)) return '';
  return ` (\`${start}-${last}${'f'.repeat(start.length - last.length)}\` would be a range: was a digit lost?)`;
}

function contains(outer: CapturedResource, inner: CapturedResource): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function isSame(a: CapturedResource, b: CapturedResource): boolean {
  return a.start === b.start && a.end === b.end;
}

/** With addresses hidden only indentation tells what lies in what. */
function maskedTree(lines: readonly NumberedLine[]): CapturedResource[] {
  const roots: CapturedResource[] = [];
  const open: Open[] = [];
  for (const { line, number } of lines) {
    while (open.length > 0 && ((open.at(-1) as Open).indent >= line.indent || open.length >= MAX_DEPTH)) open.pop();
    const resource: CapturedResource = { name: line.name, start: 0, end: 0, line: number, children: [] };
    (open.at(-1)?.resource.children ?? roots).push(resource);
    open.push({ resource, indent: line.indent });
  }
  return roots;
}

/** Pasted fragments come in any order; depth is bounded, so recursion is safe. */
function sortTree(siblings: CapturedResource[]): void {
  siblings.sort((a, b) => a.start - b.start || b.end - a.end);
  for (const resource of siblings) sortTree(resource.children);
}
