/** echo as busybox sh has it. */

import { unescapeText } from './escapes.ts';
import type { Tool } from './tool.ts';

/** `-n`, `-e`, `-E` in any mix are options, until the first word that is none of them. */
export const echo: Tool = (context, args) => {
  let at = 0;
  let newline = true;
  let escapes = false;
  for (; /^-[neE]+$/.test(args[at] ?? ''); at++) {
    for (const letter of (args[at] as string).slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  const words = args.slice(at).join(' ');
  if (!escapes) {
    context.stdout(words + (newline ? '\n' : ''));
    return 0;
  }
  const { text, stopped } = unescapeText(words, true);
  context.stdout(text + (newline && !stopped ? '\n' : ''));
  return 0;
};
