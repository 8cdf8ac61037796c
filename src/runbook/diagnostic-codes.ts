/** Every code a diagnostic may carry, with its meaning in one line. Codes are stable: a retired one is not used again. */

export const DIAGNOSTIC_CODES = {
  MHP0001: 'the file cannot be read',
  MHP0002: 'the file is too large for a runbook',
  MHP0003: 'the file is not text',
  MHP0004: 'the command line is not understood',
  MHP0005: 'the files cannot be written',
  MHP0010: 'the front matter does not end',
  MHP0011: 'the front matter is not valid YAML',
  MHP0012: 'a key of the front matter is unknown',
  MHP0013: 'a key of the front matter has the wrong kind of value',
  MHP0014: 'the front matter is larger or deeper than a runbook needs',
  MHP0015: 'keys of the front matter exclude each other',
  MHP0020: 'the kernel is unknown',
  MHP0021: 'the machine cannot be built as described',
  MHP0022: 'no machine is described',
  MHP0023: 'the machine named is neither a file, an example nor a description',
  MHP0030: 'a line stands before the first command',
  MHP0031: 'an exit status is not a number from 0 to 255',
  MHP0032: 'expected output stands after the exit status',
  MHP0033: 'a continued line has no next line',
  MHP0034: 'the runbook holds no command',
  MHP0035: 'the runbook holds too many commands',
  MHP0036: 'a code block does not end',
  MHP0037: 'a line looks like a prompt that runbooks do not use',
  MHP0038: 'an exit status stands under a monitor command',
  MHP0039: 'a command is too long',
  MHP0040: 'memhp does not model this',
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;
