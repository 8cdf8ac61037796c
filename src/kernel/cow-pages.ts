/** Pages of typed arrays, copied on the first write after a snapshot. */

export interface CowPage<P> {
  /** Who may write it: a page of another owner is shared and copied first. */
  readonly owner: object | undefined;
  clone(owner: object): P;
}

interface Directory<P> {
  readonly owner: object;
  readonly pages: (P | undefined)[];
}

/** Pages of one directory: a machine with five-level paging has 2^18 roots, few of them in use. */
const DIRECTORY_SIZE = 512;

/** What a snapshot keeps: the directories, shared until one is written. */
export type CowSnapshot<P> = readonly (Directory<P> | undefined)[];

/** Pages in two levels. A snapshot costs nothing; what follows copies only the pages and directories it writes. */
export class CowPages<P extends CowPage<P>> {
  readonly length: number;
  // All pages in one array, up to the highest in use: a look-up through the directories took three times as long.
  #flat: (P | undefined)[] = [];
  #directories: (Directory<P> | undefined)[];
  #owner: object = {};
  #ownsTop = true;

  constructor(length: number) {
    this.length = length;
    this.#directories = new Array<Directory<P> | undefined>(Math.ceil(length / DIRECTORY_SIZE)).fill(undefined);
  }

  get(index: number): P | undefined {
    return this.#flat[index];
  }

  /** The page for writing, copied if a snapshot shares it, made with `make` if it is missing. */
  writable(index: number, make: (owner: object) => P): P {
    const page = this.get(index);
    if (page !== undefined && page.owner === this.#owner) return page;
    const own = page === undefined ? make(this.#owner) : page.clone(this.#owner);
    this.put(index, own);
    return own;
  }

  /** Places a page as it is; one without an owner may stand in many places until it is written. */
  put(index: number, page: P): void {
    this.#writableDirectory((index / DIRECTORY_SIZE) | 0).pages[index % DIRECTORY_SIZE] = page;
    this.#grow(index);
    this.#flat[index] = page;
  }

  /** Pages that are there, ascending by index. Cost follows directories, not the length. */
  *entries(): Generator<[index: number, page: P]> {
    for (const [top, directory] of this.#directories.entries()) {
      if (directory === undefined) continue;
      for (const [at, page] of directory.pages.entries()) if (page !== undefined) yield [top * DIRECTORY_SIZE + at, page];
    }
  }

  snapshot(): CowSnapshot<P> {
    this.#share();
    return this.#directories;
  }

  restore(snapshot: CowSnapshot<P>): void {
    const before = this.#directories;
    this.#directories = snapshot as (Directory<P> | undefined)[];
    for (const [top, directory] of this.#directories.entries()) {
      if (directory === before[top]) continue;
      const start = top * DIRECTORY_SIZE;
      if (directory !== undefined) this.#grow(start + DIRECTORY_SIZE - 1);
      for (let at = 0; at < DIRECTORY_SIZE && start + at < this.#flat.length; at++) {
        this.#flat[start + at] = directory?.pages[at];
      }
    }
    this.#share();
  }

  #grow(index: number): void {
    while (this.#flat.length <= index) this.#flat.push(undefined);
  }

  #writableDirectory(top: number): Directory<P> {
    const directory = this.#directories[top];
    if (directory !== undefined && directory.owner === this.#owner) return directory;
    const pages = directory?.pages.slice() ?? new Array<P | undefined>(DIRECTORY_SIZE).fill(undefined);
    const own = { owner: this.#owner, pages };
    if (!this.#ownsTop) {
      this.#directories = this.#directories.slice();
      this.#ownsTop = true;
    }
    this.#directories[top] = own;
    return own;
  }

  #share(): void {
    this.#owner = {};
    this.#ownsTop = false;
  }
}
