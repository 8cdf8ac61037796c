/** A line as somebody types it, made a command without expectations. */

import type { Command, Prompt } from './runbook.ts';

/** What stands before a command in a transcript. */
export function promptText(prompt: Prompt): '$' | '(qemu)' {
  return prompt === 'shell' ? '$' : '(qemu)';
}

/** Takes the prompt off a line, `(qemu) ` or `$ `, and white space around what is left, as runbooks do. */
export function typedCommand(line: string, comments: readonly string[] = []): Command {
  const lead = /^\s*(?:(\$|\(qemu\))(?:[ \t]+|$))?/.exec(line)!;
  const text = line.slice(lead[0].length).trimEnd();
  const span = { start: 0, end: text.length };
  return {
    prompt: lead[1] === '(qemu)' ? 'monitor' : 'shell',
    text,
    span,
    line: 1,
    pieces: [{ at: 0, offset: 0 }],
    comments,
    expected: [],
    exit: undefined,
    expectation: { start: text.length, end: text.length },
  };
}
