/** Steps of explanation: what the kernel checked, left by the code path that decided. */

/** Where a check stands in the kernel and what it asks. */
export interface CheckPoint {
  /** Kernel source file, e.g. `mm/memory_hotplug.c`. */
  readonly file: string;
  /** Kernel function, e.g. `check_hotplug_memory_range`. */
  readonly fn: string;
  /** The condition that must hold, as a sentence without a full stop. */
  readonly condition: string;
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
