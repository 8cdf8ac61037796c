/** The lines of a /proc/iomem text, sorted into ranges and everything else. */

import { CaptureError, shown, type NoteList } from './capture-error.ts';
import { parseIomemLine, type IomemLine } from './iomem-line.ts';
import { CAPTURE_LIMITS } from './limits.ts';

export interface NumberedLine {
  readonly line: IomemLine;
  readonly number: number;
}

/**
 * The lines that are ranges; of the others what is worth telling goes to `notes`, prose as one note for each stretch.
 * @throws CaptureError when there are more than any machine has.
 */
export function readIomemLines(text: string, source: string, notes: NoteList): NumberedLine[] {
  const found: NumberedLine[] = [];
  let number = 0;
  let prose: { line: number; column: number; text: string; count: number } | undefined;
  const endProse = (): void => {
    if (prose === undefined) return;
    const { line, column, count } = prose;
    const more = count === 1 ? '' : ` and ${count - 1} more lines`;
    notes.add({ code: 'unreadable', source, line, column, text: `not \`START-END : NAME\`: \`${prose.text}\`${more}` });
    prose = undefined;
  };
  for (let from = 0; from <= text.length;) {
    let to = text.indexOf('\n', from);
    if (to === -1) to = text.length;
    number += 1;
    const length = to - from;
    if (length > CAPTURE_LIMITS.lineLength) {
      notes.add({
        code: 'long-line',
        source,
        line: number,
        text: `the line has ${length} characters and is left out (limit ${CAPTURE_LIMITS.lineLength})`,
      });
    } else {
      const result = parseIomemLine(text.slice(from, to).replace(/\r$/, ''));
      if (found.length > CAPTURE_LIMITS.resources) {
        const message = `more than ${CAPTURE_LIMITS.resources} lines of /proc/iomem`;
        throw new CaptureError('too-many-lines', { source, line: number }, message);
      }
      if (result.kind === 'range') found.push({ line: result.line, number });
      else if (result.kind === 'cut') notes.add({ code: 'cut', source, line: number, text: 'lines were cut out here' });
      else if (result.kind === 'address-too-large') {
        notes.add({
          code: 'address',
          source,
          line: number,
          column: result.column,
          text:
            `the address ${shown(result.text, 24)} lies above 2^53, more than any kernel maps; the ` +
            'line is left out',
        });
      } else if (result.kind === 'unreadable') {
        const start = shown(text.slice(from, to).trim(), 40);
        if (prose === undefined) prose = { line: number, column: result.column, text: start, count: 1 };
        else prose.count += 1;
      }
      if (result.kind !== 'unreadable' && result.kind !== 'blank') endProse();
    }
    from = to + 1;
  }
  endProse();
  return found;
}
