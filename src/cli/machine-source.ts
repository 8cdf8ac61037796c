/** What `--on` and `machine:` may name: a runbook, a built-in example, a description, a captured machine. */

import { dirname, resolve } from 'node:path';
import { buildFromHeader, checkKernelName } from '../runbook/build-from-header.ts';
import { diagnostic, hasErrors, type Diagnostic } from '../runbook/diagnostic.ts';
import { EXAMPLES } from '../runbook/examples.ts';
import { looksLikeMachineSpec, parseMachineSpec } from '../runbook/machine-spec.ts';
import { nearestName } from '../runbook/nearest.ts';
import { looksLikeRunbook, parseRunbook } from '../runbook/parse.ts';
import type { FrontMatter } from '../runbook/runbook.ts';
import { sourceText, type SourceText } from '../runbook/source-text.ts';
import type { Machine } from '../drivers/machine.ts';
import { captureMachine } from './capture-machine.ts';
import { exists, readTextFile } from './files.ts';

/** A machine ready to be typed at, with words for what it is. */
export interface ReadyMachine {
  readonly machine: Machine;
  /** Lines for people: where it comes from and what it is. */
  readonly about: MachineAbout;
}

export interface MachineAbout {
  readonly kernel: string;
  readonly arch: string;
  readonly memory?: string;
  readonly cmdline: string;
  readonly qemu?: readonly string[];
  /** The captured machine's source, when it is one. */
  readonly capture?: string;
  /** What a capture did not tell and was assumed. */
  readonly assumed?: readonly string[];
}

export type MachineOrTrouble = { readonly ready: ReadyMachine } | { readonly diagnostics: readonly Diagnostic[] };

/** How deep `machine:` may lead from runbook to runbook. */
const CHAIN_LIMIT = 4;

/** Builds the machine of a runbook's front matter; `kernel` overrides its kernel. */
export async function machineOfHeader(
  source: SourceText,
  header: FrontMatter,
  kernel: string | undefined,
  depth = 0,
): Promise<MachineOrTrouble> {
  const overridden = withKernel(header, kernel);
  if ('diagnostics' in overridden) return overridden;
  if (header.machine !== undefined) {
    const { value, span } = header.machine;
    if (depth >= CHAIN_LIMIT) {
      const help = 'name the captured machine itself';
      const message = '`machine` leads from runbook to runbook without end';
      return { diagnostics: [diagnostic('MHP0015', message, source, span, { help })] };
    }
    const path = value.startsWith('/') ? value : resolve(dirname(source.name), value);
    const wanted = kernel ?? header.kernel?.value;
    if (exists(path)) return machineOfFile(path, wanted, depth + 1);
    const message = `there is no file ${path}`;
    return {
      diagnostics: [diagnostic('MHP0001', message, source, span, { help: 'the name is relative to the runbook' })],
    };
  }
  const built = buildFromHeader(overridden.source ?? source, overridden.header);
  if (built.machine === undefined) return { diagnostics: built.diagnostics };
  return {
    ready: { machine: built.machine, about: { ...built.description!, arch: built.description!.arch ?? 'x86_64' } },
  };
}

/** Resolves what was given to `--on`: an existing file first, then a description, then an example's name. */
export async function machineOfName(name: string, kernel: string | undefined): Promise<MachineOrTrouble> {
  if (name === '-' || exists(name)) return machineOfFile(name, kernel, 0);
  if (looksLikeMachineSpec(name)) {
    const { header, diagnostics } = parseMachineSpec(name);
    if (diagnostics.length > 0) return { diagnostics };
    return machineOfHeader(sourceText('--on', name), header, kernel);
  }
  const example = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
  if (example !== undefined) {
    const { book, diagnostics } = parseRunbook(example, `example ${name}`, { headerOnly: true });
    return hasErrors(diagnostics) ? { diagnostics } : machineOfHeader(book.source, book.header, kernel);
  }
  const source = sourceText('--on', name);
  const near = nearestName(name, Object.keys(EXAMPLES));
  const message = `\`${name}\` is neither a file, an example nor a description of a machine`;
  return {
    diagnostics: [
      diagnostic(
        'MHP0023',
        message,
        source,
        { start: 0, end: name.length },
        {
          label: near === undefined ? '' : `did you mean the example \`${near}\`?`,
          help: `write a file's name, KERNEL,memory=SIZE (6.12,memory=1G), or an example: blocks, dimm, thread, …`,
        },
      ),
    ],
  };
}

async function machineOfFile(path: string, kernel: string | undefined, depth: number): Promise<MachineOrTrouble> {
  const read = readTextFile(path);
  if ('text' in read && looksLikeRunbook(read.text)) {
    const { book, diagnostics } = parseRunbook(read.text, path, { headerOnly: true });
    return hasErrors(diagnostics) ? { diagnostics } : machineOfHeader(book.source, book.header, kernel, depth);
  }
  const checked = withKernel({ qemu: [], span: { start: 0, end: 0 } }, kernel);
  if ('diagnostics' in checked) return checked;
  return captureMachine(path, kernel);
}

/** Puts `--kernel` in place of the front matter's kernel, checking its name where it was typed. */
function withKernel(
  header: FrontMatter,
  kernel: string | undefined,
): { header: FrontMatter; source?: SourceText } | { diagnostics: readonly Diagnostic[] } {
  if (kernel === undefined) return { header };
  const source = sourceText('--kernel', kernel);
  const diagnostics = checkKernelName(source, { value: kernel, span: { start: 0, end: kernel.length } });
  if (diagnostics.length > 0) return { diagnostics };
  return { header: { ...header, kernel: { value: kernel, span: { start: 0, end: 0 } } } };
}
