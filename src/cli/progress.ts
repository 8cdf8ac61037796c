/** One line on a terminal that tells how far a long work is; nothing elsewhere. */

export interface Progress {
  /** Replaces the line. */
  show(text: string): void;
  /** Removes it, before something else is printed and at the end. */
  clear(): void;
}

export function progressOn(stream: NodeJS.WriteStream): Progress {
  if (stream.isTTY !== true) return { show: () => {}, clear: () => {} };
  return {
    show: (text) => void stream.write(`\r\x1b[K${text.slice(0, (stream.columns || 80) - 1)}`),
    clear: () => void stream.write('\r\x1b[K'),
  };
}
