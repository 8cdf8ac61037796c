/** From a source to a session: the machine booted, the lines it brings typed. */

import { bootCaptured } from '../../capture/boot-captured.ts';
import { CaptureError, placeText } from '../../capture/capture-error.ts';
import { readPlainBytes } from '../../capture/read-bytes.ts';
import { PAGE_LIMITS } from './page-limits.ts';
import type { Machine } from '../../drivers/machine.ts';
import { buildFromHeader, checkKernelName } from '../../runbook/build-from-header.ts';
import { diagnostic, hasErrors, type Diagnostic } from '../../runbook/diagnostic.ts';
import { frontMatterOfBook, frontMatterOfCapture, frontMatterOfMachine } from '../../runbook/front-matter-text.ts';
import { parseRunbook } from '../../runbook/parse.ts';
import type { Runbook } from '../../runbook/runbook.ts';
import { Session } from '../../runbook/session.ts';
import { sourceText } from '../../runbook/source-text.ts';
import type { Source } from './source.ts';

/** A machine on the page. */
export interface OpenScenario {
  readonly session: Session;
  readonly title: string;
  readonly description: string;
  readonly kernel: string;
  /** What a capture did not tell and was assumed. */
  readonly assumed: readonly string[];
  /** What the runbook holds that is not modelled. */
  readonly diagnostics: readonly Diagnostic[];
}

export type Opened = OpenScenario | { readonly diagnostics: readonly Diagnostic[] };

export function isOpen(opened: Opened): opened is OpenScenario {
  return 'session' in opened;
}

/**
 * Opens a source; `kernel` takes the place of its own, and what the runbook expects is then of another kernel and not
 * held against this one; `machineOnly` leaves its lines untyped. Never throws for what a source holds.
 */
export function openScenario(source: Source, kernel?: string, machineOnly = false): Opened {
  if (kernel !== undefined) {
    const named = sourceText('kernel', kernel);
    const wrong = checkKernelName(named, { value: kernel, span: { start: 0, end: kernel.length } });
    if (wrong.length > 0) return { diagnostics: wrong };
  }
  try {
    return open(source, kernel, machineOnly);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    const message = `${error.message} (${placeText(error.place)})`;
    return { diagnostics: [diagnostic('MHP0001', message, sourceText(source.name, ''), undefined, { help: error.help })] };
  }
}

function open(source: Source, kernel: string | undefined, machineOnly: boolean): Opened {
  const parsed = source.text === '' ? undefined : parseRunbook(source.text, source.name);
  // A runbook without commands is a machine to type at.
  const found = (parsed?.diagnostics ?? []).filter(({ code }) => code !== 'MHP0034');
  if (hasErrors(found)) return { diagnostics: found };
  const bare = parsed !== undefined && kernel !== undefined ? withoutExpectations(parsed.book) : parsed?.book;
  const book = bare !== undefined && machineOnly ? { ...bare, commands: [] } : bare;
  if (source.files.length > 0) return openCapture(source, book, kernel);
  const header = book?.header ?? { qemu: [], span: { start: 0, end: 0 } };
  if (header.machine !== undefined) {
    const help = 'drop the runbook and that file together, or choose both at once';
    const { value, span } = header.machine;
    const missing = diagnostic('MHP0001', `the machine is in a file of its own: ${value}`, book!.source, span, { help });
    return { diagnostics: [missing] };
  }
  const overridden = kernel === undefined ? header : { ...header, kernel: { value: kernel, span: { start: 0, end: 0 } } };
  const built = buildFromHeader(book?.source ?? sourceText(source.name, ''), overridden);
  if (built.machine === undefined) return { diagnostics: built.diagnostics };
  const front = kernel === undefined ? undefined : frontMatterOfMachine(built.machine);
  return started(source, book, built.machine, front, [], found);
}

function openCapture(source: Source, book: Runbook | undefined, kernel: string | undefined): Opened {
  const parts = source.files.flatMap(({ name, bytes }) => readPlainBytes(bytes, name, PAGE_LIMITS).parts);
  const name = source.files[0]!.name;
  const booted = bootCaptured(parts, kernel ?? book?.header.kernel?.value, name);
  if ('diagnostics' in booted) return booted;
  return started(source, book, booted.machine, frontMatterOfCapture(name, booted.kernel), booted.assumed, []);
}

/** A session on a machine made elsewhere (a recording's), with lines to type. */
export function scenarioOfMachine(source: Source, machine: Machine, lines: readonly string[]): OpenScenario {
  const session = Session.start(machine);
  for (const line of lines) session.type(line);
  return about(source, session, undefined, [], []);
}

function started(
  source: Source,
  book: Runbook | undefined,
  machine: Machine,
  frontMatter: string | undefined,
  assumed: readonly string[],
  found: readonly Diagnostic[],
): OpenScenario {
  if (book === undefined) return about(source, Session.start(machine, frontMatter), undefined, assumed, found);
  const own = frontMatter ?? frontMatterOfBook(book) ?? frontMatterOfMachine(machine);
  const { session, diagnostics } = Session.ofRunbook(book, machine, own);
  return about(source, session, book, assumed, [...found, ...diagnostics]);
}

function about(
  source: Source,
  session: Session,
  book: Runbook | undefined,
  assumed: readonly string[],
  diagnostics: readonly Diagnostic[],
): OpenScenario {
  return {
    session,
    title: book?.header.title?.value ?? source.name,
    description: book?.header.description?.value ?? '',
    kernel: session.machine.kernel.profile.name,
    assumed,
    diagnostics,
  };
}

function withoutExpectations(book: Runbook): Runbook {
  return { ...book, commands: book.commands.map((command) => ({ ...command, expected: [], exit: undefined })) };
}
