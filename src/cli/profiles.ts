/** `memhp profiles`: the kernels the model knows. */

import type { Command } from 'commander';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { CHANGES } from '../kernel/profile/changes.ts';
import { profileNames, resolveProfile } from '../kernel/profile/profile.ts';
import { RELEASES } from '../kernel/profile/releases.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import { printJson, printLines } from './output.ts';
import { PROFILES_SCHEMA, profilesJson } from './profiles-json.ts';
import { terminalOf } from './terminal.ts';

export function registerProfiles(program: Command): void {
  program
    .command('profiles')
    .summary('list the kernels memhp knows')
    .description('Lists kernels, what each brought, and whether recordings of that very kernel hold the model to it.')
    .option('--json', `print one JSON document (schema ${PROFILES_SCHEMA})`)
    .addHelpText('before', 'Examples:\n  memhp profiles\n  memhp profiles --json\n')
    .action((options: { json?: boolean }) => {
      if (options.json === true) printJson(profilesJson());
      else printLines(profileLines(terminalOf(process.stdout).width));
    });
}

function profileLines(width: number): string[] {
  const lines: string[] = [];
  for (const name of profileNames()) {
    const { release, verified } = resolveProfile(name);
    const uname = release === name ? '' : `  (${release})`;
    lines.push(`${name.padEnd(6)}${verified ? 'held to recordings' : 'from the reference'}${uname}`);
    for (const id of RELEASES[name]!.changes) {
      const rows = wrapText(CHANGES[id].subject, width - 10);
      lines.push(...rows.map((row, index) => (index === 0 ? `        ${row}` : `          ${row}`)));
    }
  }
  return [...lines, '', ...wrapText(`architectures: ${Object.keys(ARCHITECTURES).join(', ')}`, width)];
}
