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
/** `[    0.000000]`, `[  +0.000012]`, `[Mon Jan 25 19:01:45 2021]`, `[Jan25 19:01]`. */
const TIME = /^\s*\[(?:\s*\+?\d+\.\d+|\w{2,4} \w{3}\s+\d+ \d\d:\d\d:\d\d \d{4}|\w{3}\s?\d+ \d\d:\d\d)\]/;
/** `2021-01-25T19:01:45,000000+01:00` of `dmesg --time-format iso`: a stamp with nothing between it and the message. */
const ISO_TIME = /^\s*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{1,9}\S{0,6}/;
/** `[    T0]`, `[ C12]`: who printed it. */
const CALLER = /^\s*\[\s*[TC]\d+\s*\]/;
/** Date of syslog and the journal, weekday and zone included. */
const DATE =
  /^\s*(?:\w{3} )?(?:\w{3}\s+\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*(?: [A-Z]{2,5})?)\s/;
const KERNEL_TAG = /^\s*(?:\S+ )?kernel(?:\[\d+\])?:/;
/** An e820 line whose type a mail program put on the next line. */
const WRAPPED_E820 = /(?:BIOS-e820|user|modified|extended|setup_data): \[mem [^\]]*(?:\]\s*)?$/;

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
    const continues = !isStamped && last !== undefined && (joins || WRAPPED_E820.test(last.text));
    if (!continues || last.pieces >= MAX_JOINED) {
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
  if (strip(ISO_TIME)) stamped = true;
  const dated = !stamped && strip(DATE);
  const tagged = strip(KERNEL_TAG);
  // Another program's line in the journal: neither a message nor the rest of one.
  if (dated && !tagged) return { text: '', stamped: false, foreign: true };
  stamped ||= dated;
  if (strip(TIME)) stamped = true;
  strip(CALLER);
  strip(KERNEL_TAG);
  if (tagged) strip(LEVEL);
  // One blank separates the stamp; what follows it belongs to the message.
  if (stamped || tagged) rest = rest.replace(/^ /, '');
  return { text: rest, stamped, foreign: false };
}
