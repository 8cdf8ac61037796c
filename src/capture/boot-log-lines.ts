/** Kernel log lines out of whatever carried them: dmesg, a console, the journal, syslog, a mail. */

/** A kernel message without its stamp, and the line of the text it began on, from 1. */
export interface KernelLine {
  readonly text: string;
  readonly line: number;
}

/** Longer lines are no kernel messages: nothing beyond is looked at. */
const MAX_LINE = 8192;
/** A message a mail program wrapped is not in more pieces than a command line of 2047 characters fills. */
const MAX_JOINED = 64;

/** Colours of a terminal, as `dmesg --color` and consoles leave them. */
const ESCAPES = /\u001b\[[0-9;]*[A-Za-z]/g;
const QUOTE = /^(?:\s*>)+ ?/;
/** `<6>` of a raw log; `kern  :info  : ` of `dmesg -x`. */
const LEVEL = /^\s*(?:<\d{1,3}>|kern\s*:\s*\w+\s*:)\s?/;
/** `[    0.000000]`, `[Mon Jan 25 19:01:45 2021]`. */
const TIME = /^\s*\[(?:\s*\d+\.\d+|\w{3} \w{3}\s+\d+ \d\d:\d\d:\d\d \d{4})\]/;
/** `[    T0]`, `[ C12]`: who printed it. */
const CALLER = /^\s*\[\s*[TC]\d+\s*\]/;
/** Date and host of syslog and the journal. */
const DATE = /^\s*(?:\w{3}\s+\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*)\s/;
const KERNEL_TAG = /^\s*(?:\S+ )?kernel(?:\[\d+\])?:/;

/** Splits a log into kernel messages; lines without a stamp continue the message before, where others have stamps. */
export function kernelLines(text: string): KernelLine[] {
  const raw = text.split('\n').map((line) => parseLine(line));
  const stamped = raw.filter((line) => line.stamped).length;
  const written = raw.filter((line) => line.text !== '').length;
  const joins = stamped * 2 > written;
  const lines: { text: string; line: number; pieces: number }[] = [];
  for (const [index, { text: message, stamped: isStamped, foreign }] of raw.entries()) {
    if (message === '' || foreign) continue;
    const last = lines.at(-1);
    if (isStamped || !joins || last === undefined || last.pieces >= MAX_JOINED) {
      lines.push({ text: message, line: index + 1, pieces: 1 });
    } else {
      last.text = `${last.text.trimEnd()} ${message.trimStart()}`;
      last.pieces += 1;
    }
  }
  return lines.map(({ text: message, line }) => ({ text: message, line }));
}

function parseLine(line: string): { text: string; stamped: boolean; foreign: boolean } {
  let rest = line.slice(0, MAX_LINE).replace(ESCAPES, '').trimEnd().replace(QUOTE, '');
  let stamped = false;
  const strip = (pattern: RegExp): boolean => {
    const match = pattern.exec(rest);
    if (match === null) return false;
    rest = rest.slice(match[0].length);
    return true;
  };
  strip(LEVEL);
  const dated = strip(DATE);
  const tagged = strip(KERNEL_TAG);
  // Another program's line in the journal: neither a message nor the rest of one.
  if (dated && !tagged) return { text: '', stamped: false, foreign: true };
  stamped = dated;
  if (strip(TIME)) stamped = true;
  strip(CALLER);
  strip(KERNEL_TAG);
  if (tagged) strip(LEVEL);
  // One blank separates the stamp; what follows it belongs to the message.
  if (stamped || tagged) rest = rest.replace(/^ /, '');
  return { text: rest, stamped, foreign: false };
}
