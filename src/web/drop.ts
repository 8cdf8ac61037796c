/** Files dropped on the page or chosen there. Their contents stay in it. */

import { CaptureError } from '../capture/capture-error.ts';
import { complain, show } from './actions.ts';
import { sourceOfFiles } from './scenario/open-files.ts';
import { MOST_FILES, PAGE_LIMITS } from './scenario/page-limits.ts';

/** Reads files and opens what they hold; what is wrong with them is said on the page. */
export async function openGiven(files: readonly File[]): Promise<void> {
  try {
    if (files.length > MOST_FILES) {
      throw new CaptureError('too-large', { source: 'the files' }, `${files.length} files (limit ${MOST_FILES})`, 'pack the folder as a tar');
    }
    const large = files.find(({ size }) => size > PAGE_LIMITS.archiveBytes);
    if (large !== undefined) {
      const most = `the page takes ${PAGE_LIMITS.archiveBytes} bytes`;
      throw new CaptureError('too-large', { source: large.name }, `the file has ${large.size} bytes; ${most}`, 'use memhp inspect');
    }
    const given = await Promise.all(
      files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    await show(await sourceOfFiles(given));
  } catch (error) {
    complain(error instanceof DOMException ? new Error('this cannot be read as a file: pack a folder as a tar') : error);
  }
}

/** Takes files dropped anywhere. */
export function listenForDrops(): void {
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) void openGiven(files);
  });
}
