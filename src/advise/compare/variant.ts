/** The machines a runbook is compared on: one for each combination of what is varied. */

import type { PolicyName } from '../../kernel/profile/policies.ts';
import type { WhatIf } from '../../kernel/profile/profile.ts';
import type { Machine } from '../../drivers/machine.ts';
import { buildFromHeader } from '../../runbook/build-from-header.ts';
import type { Diagnostic } from '../../runbook/diagnostic.ts';
import type { FrontMatter } from '../../runbook/runbook.ts';
import { shellWords } from '../../runbook/shell-words.ts';
import { sourceText, type SourceText } from '../../runbook/source-text.ts';

/** What can be varied. `cmdline` and `qemu` are added to what the runbook has, the others replace it. */
export const AXES = ['kernel', 'arch', 'policy', 'memory', 'cmdline', 'qemu'] as const;
export type Axis = (typeof AXES)[number];

/** One machine of a comparison: a value for each axis that is varied. */
export type Variant = Readonly<Partial<Record<Axis, string>>>;

/** Values to vary, by axis. An axis that is absent stays as the runbook has it. */
export type Axes = Readonly<Partial<Record<Axis, readonly string[]>>>;

/** Every combination; the kernel changes fastest, so that neighbours differ by it. */
export function variantsOf(axes: Axes): Variant[] {
  let variants: Variant[] = [{}];
  for (const axis of AXES.toReversed()) {
    const values = axes[axis];
    if (values === undefined || values.length === 0) continue;
    variants = variants.flatMap((variant) => values.map((value) => ({ ...variant, [axis]: value })));
  }
  return variants;
}

/** The axes on which something is varied: those a heading names. */
export function variedAxes(variants: readonly Variant[]): Axis[] {
  return AXES.filter((axis) => new Set(variants.map((variant) => variant[axis])).size > 1);
}

/** `6.12 sections`, from the values of the given axes; the runbook's own is `as written`. */
export function variantLabel(variant: Variant, axes: readonly Axis[]): string {
  const shown = axes.length > 0 ? axes : AXES.filter((axis) => variant[axis] !== undefined);
  const words = shown.map((axis) => (variant[axis] === '' ? `no ${axis}` : (variant[axis] ?? 'as written')));
  return words.length === 0 ? 'as written' : words.join(' ');
}

/** Boots a variant's machine; single behaviours may be laid over its kernel. Diagnostics when it is no machine. */
export type BuildVariant = (variant: Variant, behaviours?: WhatIf['behaviours']) => Machine | readonly Diagnostic[];

/** Builds variants of the machine that front matter describes. */
export function builderOf(source: SourceText, header: FrontMatter): BuildVariant {
  return (variant, behaviours) => {
    const changed = withVariant(header, variant);
    const built = buildFromHeader(changed.source ?? source, changed.header, whatIfOf(variant, behaviours));
    return built.machine ?? built.diagnostics;
  };
}

function whatIfOf(variant: Variant, behaviours: WhatIf['behaviours']): WhatIf | undefined {
  const policy = variant.policy as PolicyName | undefined;
  if (policy === undefined && behaviours === undefined) return undefined;
  return { ...(policy === undefined ? {} : { policy }), ...(behaviours === undefined ? {} : { behaviours }) };
}

/** Puts a variant's values in place; what is wrong with them is pointed at in the variant's own text. */
function withVariant(header: FrontMatter, variant: Variant): { header: FrontMatter; source?: SourceText } {
  const given = AXES.filter((axis) => axis !== 'policy' && variant[axis] !== undefined);
  if (given.length === 0) return { header };
  const source = sourceText('the variant', given.map((axis) => `${axis}=${variant[axis]}`).join(' '));
  let at = 0;
  const changed: { -readonly [K in keyof FrontMatter]: FrontMatter[K] } = { ...header };
  for (const axis of given) {
    const text = variant[axis]!;
    const start = at + axis.length + 1;
    const span = { start, end: start + text.length };
    at = span.end + 1;
    if (axis === 'qemu') {
      const words = shellWords(text).map((word) => ({
        value: word.text,
        span: { start: start + word.start, end: start + word.end },
      }));
      changed.qemu = [...header.qemu, ...words];
    } else if (axis === 'cmdline') {
      changed.cmdline = { value: `${header.cmdline?.value ?? ''} ${text}`.trim(), span };
    } else if (axis !== 'policy') {
      changed[axis] = { value: text, span };
    }
  }
  return { header: changed, source };
}
