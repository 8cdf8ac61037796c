/** What `memhp compare` varies: its options read into axes, with complaints. */

import { MOST_VARIANTS } from '../advise/compare/compare.ts';
import { AXES, variantsOf, type Axes, type Axis, type Variant } from '../advise/compare/variant.ts';
import { POLICY_NAMES } from '../kernel/profile/policies.ts';
import { profileNames } from '../kernel/profile/profile.ts';
import { checkKernelName } from '../runbook/build-from-header.ts';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { nearestName } from '../runbook/nearest.ts';
import { sourceText, type SourceText, type Span } from '../runbook/source-text.ts';

/** The options as typed. */
export interface AxisOptions {
  readonly kernel?: string;
  readonly arch?: string;
  readonly policy?: string;
  readonly cmdline?: string;
  readonly with?: readonly string[];
}

/** Kernels that recordings hold the model to: what is compared when nothing is named. */
export const DEFAULT_KERNELS = ['5.0', '6.1', '6.12'] as const;

interface Piece {
  readonly text: string;
  readonly span: Span;
}

/** The variants asked for, or what is wrong with the asking. `ownKernel` is the runbook's. */
export function readVariants(options: AxisOptions, ownKernel: string): Variant[] | Diagnostic[] {
  const complaints: Diagnostic[] = [];
  const axes: { -readonly [K in keyof Axes]: Axes[K] } = {};
  const add = (axis: Axis, source: SourceText, pieces: readonly Piece[]): void => {
    complaints.push(...pieces.flatMap((piece) => checkValue(axis, source, piece)));
    axes[axis] = [...(axes[axis] ?? []), ...pieces.map((piece) => piece.text)];
  };
  for (const axis of ['kernel', 'arch', 'policy'] as const) {
    const text = options[axis];
    if (text === undefined) continue;
    const source = sourceText(`--${axis}`, text);
    const all = axis === 'kernel' ? profileNames() : axis === 'policy' ? POLICY_NAMES : [];
    if (text === 'all' && all.length > 0) axes[axis] = [...all];
    else add(axis, source, pieces(text, 0, /,/));
  }
  if (options.cmdline !== undefined) {
    add('cmdline', sourceText('--cmdline', options.cmdline), pieces(options.cmdline, 0, /\|/));
  }
  for (const text of options.with ?? []) {
    const source = sourceText('--with', text);
    const name = /^[^=]*/.exec(text)![0];
    const axis = AXES.find((each) => each === name);
    if (axis === undefined || !text.includes('=')) complaints.push(unknownAxis(source, name));
    else add(axis, source, pieces(text.slice(name.length + 1), name.length + 1, /\|/));
  }
  if (complaints.length > 0) return complaints;
  if (Object.keys(axes).length === 0) axes.kernel = DEFAULT_KERNELS;
  // Causes are looked for between kernels that have names.
  axes.kernel ??= [ownKernel];
  const count = Object.values(axes).reduce((product, values) => product * (values?.length ?? 1), 1);
  if (count > MOST_VARIANTS) {
    const message = `that makes ${count} machines; at most ${MOST_VARIANTS} are compared`;
    return [diagnostic('MHP0004', message, sourceText('command line', ''), undefined, { help: 'name fewer values' })];
  }
  return variantsOf(axes);
}

/** Cuts at the separator; blanks around a value do not count. An empty value is one: "nothing added". */
function pieces(text: string, offset: number, separator: RegExp): Piece[] {
  let at = offset;
  return text.split(separator).map((part) => {
    const start = at + (part.length - part.trimStart().length);
    at += part.length + 1;
    return { text: part.trim(), span: { start, end: start + part.trim().length } };
  });
}

function checkValue(axis: Axis, source: SourceText, { text, span }: Piece): Diagnostic[] {
  if (axis === 'kernel') return checkKernelName(source, { value: text, span });
  if (axis === 'policy' && !POLICY_NAMES.includes(text as (typeof POLICY_NAMES)[number])) {
    const near = nearestName(text, POLICY_NAMES);
    return [
      diagnostic('MHP0004', `there is no policy \`${text}\``, source, widened(span), {
        label: near === undefined ? '' : `did you mean \`${near}\`?`,
        help: `policies are ${POLICY_NAMES.join(', ')}`,
      }),
    ];
  }
  const mayBeEmpty = axis === 'cmdline' || axis === 'qemu';
  if (text !== '' || mayBeEmpty) return [];
  return [diagnostic('MHP0004', `a value of \`${axis}\` is empty`, source, widened(span), { help: 'write VALUE|VALUE' })];
}

function widened({ start, end }: Span): Span {
  return { start, end: Math.max(end, start + 1) };
}

function unknownAxis(source: SourceText, name: string): Diagnostic {
  const near = nearestName(name, AXES);
  return diagnostic('MHP0004', `\`${name}\` cannot be varied`, source, widened({ start: 0, end: name.length }), {
    label: near === undefined ? '' : `did you mean \`${near}=\`?`,
    help: `write NAME=VALUE|VALUE; names are ${AXES.join(', ')}`,
  });
}
