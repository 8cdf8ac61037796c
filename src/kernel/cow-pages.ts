/** Pages of typed arrays, copied on the first write after a snapshot. */

export interface CowPage<P> {
  /** Who may write it: a page of another owner is shared and copied first. */
  readonly owner: object | undefined;
  clone(owner: object): P;
}

/** A root array of pages. A snapshot is the root itself; what follows copies only what it writes. */
export class CowPages<P extends CowPage<P>> {
  #pages: (P | undefined)[];
  #owner: object = {};
  #ownsRoot = true;

  constructor(length: number) {
    this.#pages = new Array<P | undefined>(length).fill(undefined);
  }

  get length(): number {
    return this.#pages.length;
  }

  get(index: number): P | undefined {
    return this.#pages[index];
  }

  /** The page for writing, copied if a snapshot shares it, made with `make` if it is missing. */
  writable(index: number, make: (owner: object) => P): P {
    const page = this.#pages[index];
    if (page !== undefined && page.owner === this.#owner) return page;
    const own = page === undefined ? make(this.#owner) : page.clone(this.#owner);
    this.put(index, own);
    return own;
  }

  /** Places a page as it is; one without an owner may stand in many places until it is written. */
  put(index: number, page: P | undefined): void {
    if (!this.#ownsRoot) {
      this.#pages = this.#pages.slice();
      this.#ownsRoot = true;
    }
    this.#pages[index] = page;
  }

  snapshot(): readonly (P | undefined)[] {
    this.#share();
    return this.#pages;
  }

  restore(pages: readonly (P | undefined)[]): void {
    this.#pages = pages as (P | undefined)[];
    this.#share();
  }

  #share(): void {
    this.#owner = {};
    this.#ownsRoot = false;
  }
}
