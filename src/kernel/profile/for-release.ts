/** Which profile stands for a kernel that names itself, as `uname -r` does. */

import { RELEASES } from './releases.ts';

/** The profile of a release: its own, else that of the nearest release before it, else the oldest. */
export function profileForRelease(release: string): string {
  const [major, minor] = versionOf(release);
  const known = Object.keys(RELEASES)
    .map((name) => ({ name, version: versionOf(name) }))
    .filter(({ version }) => version[0] < major || (version[0] === major && version[1] <= minor))
    .sort((a, b) => a.version[0] - b.version[0] || a.version[1] - b.version[1]);
  return known.at(-1)?.name ?? (Object.keys(RELEASES)[0] as string);
}

function versionOf(release: string): readonly [major: number, minor: number] {
  const match = /(\d+)\.(\d+)/.exec(release);
  return match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
}
