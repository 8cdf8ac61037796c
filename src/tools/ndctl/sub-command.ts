/** What ndctl, daxctl and cxl do alike around a sub-command. */

import type { Tool, ToolContext } from '../tool.ts';
import { UsageExit } from './parse-options.ts';

/** What a sub-command returned, as an exit status: its low byte. Usage goes to the stream the real tools use. */
export function runSubCommand(context: ToolContext, run: () => number): number {
  try {
    return ((run() % 256) + 256) % 256;
  } catch (stop) {
    if (!(stop instanceof UsageExit)) throw stop;
    if (stop.status === 130) context.stdout(stop.text);
    else context.stderr(stop.text);
    return stop.status;
  }
}

/** The usage text of a command, as its `-h` prints it; undefined where there is none. */
export function usageOf(context: ToolContext, command: Tool | undefined): string | undefined {
  try {
    command?.(context, ['-h']);
  } catch (stop) {
    if (stop instanceof UsageExit) return stop.text;
    throw stop;
  }
  return undefined;
}
