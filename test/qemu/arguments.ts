/** Machine arguments in short form, and what a monitor session is. */

export interface Session {
  readonly name: string;
  readonly args: readonly string[];
  readonly lines: readonly string[];
}

const q35 = ['-M', 'q35,nvdimm=on', '-cpu', 'max'];

/** q35 with so much memory. */
export function machine(memory: string, ...more: string[]): string[] {
  return [...q35, '-m', memory, ...more];
}
