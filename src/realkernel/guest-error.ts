/** A guest that did not do as it should: QEMU refused, the kernel fell, nobody answered in time. */
export class GuestError extends Error {
  override readonly name = 'GuestError';
  /** The last that was heard, for people. */
  readonly heard: readonly string[];

  constructor(message: string, heard: string | readonly string[] = []) {
    super(message);
    this.heard = (typeof heard === 'string' ? heard.split('\n') : heard).map((line) => line.trimEnd()).filter((line) => line !== '').slice(-20);
  }
}
