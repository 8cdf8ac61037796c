/** What a machine on the page is made from. */

/** A file as it came, compression taken off. */
export interface PlainFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * - `runbook`: a text whose front matter describes a machine; `files` when that names a captured one
 * - `capture`: files of a captured machine, and the lines typed at it as a runbook's text (empty: none)
 * - `recording`: what a real kernel did, as JSON
 */
export interface Source {
  readonly kind: 'runbook' | 'capture' | 'recording';
  readonly name: string;
  readonly text: string;
  readonly files: readonly PlainFile[];
}

export function runbookSource(name: string, text: string): Source {
  return { kind: 'runbook', name, text, files: [] };
}
