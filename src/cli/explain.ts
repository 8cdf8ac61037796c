/** `memhp explain`: a kernel log, or a tool's error, in plain words. */

import { createReadStream, fstatSync } from 'node:fs';
import type { Command } from 'commander';
import { Explainer, explainText, type Explanation } from '../advise/explain/explain.ts';
import { LineSplitter } from '../advise/explain/line-splitter.ts';
import type { Machine } from '../drivers/machine.ts';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { sourceText } from '../runbook/source-text.ts';
import { EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { EXPLAIN_SCHEMA, explainJson } from './explain-json.ts';
import { explainLines } from './explain-text.ts';
import { machineOfName } from './machine-source.ts';
import { printDiagnostics, printErrors, printJson, printLines } from './output.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

interface ExplainFlags {
  readonly command?: readonly string[];
  readonly on?: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly color: ColorChoice;
}

const EXAMPLES = `Examples:
  dmesg | memhp explain
  memhp explain mail.txt                             quoted, wrapped, stamped as it is
  memhp explain -c 'Block size [0x8000000] unaligned hotplug range: start 0x144000000, size 0x18000000'
  memhp explain --on captured.tar.gz dmesg.txt       its numbers on that machine's map
`;

const MORE = `
Lines nobody knows are passed over. Boot lines are no trouble: --all lists them.

Exit status: 0 the log was read, whatever it says; 2 bad input.`;

/** Recognised lines without trouble that --all and --json list. */
const MAX_NOTICES = 5000;

export function registerExplain(program: Command): void {
  program
    .command('explain')
    .summary('say what a kernel log or an error of ndctl or daxctl means')
    .description(
      'Reads a log, finds what is about memory hotplug in it, and tells each trouble as a story: what was tried, ' +
        'what refused it, why, with its own numbers, and what to do.',
    )
    .argument('[files...]', 'logs; - or nothing is standard input')
    .option('-c, --command <text>', 'explain this text (may be repeated)', (text: string, before: string[] = []) => [
      ...before,
      text,
    ])
    .option('--on <machine>', 'the machine whose map and memory blocks the numbers are put on')
    .option('--all', 'list the lines without trouble too')
    .option('--json', `print one JSON document (schema ${EXPLAIN_SCHEMA})`)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', MORE)
    .action(async (files: string[], flags: ExplainFlags) => {
      process.exitCode = await explain(files, flags);
    });
}

/** Reads, explains, prints; returns the exit status. */
export async function explain(files: readonly string[], flags: ExplainFlags): Promise<number> {
  const machine = await machineFor(flags);
  if (machine === 'trouble') return EXIT_USAGE;
  const options = { machine, notices: flags.all === true || flags.json === true ? MAX_NOTICES : 0 };
  const told: { name: string; explanation: Explanation }[] = [];
  let status = EXIT_OK;
  if (flags.command !== undefined) {
    told.push({ name: 'command line', explanation: explainText(flags.command.join('\n'), options) });
  }
  for (const file of files.length === 0 && flags.command === undefined ? ['-'] : files) {
    if (file === '-' && process.stdin.isTTY === true) printErrors(['reading standard input; end it with Ctrl-D']);
    const read = await explainFile(file, options);
    if ('explanation' in read) told.push(read);
    else {
      printDiagnostics([read.trouble], flags.color);
      status = EXIT_USAGE;
    }
  }
  if (flags.json === true) printJson(explainJson(told));
  else {
    const terminal = terminalOf(process.stdout, flags.color);
    for (const [index, { name, explanation }] of told.entries()) {
      const heading = told.length > 1 ? name : undefined;
      printLines([...(index > 0 ? [''] : []), ...explainLines(explanation, { terminal, heading, all: flags.all === true })]);
    }
  }
  return status;
}

async function machineFor({ on, color }: ExplainFlags): Promise<Machine | undefined | 'trouble'> {
  if (on === undefined) return undefined;
  const found = await machineOfName(on, undefined);
  if ('ready' in found) return found.ready.machine;
  printDiagnostics(found.diagnostics, color);
  return 'trouble';
}

type Read = { readonly name: string; readonly explanation: Explanation } | { readonly trouble: Diagnostic };

/** Streams a file through; memory does not grow with it. */
async function explainFile(path: string, options: { machine: Machine | undefined; notices: number }): Promise<Read> {
  const name = path === '-' ? 'standard input' : path;
  const explainer = new Explainer(options);
  const splitter = new LineSplitter((line) => explainer.push(line));
  const decoder = new TextDecoder('utf-8');
  try {
    const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 256 * 1024 });
    if (path === '-' && fstatSync(0).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    let first = true;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      if (first && isCompressed(chunk)) return { trouble: cannotRead(name, 'it is compressed', `unpack it first: zcat ${path} | memhp explain`) };
      first = false;
      splitter.push(decoder.decode(chunk, { stream: true }));
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return { trouble: cannotRead(name, REASONS[code] ?? code, code === 'ENOENT' ? `to explain a text, write -c '${path}'` : undefined) };
  }
  splitter.push(decoder.decode());
  splitter.finish();
  return { name, explanation: explainer.finish() };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
};

function cannotRead(name: string, why: string, help: string | undefined): Diagnostic {
  return diagnostic('MHP0001', `cannot read ${name}: ${why}`, sourceText(name, ''), undefined, { help });
}

/** gzip, xz, bzip2 and zstd begin like no text. */
function isCompressed(bytes: Uint8Array): boolean {
  const magic = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return magic.startsWith('1f8b') || magic === 'fd377a58' || magic.startsWith('425a68') || magic === '28b52ffd';
}
