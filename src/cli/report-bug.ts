/** What is printed when memhp itself is wrong. */

import { ModelFault } from '../runbook/model-fault.ts';
import { printable } from '../runbook/printable.ts';
import { EXIT_BUG } from './exit-status.ts';
import { version } from './version.ts';

/** Prints what is needed to find the fault, and returns the exit status. The stack only with MEMHP_DEBUG set. */
export function reportBug(error: unknown, args: readonly string[]): number {
  const lines = [`memhp: this is a fault in memhp, not in your input: ${printable(firstLine(error))}`];
  if (error instanceof ModelFault) {
    lines.push(
      `  step         ${error.step}, line ${error.line}: ${printable(error.command.slice(0, 200))}`,
      `  fingerprint  ${error.fingerprint}`,
    );
  }
  lines.push(
    `  version      memhp ${version()}, Node ${process.version}, ${process.platform} ${process.arch}`,
    `  replay       memhp ${args.map(quoted).join(' ')}`,
    'Please report these lines, with the runbook if you may share it.',
  );
  if (process.env['MEMHP_DEBUG']) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    lines.push(cause instanceof Error ? (cause.stack ?? '') : String(cause));
  } else {
    lines.push('MEMHP_DEBUG=1 adds the stack.');
  }
  process.stderr.write(`${lines.join('\n')}\n`);
  return EXIT_BUG;
}

function firstLine(error: unknown): string {
  const text =
    error instanceof ModelFault
      ? error.message
      : error instanceof Error
        ? `${error.name}: ${error.message}`
        : String(error);
  return text.split('\n')[0]!.slice(0, 400);
}

function quoted(word: string): string {
  const text = printable(word.slice(0, 400));
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
