/** Files and folders as they are dropped, with the paths they have below what was dropped. */

import { MOST_FILES } from './scenario/page-limits.ts';

export interface DroppedFile {
  /** `machine/sys/devices/system/memory/block_size_bytes`; a bare name for a single file. */
  readonly path: string;
  readonly file: File;
}

/** Files looked at in a dropped folder. */
const MOST_ENTRIES = 20_000;

/** Reads what was dropped; must be called while the event is handled. Beyond the limit files are left out. */
export async function droppedFiles(items: DataTransferItemList): Promise<DroppedFile[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const found: DroppedFile[] = [];
  const queue: FileSystemEntry[] = entries.slice(0, MOST_FILES);
  for (let entry = queue.shift(); entry !== undefined && found.length < MOST_ENTRIES; entry = queue.shift()) {
    if (entry.isDirectory) queue.push(...(await childrenOf(entry as FileSystemDirectoryEntry)));
    else found.push({ path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry as FileSystemFileEntry) });
  }
  return found;
}

// A reader hands out its entries in portions; an empty one is the last.
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0 || all.length > MOST_ENTRIES) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
