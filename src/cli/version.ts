/** The package's version. */

import { readFileSync } from 'node:fs';

let known: string | undefined;

/** Reads package.json once; the source and the built program stand equally deep. */
export function version(): string {
  if (known === undefined) {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    known = String((JSON.parse(text) as { version?: unknown }).version ?? 'unknown');
  }
  return known;
}
