/** Cuts a stream of text into lines, keeping only the beginning of long ones. */

import { MAX_LINE } from './clean-line.ts';

/** A line's stamp and quotes stand before what `MAX_LINE` counts; beyond this nothing is kept. */
const KEPT = 2 * MAX_LINE;

/** Hands on lines without their ends; `\r` counts as an end, as serial consoles print it. Memory: one short line. */
export class LineSplitter {
  readonly #take: (line: string) => void;
  #rest = '';
  #afterReturn = false;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(chunk: string): void {
    let from = 0;
    if (this.#afterReturn && chunk.startsWith('\n')) from = 1;
    if (chunk !== '') this.#afterReturn = false;
    const ends = /\r\n|\n|\r/g;
    ends.lastIndex = from;
    for (let end = ends.exec(chunk); end !== null; end = ends.exec(chunk)) {
      this.#keep(chunk, from, end.index);
      this.#take(this.#rest);
      this.#rest = '';
      from = ends.lastIndex;
      this.#afterReturn = end[0] === '\r' && from === chunk.length;
    }
    this.#keep(chunk, from, chunk.length);
  }

  finish(): void {
    if (this.#rest !== '') this.#take(this.#rest);
    this.#rest = '';
  }

  #keep(chunk: string, from: number, to: number): void {
    const room = KEPT - this.#rest.length;
    if (room > 0 && to > from) this.#rest += chunk.slice(from, Math.min(to, from + room));
  }
}
