/** Takes a line out of whatever carried it: dmesg, a serial console, the journal, syslog, a mail. */

/** A line without its carrier. */
export interface CleanLine {
  /** The message, blanks single, at most `MAX_LINE` characters. */
  readonly text: string;
  /** Whether anything said that this is a line of its own, not the rest of a wrapped one. */
  readonly stamped: boolean;
}

/** Longer lines are no messages: what is beyond is not looked at. */
export const MAX_LINE = 4096;

/** Colours and cursor moves of a terminal, as consoles leave them. */
const ESCAPES = /\u001b(?:\[[0-9;?]*[A-Za-z]|[A-Za-z=>])/g;
/** Anything but single blanks between words: most lines have none, and are left as they are. */
const UNEVEN = /  |[^\S ]|[\u0000-\u001f\u007f-\u009f\ufffd]/;
const QUOTE = /^(?: ?[>|])+ ?/;
/** What stands before a message, each as often as it comes: levels, stamps, who printed it, the host and the program. */
const CARRIERS: readonly RegExp[] = [
  /^<\d{1,3}>/,
  /^(?:kern|user|daemon|syslog) ?:\w{3,6} ?: ?/,
  /^\[ ?\+?\d{1,9}\.\d{1,9}\]/,
  /^\[\w{3} \w{3} \d{1,2} \d\d:\d\d:\d\d \d{4}\]/,
  /^\[\w{3} ?\d{1,2} \d\d:\d\d\]/,
  /^\[ ?[TC]\d{1,9}\]/,
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,20}/,
  /^(?:\w{3} )?\w{3} \d{1,2} \d\d:\d\d:\d\d(?:\.\d{1,9})?/,
  /^[\w.-]{1,64} (?:kernel|ndctl|daxctl|cxl|libvirtd|qemu[\w-]{0,20})(?:\[\d{1,9}\])?: ?/,
  /^kernel(?:\[\d{1,9}\])?: /,
];

/** Strips what carried a line; bounded work, however long the line. */
export function cleanLine(raw: string): CleanLine {
  let rest = raw.length > MAX_LINE ? raw.slice(0, MAX_LINE) : raw;
  if (rest.includes('\u001b')) rest = rest.replace(ESCAPES, '');
  // Serial noise and carriage returns count as blanks, so does every run of them.
  if (UNEVEN.test(rest)) rest = rest.replace(/[\s\u0000-\u001f\u007f-\u009f\ufffd]+/g, ' ');
  rest = rest.trim();
  rest = rest.replace(QUOTE, '');
  let stamped = false;
  for (let again = true, rounds = 0; again && rounds < 8; rounds++) {
    again = false;
    for (const carrier of CARRIERS) {
      const found = carrier.exec(rest);
      if (found === null) continue;
      rest = rest.slice(found[0].length).trimStart();
      again = true;
      stamped = true;
    }
  }
  return { text: rest, stamped };
}
