/** What the output goes to: its width, whether colour and Unicode may be used. */

import { InvalidArgumentError, Option, type Command } from 'commander';

export interface Terminal {
  readonly width: number;
  readonly color: boolean;
  /** Whether the locale can show more than ASCII. Not asked of the stream: piped text is the same. */
  readonly unicode: boolean;
}

export type ColorChoice = 'auto' | 'always' | 'never';

/** The `--color` option every sub-command takes. */
export function colorOption(): Option {
  return new Option('--color <when>', 'colour the output: auto, always or never')
    .argParser((value: string): ColorChoice => {
      if (value === 'auto' || value === 'always' || value === 'never') return value;
      throw new InvalidArgumentError('It is auto, always or never.');
    })
    .default('auto');
}

/** Reads the surroundings. `COLUMNS` wins over the terminal's own width; 80 when nobody knows. */
export function terminalOf(
  stream: NodeJS.WriteStream,
  choice: ColorChoice = 'auto',
  env: NodeJS.ProcessEnv = process.env,
): Terminal {
  const columns = Number(env['COLUMNS']) || stream.columns || 80;
  return {
    width: Math.max(40, Math.min(400, Math.floor(columns))),
    color: usesColor(stream, choice, env),
    unicode: /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''),
  };
}

function usesColor(stream: NodeJS.WriteStream, choice: ColorChoice, env: NodeJS.ProcessEnv): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** The option's value on a sub-command that added `colorOption()`. */
export function colorChoice(command: Command): ColorChoice {
  return (command.opts() as { color?: ColorChoice }).color ?? 'auto';
}
