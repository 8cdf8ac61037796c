/** Why a namespace is not what it was: it is offered to its driver once more, and the check that decides is kept. */

import type { Machine } from '../../drivers/machine.ts';
import { ndBindStore, ndUnbindStore } from '../../drivers/nvdimm/nd-bus.ts';
import { childByName } from '../../drivers/nvdimm/state.ts';
import type { CheckStep } from '../../kernel/explain.ts';
import { logLines } from '../../kernel/log.ts';
import type { Holding } from './holdings.ts';

export interface Refusal {
  /** The deciding check; undefined when every check passed. */
  readonly check: CheckStep | undefined;
  /** What the kernel logged. */
  readonly log: readonly string[];
}

const WARNED_ONCE = /memremap_pages|Conflicting mapping|attempted on|Misaligned __add_pages/;

/** Binds the namespace, or the device that claimed it, on a machine that is put back as it was. */
export function whyNot(machine: Machine, { name, region }: Holding): Refusal {
  const { kernel } = machine;
  const kept = machine.snapshot();
  const listener = kernel.explain;
  const steps: CheckStep[] = [];
  const logged = logLines(kernel.log).length;
  try {
    const namespace = childByName(machine, region, name);
    const claim = namespace?.kind === 'namespace' ? namespace.claim : undefined;
    const device = claim ?? name;
    const driver = device.startsWith('dax') ? 'dax_pmem' : 'nd_pmem';
    const held = childByName(machine, region, device)?.driver;
    if (held !== undefined) ndUnbindStore(machine, held, device);
    kernel.explain = (point, passed, values) => void steps.push({ ...point, passed, values });
    ndBindStore(machine, driver, device);
    const log = logLines(kernel.log).map(({ text }) => text);
    // What is warned of once was said by the boot already.
    const said = log.slice(0, logged).filter((text) => WARNED_ONCE.test(text));
    return { check: deciding(steps), log: [...new Set([...said, ...log.slice(logged)])] };
  } finally {
    kernel.explain = listener;
    machine.restore(kept);
  }
}

/**
 * The last check that failed in a function that had come some way: what merely is not there (a BTT, a block of the
 * other kind) fails first of all.
 */
function deciding(steps: readonly CheckStep[]): CheckStep | undefined {
  const failed = steps.findLast((step, index) => {
    const before = steps[index - 1];
    return !step.passed && before !== undefined && before.passed && before.fn === step.fn;
  });
  return failed ?? steps.findLast(({ passed }) => !passed);
}
