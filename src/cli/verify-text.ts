/** What `memhp verify` says about one runbook on one kernel. */

import type { Comparison } from '../realkernel/replay.ts';
import { sideBySide } from './side-by-side.ts';
import type { Style } from './style.ts';
import type { Verified } from './verified.ts';

/** Agreement in a line, then the first disagreements, the kernel's lines beside the model's. */
export function verifyLines(verified: Verified, width: number, style: Style, diffs: number): string[] {
  const { file, kernel, outcome } = verified;
  const head = `${file} on ${kernel.release}`;
  if ('trouble' in outcome) return [`${style.bad('failed')}   ${head}`, ...outcome.trouble.map((line) => `  ${line}`)];
  const { replay, kernelSeconds, modelSeconds } = outcome;
  const wrong = replay.comparisons.filter((each) => !each.agrees);
  const total = replay.comparisons.length;
  const counts = `${total - wrong.length} of ${total} facets, ${replay.steps} steps`;
  const times = style.faint(`kernel ${kernelSeconds.toFixed(1)} s, model ${(modelSeconds * 1000).toFixed(0)} ms`);
  const verdict = wrong.length === 0 ? `${style.good('agrees')} ` : style.bad('differs');
  const rest = wrong.length - diffs;
  return [
    `${verdict}  ${head}: ${counts}; ${times}`,
    ...replay.settled.map((line) => `  ${style.open('hung on what pages held')}: ${line}`),
    ...wrong.slice(0, diffs).flatMap((each) => disagreement(each, width, style)),
    ...(rest > 0 && diffs > 0 ? [`  ${rest} more disagreements (--diffs)`] : []),
  ];
}

function disagreement(one: Comparison, width: number, style: Style): string[] {
  const { step, command, facet, expected, actual } = one;
  const place = step === 0 ? 'boot' : `step ${step}  ${command}`;
  const sorted = (lines: readonly string[]): string => [...lines].sort().join('\n');
  const order = sorted(expected) === sorted(actual) ? ' (the same lines in another order)' : '';
  return [
    '',
    `  ${style.bold(place)}: ${style.bad(facet)}${order}`,
    ...sideBySide(['— the kernel —', ...expected], ['— the model —', ...actual], width - 4).map((line) => `    ${line}`),
  ];
}
