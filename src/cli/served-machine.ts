/** The machine `memhp serve` hands out beside the page: its files as they are, for the page to read. */

import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { readUpTo } from '../capture/read-folder.ts';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { EXAMPLES } from '../runbook/examples.ts';
import { frontMatterOf } from '../runbook/front-matter-text.ts';
import { looksLikeMachineSpec, parseMachineSpec } from '../runbook/machine-spec.ts';
import { DEFAULT_KERNEL } from '../runbook/build-from-header.ts';
import { looksLikeRunbook, parseRunbook } from '../runbook/parse.ts';
import { nearestName } from '../runbook/nearest.ts';
import { sourceText } from '../runbook/source-text.ts';
import { exists } from './files.ts';

export const SERVED_MACHINE_SCHEMA = 'memhp/served-machine/1';

/** One JSON document. The page reads the files as if they had been dropped on it. */
export interface ServedMachine {
  readonly schema: typeof SERVED_MACHINE_SCHEMA;
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
  const bytes = bytesOf(path);
  if (typeof bytes === 'string') {
    const isFolder = statSync(path).isDirectory();
    return refused(path, bytes, isFolder ? `pack it: tar -czf machine.tar.gz -C ${path} .` : undefined);
  }
  const own = { name: basename(path), bytes };
  const text = bytes.subarray(0, 64 * 1024).toString('utf8');
  if (!looksLikeRunbook(text)) return served([own]);
  // The machine a runbook names lies beside it.
  const { value } = parseRunbook(text, path, { headerOnly: true }).book.header.machine ?? {};
  if (value === undefined) return served([own]);
  const beside = resolve(dirname(path), value);
  const machine = exists(beside) ? bytesOf(beside) : 'there is no such file';
  if (typeof machine === 'string') return refused(path, `its machine is in ${beside}: ${machine}`);
  return served([own, { name: basename(beside), bytes: machine }]);
}

/** A file's bytes, or why they are not to be had. Sizes of /proc files are not to be believed, devices never end. */
function bytesOf(path: string): Buffer | string {
  const stat = statSync(path);
  if (stat.isDirectory()) return 'this is a folder';
  if (!stat.isFile()) return 'this is neither a file nor a folder';
  try {
    const bytes = readUpTo(path, FILE_LIMIT + 1);
    return bytes.length > FILE_LIMIT ? `the file is larger than the ${FILE_LIMIT} bytes the page takes` : bytes;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'permission denied' : 'it cannot be read';
  }
}

function served(files: readonly { name: string; bytes: Buffer }[]): Served {
  return {
    machine: { schema: SERVED_MACHINE_SCHEMA, files: files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })) },
  };
}

function refused(name: string, message: string, help?: string): Served {
  return { diagnostics: [diagnostic('MHP0023', message, sourceText(name, ''), undefined, { help })] };
}
