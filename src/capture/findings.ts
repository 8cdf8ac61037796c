/** All findings of a machine, most serious first, each kind bounded in number. */

import { blockFindings } from './block-findings.ts';
import { deviceFindings } from './device-findings.ts';
import type { Finding, FindingCode, FindingSeverity } from './finding.ts';
import type { MachineLayout } from './machine-layout.ts';
import { sectionFindings } from './section-findings.ts';

export interface Findings {
  readonly list: readonly Finding[];
  /** Findings left out, by code. */
  readonly omitted: Readonly<Partial<Record<FindingCode, number>>>;
}

/** Findings of one code that are kept. */
const KEPT = 200;

const ORDER: readonly FindingSeverity[] = ['problem', 'loss', 'info'];

export function findingsOf(layout: MachineLayout): Findings {
  const all = [...masked(layout), ...sectionFindings(layout), ...blockFindings(layout), ...deviceFindings(layout)];
  all.sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || (a.range?.start ?? 0) - (b.range?.start ?? 0),
  );
  const counts = new Map<FindingCode, number>();
  const omitted: Partial<Record<FindingCode, number>> = {};
  const list = all.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    if (count > KEPT) omitted[code] = count - KEPT;
    return count <= KEPT;
  });
  return { list, omitted };
}

function masked({ machine }: MachineLayout): Finding[] {
  if (machine.iomem?.masked !== true) return [];
  return [
    {
      code: 'masked-addresses',
      severity: 'problem',
      range: undefined,
      text:
        `all ${machine.iomem.lines} lines of /proc/iomem have the address zero: it was read by a user ` +
        'without CAP_SYS_ADMIN',
      refuses: undefined,
      values: { lines: machine.iomem.lines },
    },
  ];
}
