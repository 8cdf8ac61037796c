/** One runbook on several machines: what every command came to on each, where that flips, and why. */

import type { Diagnostic } from '../../runbook/diagnostic.ts';
import type { Runbook } from '../../runbook/runbook.ts';
import { differenceOf, type Depth } from './outcome.ts';
import { flipCause, type FlipCause } from './flip-cause.ts';
import { playVariant, Replays, withoutExpectations, type PlayedVariant } from './play-variant.ts';
import { AXES, variedAxes, type Axis, type BuildVariant, type Variant } from './variant.ts';

/** Machines in one comparison: more do not fit a screen. */
export const MOST_VARIANTS = 64;
/** Replays spent on finding causes; the rest is said to be unknown. */
const MOST_REPLAYS = 2000;

/** A command that comes out otherwise on a neighbouring variant. */
export interface Flip {
  /** Index of the command. */
  readonly index: number;
  /** Indices of the two variants; they differ in `axis` alone. */
  readonly from: number;
  readonly to: number;
  readonly axis: Axis;
  readonly depth: Depth;
  /** On the kernel axis: the change that did it. */
  readonly cause?: FlipCause;
}

export interface Comparison {
  readonly book: Runbook;
  readonly variants: readonly Variant[];
  readonly played: readonly PlayedVariant[];
  readonly flips: readonly Flip[];
  /** What is not modelled on some variant; without repetitions. */
  readonly diagnostics: readonly Diagnostic[];
  /** Runbooks played to find the causes. */
  readonly replays: number;
  /** Whether the search for causes ended before every flip had one. */
  readonly cutShort: boolean;
}

/** What a comparison holds to and asks beyond the outcomes. */
export interface CompareOptions {
  /** How deep outcomes are compared; the log is left out when absent. */
  readonly depth?: Depth;
  /** Whether causes are looked for, which needs machines with single changes laid over them. */
  readonly causes?: boolean;
}

/** Compares; diagnostics when one of the machines cannot be built. */
export function compareRunbook(
  book: Runbook,
  variants: readonly Variant[],
  build: BuildVariant,
  { depth = 'output', causes = true }: CompareOptions = {},
): Comparison | readonly Diagnostic[] {
  const bare = withoutExpectations(book);
  const played: PlayedVariant[] = [];
  for (const variant of variants) {
    const one = playVariant(bare, build, variant);
    if (!('runs' in one)) return one;
    played.push(one);
  }
  const replays = new Replays(bare, build, MOST_REPLAYS);
  const deep = ['verdict', 'output', 'log'].slice(0, ['verdict', 'output', 'log'].indexOf(depth) + 1);
  const flips = neighbours(variants).flatMap(({ from, to, axis }) =>
    bare.commands.flatMap((_, index): Flip[] => {
      const found = differenceOf(played[from]!.runs[index]!, played[to]!.runs[index]!);
      if (found === undefined || !deep.includes(found)) return [];
      const flip = { index, from, to, axis, depth: found };
      if (axis !== 'kernel' || !causes) return [flip];
      return [{ ...flip, cause: flipCause(replays, index, found, variants[from]!, variants[to]!) }];
    }),
  );
  return {
    book,
    variants,
    played,
    flips,
    diagnostics: withoutRepetitions(played.flatMap((one) => one.diagnostics)),
    replays: replays.count,
    cutShort: replays.exhausted,
  };
}

/** Pairs of variants that differ in one axis alone, by neighbouring values of it. */
export function neighbours(variants: readonly Variant[]): { from: number; to: number; axis: Axis }[] {
  const varied = variedAxes(variants);
  return varied.flatMap((axis) => {
    const last = new Map<string, number>();
    return variants.flatMap((variant, to) => {
      const rest = JSON.stringify(AXES.map((each) => (each === axis ? '' : (variant[each] ?? null))));
      const from = last.get(rest);
      last.set(rest, to);
      return from === undefined ? [] : [{ from, to, axis }];
    });
  });
}

function withoutRepetitions(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map(diagnostics.map((one) => [`${one.code} ${one.span?.start} ${one.message}`, one]));
  return [...seen.values()];
}

/** 2 when something is not modelled, 1 when outcomes differ, 64 when some depend on more than the map, else 0. */
export function compareStatus({ diagnostics, flips, played }: Comparison): 0 | 1 | 2 | 64 {
  if (diagnostics.some((one) => one.severity === 'error')) return 2;
  if (flips.length > 0) return 1;
  return played.some((one) => one.runs.some((run) => run.verdict === 'depends')) ? 64 : 0;
}
