/** Boot logs of real machines: parsed, and their own results predicted. */

import { describe, expect, test } from 'vitest';
import { bootAgreement, configuredAs, LINE_KINDS } from '../../src/capture/boot-log-agreement.ts';
import { profileOfRelease } from '../../src/kernel/profile/profile-of-release.ts';
import { parseBootLog } from '../../src/capture/boot-log.ts';
import { readShared, sharedFiles } from './shared-data.ts';

const files = sharedFiles('hosts/dmesg', '.txt');

describe.skipIf(files === undefined)('boot logs of real machines', () => {
  test.each(files ?? [])('%s', (file) => {
    const log = parseBootLog(readShared('hosts/dmesg', file));
    const release = log.kernelRelease ?? '6.12';
    const { profile } = profileOfRelease(release, log.stableVersion);
    const { verdicts } = bootAgreement(log, configuredAs(profile, log), true);
    const differing = LINE_KINDS.filter((kind) => verdicts[kind] === 'differs');
    // Before v4.20 the count of unavailable pages depends on the BIOS data area, which no log shows.
    const unknowable = log.printed.unavailable.some((line) => line.startsWith('Reserved but')) ? ['unavailable'] : [];
    expect(differing.filter((kind) => !unknowable.includes(kind))).toEqual([]);
    expect(log.notes).toEqual([]);
  });
});
