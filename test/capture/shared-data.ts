/** Where recordings and real machines' data lie beside the project, when they are there. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Names in a folder beside the project, with its path; empty, and said aloud, when it is not there. */
export function sharedFiles(folder: string): string[] {
  const path = `${SHARED}${folder}/`;
  if (!existsSync(path)) {
    console.warn(`SKIPPED: ../shared/${folder} is not here, so nothing of it was tested`);
    return [];
  }
  return readdirSync(path)
    .sort()
    .map((name) => path + name);
}

export interface Recording {
  readonly name: string;
  readonly cmdline: string;
  readonly kernel: { readonly release: string; readonly block_size_bytes: number };
  readonly boot_state: RecordedState;
}

export interface RecordedState {
  readonly iomem: string[];
  readonly blocks: { first: number; last: number; state: string; valid_zones: string }[];
  readonly zones: { node: number; zone: string; start_pfn: number; spanned: number; present: number }[];
  readonly sections: { first: number; last: number; flags: number; subsections: string | null }[];
}

export function recordings(): Recording[] {
  return sharedFiles('traces')
    .filter((path) => path.endsWith('.json'))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as Recording);
}
