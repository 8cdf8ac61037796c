/** What a report's runbook says about itself, and what was kept of it on real kernels. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { agreementDocument } from '../src/realkernel/agreement.ts';
import { parseRunbook } from '../src/runbook/parse.ts';

const root = join(import.meta.dirname, '..');

/** Where reports are: a runbook for each, or two where kernels are compared. */
export const REPORTS_FOLDER = join(root, 'examples/reports');
/** What came of each on a real kernel, one line for each runbook and kernel. */
export const RESULTS_FILE = join(REPORTS_FOLDER, 'verified.jsonl');

export interface Report {
  /** `13-256m-kmem.md`. */
  readonly file: string;
  readonly title: string;
  /** The number in front of the file's name; `Infinity` for a report without one. */
  readonly number: number;
  /** Where it was reported. */
  readonly report: string;
  /** One sentence: what would have helped. */
  readonly answer: string;
  /** The sub-command that tells, when it is another than `memhp run`. */
  readonly command: string | undefined;
  readonly kernel: string;
  /** Played on a captured machine, which no real kernel can boot. */
  readonly captured: boolean;
}

export const reportResult = z.strictObject({
  schema: z.literal('memhp/report-result/1'),
  runbook: z.string().regex(/^[\w.-]{1,80}\.md$/),
  /** As `uname -r` says. */
  kernel: z.string().regex(/^[\w.+~-]{1,80}$/),
  arch: z.string().regex(/^\w{1,20}$/),
  ...agreementDocument.omit({ kernelSeconds: true, modelSeconds: true }).shape,
});

export type ReportResult = z.infer<typeof reportResult>;

/** Every runbook in the folder, by number and name. @throws Error for one that does not say what it is */
export function readReports(): Report[] {
  const names = readdirSync(REPORTS_FOLDER).filter((name) => name.endsWith('.md'));
  const reports = names.map((name) => reportOf(name, readFileSync(join(REPORTS_FOLDER, name), 'utf8')));
  return reports.sort((a, b) => a.number - b.number || (placeOf(a.file) < placeOf(b.file) ? -1 : 1));
}

/** What was before stands before what came after. */
function placeOf(file: string): string {
  return file.replace('-before', '-0');
}

export function readResults(): ReportResult[] {
  if (!existsSync(RESULTS_FILE)) return [];
  const lines = readFileSync(RESULTS_FILE, 'utf8').split('\n').filter((line) => line !== '');
  return lines.map((line) => reportResult.parse(JSON.parse(line)));
}

export function reportOf(file: string, text: string): Report {
  const { header } = parseRunbook(text, file, { headerOnly: true }).book;
  const said = (key: string): string => {
    const value = wordsAbout(text, key);
    if (value === undefined) throw new Error(`examples/reports/${file}: no line "${key}: …"`);
    return value;
  };
  const number = /^\d+/.exec(file)?.[0];
  return {
    file,
    title: header.title?.value ?? said('title'),
    number: number === undefined ? Infinity : Number(number),
    report: said('report'),
    answer: said('answer'),
    command: wordsAbout(text, 'shown by'),
    kernel: header.kernel?.value ?? '6.12',
    captured: header.machine !== undefined,
  };
}

/** The paragraph that begins with `KEY:`, in prose or in comment lines, as one line. */
function wordsAbout(text: string, key: string): string | undefined {
  const lines = text.split('\n').map((line) => line.replace(/^# ?/, '').trim());
  const first = lines.findIndex((line) => line.toLowerCase().startsWith(`${key}:`));
  if (first < 0) return undefined;
  let end = first + 1;
  while (end < lines.length && !/^$|^(?:report|answer|shown by):|^\$ |^\(qemu\)|^```/i.test(lines[end]!)) end++;
  return lines.slice(first, end).join(' ').slice(key.length + 1).trim();
}
