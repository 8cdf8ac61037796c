/** The machine `memhp serve` hands out beside the page: its files as they are, for the page to read. */

import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { EXAMPLES } from '../runbook/examples.ts';
import { frontMatterOf } from '../runbook/front-matter-text.ts';
import { looksLikeMachineSpec, parseMachineSpec } from '../runbook/machine-spec.ts';
import { DEFAULT_KERNEL } from '../runbook/build-from-header.ts';
import { looksLikeRunbook, parseRunbook } from '../runbook/parse.ts';
import { nearestName } from '../runbook/nearest.ts';
import { sourceText } from '../runbook/source-text.ts';
import { exists } from './files.ts';

export const SERVE_SCHEMA = 'memhp/serve/1';

/** One JSON document. The page reads the files as if they had been dropped on it. */
export interface ServedMachine {
  readonly schema: typeof SERVE_SCHEMA;
  readonly files: readonly { readonly name: string; readonly base64: string }[];
}

/** As much as the page takes. */
const FILE_LIMIT = 64 * 1024 * 1024;

type Served = { readonly machine: ServedMachine } | { readonly diagnostics: readonly Diagnostic[] };

/** Resolves what was named: an existing file first, then a description, then an example. */
export function servedMachine(name: string): Served {
  if (exists(name)) return ofFile(name);
  if (looksLikeMachineSpec(name)) return ofSpec(name);
  const example = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
  if (example !== undefined) return served([{ name, bytes: Buffer.from(example) }]);
  const near = nearestName(name, Object.keys(EXAMPLES));
  const help = near === undefined ? 'write a file, KERNEL,memory=SIZE, or an example' : `did you mean the example \`${near}\`?`;
  return refused(name, `\`${name}\` is neither a file, an example nor a description of a machine`, help);
}

function ofSpec(name: string): Served {
  const { header, diagnostics } = parseMachineSpec(name, 'MACHINE');
  if (diagnostics.length > 0) return { diagnostics };
  const text = frontMatterOf({
    kernel: header.kernel?.value ?? DEFAULT_KERNEL,
    ...(header.arch === undefined ? {} : { arch: header.arch.value }),
    memory: header.memory?.value ?? '',
    cmdline: header.cmdline?.value ?? '',
    qemu: header.qemu.map(({ value }) => value),
  });
  return served([{ name, bytes: Buffer.from(`${text}\n`) }]);
}

function ofFile(path: string): Served {
  const stat = statSync(path);
  if (stat.isDirectory()) return refused(path, 'this is a folder', `pack it: tar -czf machine.tar.gz -C ${path} .`);
  if (stat.size > FILE_LIMIT) return refused(path, `the file has ${stat.size} bytes; the page takes ${FILE_LIMIT}`);
  const own = { name: basename(path), bytes: readFileSync(path) };
  const text = own.bytes.subarray(0, 64 * 1024).toString('utf8');
  if (!looksLikeRunbook(text)) return served([own]);
  // The machine a runbook names lies beside it.
  const { value } = parseRunbook(text, path, { headerOnly: true }).book.header.machine ?? {};
  if (value === undefined) return served([own]);
  const beside = resolve(dirname(path), value);
  if (!exists(beside) || !statSync(beside).isFile()) return refused(path, `the machine it names is no file: ${beside}`);
  return served([own, { name: basename(beside), bytes: readFileSync(beside) }]);
}

function served(files: readonly { name: string; bytes: Buffer }[]): Served {
  return {
    machine: { schema: SERVE_SCHEMA, files: files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })) },
  };
}

function refused(name: string, message: string, help?: string): Served {
  return { diagnostics: [diagnostic('MHP0023', message, sourceText(name, ''), undefined, { help })] };
}
