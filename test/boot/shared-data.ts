/** Data kept outside the project: recordings of real kernels, logs of real machines. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Names of the files in a shared folder, or undefined (said aloud) when it is not there. */
export function sharedFiles(folder: string, extension: string): string[] | undefined {
  if (!existsSync(SHARED + folder)) {
    console.warn(`SKIPPED: ../shared/${folder} is not here, so nothing is compared with it`);
    return undefined;
  }
  return readdirSync(SHARED + folder)
    .filter((name) => name.endsWith(extension))
    .sort();
}

export function readShared(folder: string, name: string): string {
  return readFileSync(`${SHARED}${folder}/${name}`, 'utf8');
}
