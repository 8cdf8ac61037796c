/** `memhp compare --curve N`: loss over the number of unaligned devices, by policy. */

import { MOST_CURVE_DEVICES, policyCurve, type CurveUse, type PolicyCurve } from '../advise/compare/loss-curve.ts';
import type { Between, CurveSpec } from '../advise/compare/curve-world.ts';
import { POLICIES, type PolicyName } from '../kernel/profile/policies.ts';
import { GiB, MiB } from '../kernel/units.ts';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import { sourceText } from '../runbook/source-text.ts';
import type { Curve } from '../view/curve.ts';
import { renderCurvesSvg } from '../view/curve-svg.ts';
import { renderCurves } from '../view/curve-text.ts';
import { shortSize } from '../view/size.ts';
import { renderTable } from '../view/table.ts';
import { styleOf } from './style.ts';
import type { Terminal } from './terminal.ts';

export interface CurveChoice {
  readonly curve: string;
  readonly between: Between;
  readonly use: CurveUse;
}

export interface LossCurves {
  readonly spec: CurveSpec;
  readonly use: CurveUse;
  readonly curves: readonly PolicyCurve[];
}

/** The devices of the thread: 64 MiB into a section. */
const OFFSET = 64 * MiB;
const SIZE = GiB;

/** What stands for a policy in the chart. */
const LETTERS: Readonly<Record<PolicyName, string>> = {
  sections: 's',
  pad: 'p',
  hole: 'h',
  'sub-sections': 'u',
  'variable-blocks': 'v',
};

/** Computes the curves; a complaint when the number of devices is none. */
export function lossCurves(choice: CurveChoice, kernel: string, policies: readonly PolicyName[]): LossCurves | Diagnostic {
  const devices = /^\d{1,4}$/.test(choice.curve) ? Number(choice.curve) : 0;
  if (devices < 1 || devices > MOST_CURVE_DEVICES) {
    const source = sourceText('--curve', choice.curve);
    const help = `write a number of devices from 1 to ${MOST_CURVE_DEVICES}`;
    const span = { start: 0, end: Math.max(1, choice.curve.length) };
    return diagnostic('MHP0004', `\`${choice.curve.slice(0, 40)}\` is no number of devices`, source, span, { help });
  }
  const spec = { kernel, devices, sizeBytes: SIZE, offsetBytes: OFFSET, between: choice.between };
  return { spec, use: choice.use, curves: policies.map((policy) => policyCurve(spec, policy, choice.use)) };
}

function titleOf({ spec, use }: LossCurves): string {
  const what = use === 'ram' ? 'used as RAM' : 'as device memory';
  const where = spec.between === 'ram' ? 'with RAM between them' : 'side by side';
  return `Memory lost: devices of ${shortSize(spec.sizeBytes)}, ${shortSize(spec.offsetBytes)} into a section, ${where}, ${what}`;
}

function viewCurves({ curves }: LossCurves): Curve[] {
  return curves.map(({ policy, points }) => ({
    letter: LETTERS[policy],
    label: policy,
    points: points.map(({ devices, lostBytes }) => ({ x: devices, bytes: lostBytes })),
  }));
}

export function curveSvg(found: LossCurves): string {
  return renderCurvesSvg(viewCurves(found), { title: titleOf(found), across: 'devices' });
}

export function curveLines(found: LossCurves, terminal: Terminal): string[] {
  const style = styleOf(terminal.color);
  const width = Math.min(terminal.width, 110);
  const { spec, curves } = found;
  const [title = '', ...chart] = renderCurves(viewCurves(found), { title: titleOf(found), across: 'devices' }, {
    width, unicode: terminal.unicode,
  });
  const rows = curves.map(({ policy, points, firstFailure, failures }) => {
    const { lostBytes, totalBytes } = points.at(-1)!;
    const fails = firstFailure === undefined ? 'none' : `${failures}, first ${firstFailure}`;
    const share = `${((lostBytes / totalBytes) * 100).toFixed(1)} %`;
    return [` ${LETTERS[policy]}`, policy, POLICIES[policy].title, shortSize(lostBytes), share, fails];
  });
  const head = ['', 'policy', 'what it does', 'lost', '', 'unusable'];
  const table = renderTable([head, ...rows], ['left', 'left', 'left', 'right', 'right', 'left'], { width });
  const total = shortSize(curves[0]?.points.at(-1)?.totalBytes ?? 0);
  const notes = `Of ${total}: the devices and the RAM beside them. Kernel ${spec.kernel} with each policy laid over it; no real kernel is built so. * where curves meet.`;
  return [
    ...wrapText(title, width).map(style.bold), '', ...chart, '', style.faint(table[0] ?? ''), ...table.slice(1), '',
    ...wrapText(notes, width).map(style.faint),
  ];
}
