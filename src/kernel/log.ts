/** The kernel's log: an append-only list that snapshots share. */

/** Level as in `KERN_*`: 3 err, 4 warning, 6 info, 7 debug. */
export type LogLevel = 3 | 4 | 5 | 6 | 7;

/** One line of the kernel log, without time stamp. */
export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
}

/** A persistent list: appending never changes what an older snapshot sees. */
export interface LogTail {
  readonly line: LogLine;
  readonly previous: LogTail | undefined;
  readonly length: number;
}

export function appendLog(tail: LogTail | undefined, level: LogLevel, text: string): LogTail {
  return { line: { level, text }, previous: tail, length: (tail?.length ?? 0) + 1 };
}

/** The lines after the first `skip`, oldest first. Cost follows what is returned. */
export function logLines(tail: LogTail | undefined, skip = 0): LogLine[] {
  const lines: LogLine[] = [];
  for (let at = tail; at !== undefined && at.length > skip; at = at.previous) lines.push(at.line);
  return lines.reverse();
}
