/** What a reader of real machines says when it cannot use its input: always with the source, never with a stack. */

/** Where in a source something stands. Lines and columns count from 1; archives use the offset. */
export interface Place {
  readonly source: string;
  readonly line?: number;
  readonly column?: number;
  readonly offset?: number;
}

/** Something a reader met and went on from. */
export interface CaptureNote extends Place {
  readonly code: string;
  readonly text: string;
}

/** Input of which nothing can be used. Exit status 2: the user can mend it; 3: the machine here lacks something. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly code: string;
  readonly place: Place;
  readonly help: string | undefined;
  readonly exitStatus: 2 | 3;
  constructor(code: string, place: Place, message: string, help?: string, exitStatus: 2 | 3 = 2) {
    super(message);
    this.code = code;
    this.place = place;
    this.help = help;
    this.exitStatus = exitStatus;
  }
}

/** `file:line:column`, as far as known. */
export function placeText(place: Place): string {
  if (place.line !== undefined)
    return `${place.source}:${place.line}${place.column === undefined ? '' : `:${place.column}`}`;
  return place.offset === undefined ? place.source : `${place.source}, byte ${place.offset}`;
}

/** The error as lines for a terminal. */
export function errorLines(error: CaptureError): string[] {
  const lines = [`error[${error.code}]: ${error.message}`, `  --> ${placeText(error.place)}`];
  if (error.help !== undefined) lines.push(`   = help: ${error.help}`);
  return lines;
}

/** Text from a file made safe to show: control characters as dots, cut to `length`. */
export function shown(text: string, length = 60): string {
  const plain = text.slice(0, length + 1).replace(/[\u0000-\u001f\u007f-\u009f\ufffd]/g, '·');
  return plain.length > length ? `${plain.slice(0, length)}…` : plain;
}

/** Notes of one reading; beyond `limit` they are only counted, so that hostile input cannot fill memory. */
export class NoteList {
  readonly notes: CaptureNote[] = [];
  readonly #limit: number;
  #more = 0;
  constructor(limit = 50) {
    this.#limit = limit;
  }

  add(note: CaptureNote): void {
    if (this.notes.length < this.#limit) this.notes.push(note);
    else this.#more += 1;
  }

  /** The notes, with a last one that counts what was left out. */
  all(source: string): CaptureNote[] {
    if (this.#more === 0) return this.notes;
    return [...this.notes, { code: 'more-notes', source, text: `${this.#more} more notes are not shown` }];
  }
}
