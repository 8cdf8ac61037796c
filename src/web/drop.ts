/** Files dropped on the page or chosen there. Their contents stay in it. */

import { CaptureError } from '../capture/capture-error.ts';
import { complain, show } from './actions.ts';
import { droppedFiles } from './dropped-entries.ts';
import { packFolder } from './scenario/pack-folder.ts';
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

/** Opens what was dropped: files as they are, folders as one capture. */
async function openDropped(items: DataTransferItemList, plain: readonly File[]): Promise<void> {
  try {
    const dropped = await droppedFiles(items);
    // Not every source of a drop knows entries.
    if (dropped.length === 0) return await openGiven(plain);
    if (dropped.every(({ path }) => !path.includes('/'))) return await openGiven(dropped.map(({ file }) => file));
    const total = dropped.reduce((sum, { file }) => sum + file.size, 0);
    if (total > PAGE_LIMITS.archiveBytes) {
      throw new CaptureError('too-large', { source: 'the folder' }, `its files have ${total} bytes; the page takes ${PAGE_LIMITS.archiveBytes}`);
    }
    const files = await Promise.all(
      dropped.map(async ({ path, file }) => ({ name: path, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    await show(await sourceOfFiles([{ name: dropped[0]!.path.split('/')[0]!, bytes: packFolder(files) }]));
  } catch (error) {
    complain(error instanceof DOMException ? new Error('a part of this folder cannot be read: pack it as a tar') : error);
  }
}

/** Takes files and folders dropped anywhere. */
export function listenForDrops(): void {
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    const given = event.dataTransfer;
    if (given !== null && given.items.length > 0) void openDropped(given.items, [...given.files]);
  });
}
