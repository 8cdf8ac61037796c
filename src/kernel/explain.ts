/** Steps of explanation: what the kernel checked, left by the code path that decided. */

/** Where a check stands in the kernel and what it asks. */
export interface CheckPoint {
  /** Kernel source file, e.g. `mm/memory_hotplug.c`. */
  readonly file: string;
  /** Kernel function, e.g. `check_hotplug_memory_range`. */
  readonly fn: string;
  /** The condition that must hold, as a sentence without a full stop. */
  readonly condition: string;
  /**
   * Absent: where it fails, something is refused. `never`: either answer is fine and picks a way to go on.
   * `if-nothing-else`: it only names who refused, and any other check that failed tells more.
   */
  readonly decides?: 'never' | 'if-nothing-else';
}

/** One evaluated check. */
export interface CheckStep extends CheckPoint {
  readonly passed: boolean;
  readonly values: Readonly<Record<string, number | string | boolean>>;
}

/**
 * Called after each check. Held as an optional function and called with `?.`, so that neither
 * the call nor its arguments are evaluated when nobody listens.
 */
export type Explain = (
  point: CheckPoint,
  passed: boolean,
  values: Readonly<Record<string, number | string | boolean>>,
) => void;

/** Who may listen: the kernel, or whatever stands for it. */
export interface Explained {
  readonly explain: Explain | undefined;
}

/** Nobody listens. */
export const UNHEARD: Explained = { explain: undefined };

/** Leaves one step and returns whether it passed: for checks off the hot paths. */
export function check(
  listener: Explained,
  point: CheckPoint,
  passed: boolean,
  values: Readonly<Record<string, number | string | boolean>> = {},
): boolean {
  listener.explain?.(point, passed, values);
  return passed;
}

/**
 * Runs an operation; where it was refused and no check of it failed, leaves the step `refusal` names, so that no
 * refusal is without one.
 */
export function namingRefusal<T>(
  listener: { explain: Explain | undefined },
  operation: () => T,
  refusal: (result: T) => Omit<CheckStep, 'passed'> | undefined,
): T {
  const outer = listener.explain;
  if (outer === undefined) return operation();
  let failed = false;
  listener.explain = (point, passed, values) => {
    if (!passed && point.decides !== 'never') failed = true;
    outer(point, passed, values);
  };
  try {
    const result = operation();
    const step = failed ? undefined : refusal(result);
    if (step !== undefined) outer(step, false, step.values);
    return result;
  } finally {
    listener.explain = outer;
  }
}
