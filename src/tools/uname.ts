/** uname, for what a profile knows. */

import { readLetters } from './read-input.ts';
import { NotModelled, type Tool } from './tool.ts';

const MACHINE = {
  x86_64: 'x86_64',
  arm64: 'aarch64',
  ppc64le: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
  loongarch64: 'loongarch64',
} as const;

export const uname: Tool = (context, args) => {
  const { options, operands } = readLetters('uname', args, 'srmpianvo');
  if (operands.length > 0) throw new NotModelled('uname takes no operands');
  for (const letter of ['a', 'n', 'v', 'p', 'i']) {
    if (!options.has(letter)) continue;
    throw new NotModelled(`uname -${letter} shows what the model does not know`, undefined, 'use `uname -srm`');
  }
  const { profile } = context.machine.kernel;
  const parts: string[] = [];
  if (options.has('s') || options.size === 0) parts.push('Linux');
  if (options.has('r')) parts.push(profile.release);
  if (options.has('m')) parts.push(MACHINE[profile.arch.name]);
  if (options.has('o')) parts.push('GNU/Linux');
  context.stdout(`${parts.join(' ')}\n`);
  return 0;
};
