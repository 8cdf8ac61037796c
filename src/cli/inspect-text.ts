/** The text of `memhp inspect`: what a machine holds, what is odd about it, and what is not known. */

import { placeText } from '../capture/capture-error.ts';
import { numbersText, sizeText, type Finding } from '../capture/finding.ts';
import type { BlockReport, MachineReport } from '../capture/inspect-report.ts';
import { hexPadded } from '../kernel/units.ts';
import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import { styleOf, type Style } from './style.ts';
import type { Terminal } from './terminal.ts';

/** Lines of one kind shown unless everything is asked for. */
const BRIEF = 6;

export interface InspectTextOptions {
  readonly terminal: Terminal;
  /** Nothing is folded. */
  readonly all: boolean;
}

/** One machine as lines; `map` are the lines of its map, empty when it has none. */
export function inspectLines(report: MachineReport, map: readonly string[], options: InspectTextOptions): string[] {
  const style = styleOf(options.terminal.color);
  const { width } = options.terminal;
  const lines = [style.bold(printable(report.name)), ...headLines(report, width)];
  const section = (title: string, body: readonly string[]): void => {
    if (body.length > 0) lines.push('', style.bold(title), ...body);
  };
  section('Map', map);
  section('Totals', totalLines(report));
  section(
    report.blocksInferred ? 'Memory blocks (they follow from the map; nobody recorded them)' : 'Memory blocks',
    blockLines(report, options.all),
  );
  section(
    report.zonesPredicted ? 'Zones (as the model boots from the log; nobody recorded them)' : 'Zones',
    zoneLines(report, options.all),
  );
  section('Nodes', nodeLines(report, options.all));
  section('Devices', deviceLines(report, options.all));
  section('Findings', findingLines(report, style, options));
  section(
    'Not known',
    report.unknown.flatMap((text) => item(text, width)),
  );
  section(
    'Assumed',
    report.assumed.flatMap((text) => item(text, width)),
  );
  const notes = report.notes.map((note) => `${placeText(note)}: ${note.text}`);
  section(
    'Notes on the input',
    folded(notes, options.all, 'notes').flatMap((text) => item(text, width)),
  );
  return lines;
}

function headLines(report: MachineReport, width: number): string[] {
  const { kernelRelease, profile } = report;
  const kernel =
    kernelRelease === undefined
      ? `kernel not known (read as ${profile})`
      : kernelRelease === profile
        ? `kernel ${profile}`
        : `kernel ${kernelRelease} (read as ${profile})`;
  const from = {
    recorded: '',
    lsmem: ' (lsmem)',
    'boot log': ' (boot log)',
    estimated: ' (estimated)',
    rule: ' (by the usual rule)',
  };
  const blocks =
    report.blockSize === undefined
      ? 'block size not known'
      : `blocks of ${sizeText(report.blockSize)}${from[report.blockSizeFrom ?? 'recorded']}`;
  const units = `sections of ${sizeText(report.sectionSize)}, sub-sections of ${sizeText(report.subsectionSize)}`;
  const sizes = `${units}, ${blocks}`;
  return [
    ...report.sources.flatMap(({ says }) => item(printable(says), width)),
    ...wrapText(`${report.arch}, ${printable(kernel)}; ${sizes}`, width - 2).map((line) => `  ${line}`),
  ];
}

