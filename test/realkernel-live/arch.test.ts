/** One boot of an arm64 kernel, where somebody asks for it: half a minute of processor time, minutes on a busy host. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenarioOfRunbook, verifyScenario } from '../../src/realkernel/verify.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { kernelAtHand } from './at-hand.ts';

const LIVE = 900_000;
const asked = process.env['MEMHP_LIVE_ARCH'] === 'arm64';
if (!asked) console.warn('SKIPPED: no arm64 kernel is booted: MEMHP_LIVE_ARCH=arm64 asks for it (its recordings are replayed)');
const { kernel, why } = asked ? kernelAtHand('6.12-arm64') : { kernel: undefined, why: 'MEMHP_LIVE_ARCH=arm64 asks for it' };

describe.skipIf(kernel === undefined)(`Linux 6.12 of arm64 ${why}`, () => {
  test('a runbook agrees in every facet of every step', { timeout: LIVE }, async () => {
    const path = join(import.meta.dirname, '../realkernel/arch/arm64-virtio-mem.md');
    const { book } = parseRunbook(readFileSync(path, 'utf8'), path);
    const { replay, recording } = await verifyScenario(kernel!, scenarioOfRunbook(book, 'arm64-virtio-mem', 'arm64'));
    expect(recording.kernel.arch).toBe('aarch64');
    expect(replay.comparisons.filter((each) => !each.agrees)).toEqual([]);
    expect(replay.comparisons.length).toBeGreaterThan(80);
  });
});