function item(text: string, width: number): string[] {
  return wrapText(printable(text), width - 4).map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`));
}

/** At most a few, and a line that counts the rest. */
function folded(lines: readonly string[], all: boolean, what: string, brief = BRIEF): string[] {
  if (all || lines.length <= brief + 1) return [...lines];
  return [...lines.slice(0, brief), `${lines.length - brief} more ${what}; --all shows them`];
}

function padded(cell: string, width: number, right: boolean): string {
  return right ? cell.padStart(width) : cell.padEnd(width);
}

/** Columns as wide as their widest cell, two blanks apart; columns in `right` are flush right. */
function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) =>
    `  ${row.map((cell, at) => padded(cell, widths[at] as number, right.includes(at))).join('  ')}`.trimEnd(),
  );
}

function totalLines({ totals, blockSize }: MachineReport): string[] {
  const rows: string[][] = [];
  const add = (name: string, bytes: number | undefined, remark = ''): void => {
    if (bytes !== undefined) rows.push([name, sizeText(bytes), remark]);
  };
  add('System RAM', totals.ram, totals.driverRam ? `${sizeText(totals.driverRam)} of it added by drivers` : '');
  if (totals.device !== undefined && totals.device > 0) add('Device memory', totals.device, 'not System RAM');
  add('Online', totals.online);
  add('Offline', totals.offline);
  add('Memory map', totals.memmap, 'struct pages of all System RAM');
  if (totals.blocks > 0)
    rows.push(['Blocks', String(totals.blocks), blockSize === undefined ? '' : `of ${sizeText(blockSize)}`]);
  return columns(rows, [1]);
}

function blockLines({ blocks }: MachineReport, all: boolean): string[] {
  if (blocks.length === 0) return [];
  const rows = blocks.map((run: BlockReport) => [
    numbersText(run.first, run.last),
    run.start === undefined || run.size === undefined
      ? '?'
      : `${hexPadded(run.start, 16)}-${hexPadded(run.start + run.size - 1, 16)}`,
    run.size === undefined ? '?' : sizeText(run.size),
    run.state === 'unknown' ? '?' : run.state,
    run.zones === undefined ? '?' : printable(run.zones),
    run.nodes === undefined ? '?' : run.nodes.join(','),
  ]);
  const [heading, ...body] = columns([['BLOCKS', 'RANGE', 'SIZE', 'STATE', 'ZONES', 'NODE'], ...rows], [2]);
  return [
    heading as string,
    ...folded(body, all, 'runs of blocks', 16).map((line) => (line.startsWith(' ') ? line : `  ${line}`)),
  ];
}

function zoneLines({ zones, pageSize }: MachineReport, all: boolean): string[] {
  if (zones.length === 0) return [];
  const rows = zones.map((zone) => [
    String(zone.nid),
    printable(zone.name),
    zone.startPfn === undefined ? '?' : `0x${zone.startPfn.toString(16)}`,
    String(zone.spanned),
    String(zone.present),
    sizeText(zone.present * pageSize),
  ]);
  const body = columns([['NODE', 'ZONE', 'START PFN', 'SPANNED', 'PRESENT', 'SIZE'], ...rows], [0, 2, 3, 4, 5]);
  return folded(body, all, 'zones', 16).map((line) => (line.startsWith(' ') ? line : `  ${line}`));
}

function nodeLines({ nodes }: MachineReport, all: boolean): string[] {
  if (nodes.length < 2) return [];
  const rows = nodes.map(({ nid, memTotal }) => [`node ${nid}`, memTotal === undefined ? '' : sizeText(memTotal)]);
  return folded(columns(rows, [1]), all, 'nodes', 16).map((line) => (line.startsWith(' ') ? line : `  ${line}`));
}

function deviceLines({ devices }: MachineReport, all: boolean): string[] {
  const rows = devices.map((device) => [
    device.kind,
    printable(device.name),
    device.start === undefined ? '?' : hexPadded(device.start, 16),
    device.sizeBytes === undefined ? '?' : `${device.rounded ? 'about ' : ''}${sizeText(device.sizeBytes)}`,
    device.mode === undefined ? '' : printable(device.mode),
    device.nid === undefined ? '' : `node ${device.nid}`,
  ]);
  return folded(columns(rows, [3]), all, 'devices', 16).map((line) => (line.startsWith(' ') ? line : `  ${line}`));
}

function findingLines(report: MachineReport, style: Style, { all, terminal }: InspectTextOptions): string[] {
  const lines: string[] = [];
  const told = new Map<string, number>();
  const kinds = new Map<string, Finding[]>();
  for (const finding of report.findings) kinds.set(finding.code, [...(kinds.get(finding.code) ?? []), finding]);
  for (const finding of report.findings) {
    const count = (told.get(finding.code) ?? 0) + 1;
    told.set(finding.code, count);
    const total = (kinds.get(finding.code)?.length ?? 0) + (report.findingsOmitted[finding.code] ?? 0);
    if (!all && total > BRIEF + 1 && count > BRIEF) {
      if (count === BRIEF + 1)
        lines.push(
          `  ${total - BRIEF} more of ${finding.code}; --all shows ` +
            `${report.findingsOmitted[finding.code] === undefined ? 'them' : 'more of them'}`,
        );
      continue;
    }
    const word = { problem: style.bad, loss: style.open, info: style.faint }[finding.severity];
    lines.push(`  ${word(finding.severity)} ${style.faint(finding.code)}`);
    for (const line of wrapText(printable(finding.text), terminal.width - 4)) lines.push(`    ${line}`);
    if (finding.refuses !== undefined) {
      wrapText(printable(finding.refuses), terminal.width - 13).forEach((line, index) =>
        lines.push(`    ${index === 0 ? 'refuses: ' : '         '}${line}`),
      );
    }
  }
  return lines;
}
