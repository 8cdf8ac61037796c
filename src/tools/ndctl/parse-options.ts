/**
 * Options as ndctl, daxctl and cxl read them, in the manner of git and perf: abbreviations, `--no-NAME`, clusters of
 * letters, a usage text on standard error and exit status 129.
 */

export interface OptionSpec {
  readonly short?: string;
  readonly long: string;
  readonly type: 'string' | 'boolean' | 'count' | 'number';
  /** Name of the value in the usage text. */
  readonly value?: string;
  readonly help: string;
}

/** What stands in the way of running, or what `-h` asked for: goes to standard error, exit status 129. */
export class UsageExit {
  readonly text: string;
  /** 129, or 130 for `--list-opts`, whose text goes to standard output. */
  readonly status: number;
  constructor(text: string, status = 129) {
    this.text = text;
    this.status = status;
  }
}

export interface ParsedOptions {
  readonly operands: readonly string[];
  string(long: string): string | undefined;
  boolean(long: string, otherwise?: boolean): boolean;
  count(long: string): number;
  number(long: string): number;
}

/** Columns up to where an option's help starts. */
const HELP_COLUMN = 24;

export function errorText(message: string): string {
  return `  Error: ${message}\n`;
}

function optionHelp(option: OptionSpec): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const value = option.type === 'string' ? ` <${option.value ?? ''}>` : option.type === 'number' ? ' <n>' : '';
  const head = `    ${short}--${option.long}${value}`;
  const fits = head.length <= HELP_COLUMN;
  const gap = ' '.repeat((fits ? HELP_COLUMN - head.length : HELP_COLUMN) + 2);
  return `${head}${fits ? '' : '\n'}${gap}${option.help}\n`;
}

export function usageText(usage: string, options: readonly OptionSpec[]): string {
  return `\n usage: ${usage}\n\n${options.map(optionHelp).join('')}\n`;
}

/** The usage line and the one option something is wrong with. */
function usageOfOption(usage: string, options: readonly OptionSpec[], typed: string, isShort: boolean): string {
  const matches = (option: OptionSpec): boolean =>
    isShort ? option.short === typed[0] : typed.startsWith(option.long) || typed.startsWith(`no-${option.long}`);
  const option = options.find(matches);
  return `\n usage: ${usage}\n\n${option === undefined ? '' : optionHelp(option)}`;
}

type Value = string | boolean | number | undefined;

class Parser {
  readonly #args: readonly string[];
  readonly #options: readonly OptionSpec[];
  readonly #usage: string;
  readonly values = new Map<string, Value>();
  readonly operands: string[] = [];
  #at = 0;

  constructor(args: readonly string[], options: readonly OptionSpec[], usage: string) {
    this.#args = args;
    this.#options = options;
    this.#usage = usage;
  }

  run(): void {
    for (; this.#at < this.#args.length; this.#at++) {
      const word = this.#args[this.#at] as string;
      if (!word.startsWith('-') || word === '-') this.operands.push(word);
      else if (word === '--') {
        this.operands.push(...this.#args.slice(this.#at + 1));
        return;
      } else if (word.startsWith('--')) this.#long(word.slice(2));
      else this.#cluster(word.slice(1));
    }
  }

  #wholeUsage(message = ''): UsageExit {
    return new UsageExit(message + usageText(this.#usage, this.#options));
  }

  #wrong(message: string, typed: string, isShort: boolean): UsageExit {
    return new UsageExit(errorText(message) + usageOfOption(this.#usage, this.#options, typed, isShort));
  }

  #cluster(letters: string): void {
    for (let i = 0; i < letters.length; i++) {
      const letter = letters[i] as string;
      if (letter === 'h') throw this.#wholeUsage();
      const option = this.#options.find(({ short }) => short === letter);
      if (option === undefined) throw this.#wholeUsage(errorText(`unknown switch \`${letter}'`));
      if (option.type === 'boolean' || option.type === 'count') {
        this.#set(option, undefined, false);
        if (i === 0 && letters.length > 1) this.#checkTypo(letters);
        continue;
      }
      this.#take(option, i + 1 < letters.length ? letters.slice(i + 1) : undefined, letters.slice(i), true);
      return;
    }
  }

  /** A long option typed with one dash. */
  #checkTypo(letters: string): void {
    if (letters.length < 3) return;
    if (letters.startsWith('no-') || this.#options.some(({ long }) => long.startsWith(letters))) {
      throw new UsageExit(errorText(`did you mean \`--${letters}\` (with two dashes ?)`));
    }
  }

  #long(typed: string): void {
    if (typed === 'help' || typed === 'help-all') throw this.#wholeUsage();
    if (typed === 'list-opts') throw new UsageExit(this.#options.map(({ long }) => `--${long} `).join(''), 130);
    const equals = typed.indexOf('=');
    const name = equals < 0 ? typed : typed.slice(0, equals);
    const attached = equals < 0 ? undefined : typed.slice(equals + 1);
    const near: { option: OptionSpec; unset: boolean }[] = [];
    for (const option of this.#options) {
      if (option.long === name) return this.#assign(option, attached, typed, false);
      if (option.long.startsWith(name)) near.push({ option, unset: false });
      else if ('no-'.startsWith(typed)) near.push({ option, unset: true });
      else if (name.startsWith('no-') && option.long.startsWith(name.slice(3))) {
        if (option.long === name.slice(3)) return this.#assign(option, attached, typed, true);
        near.push({ option, unset: true });
      }
    }
    const last = near.at(-1);
    if (last === undefined) throw this.#wholeUsage(errorText(`unknown option \`${typed}'`));
    const before = near.at(-2);
    if (before !== undefined) {
      const named = ({ option, unset }: (typeof near)[number]): string => `--${unset ? 'no-' : ''}${option.long}`;
      throw this.#wrong(`Ambiguous option: ${typed} (could be ${named(before)} or ${named(last)})`, typed, false);
    }
    this.#assign(last.option, attached, typed, last.unset);
  }

  #assign(option: OptionSpec, attached: string | undefined, typed: string, unset: boolean): void {
    const takesNone = option.type === 'boolean' || option.type === 'count' || unset;
    if (takesNone && attached !== undefined) {
      throw this.#wrong(`option \`${unset ? 'no-' : ''}${option.long}' takes no value`, typed, false);
    }
    if (takesNone) this.#set(option, undefined, unset);
    else this.#take(option, attached, typed, false);
  }

  #take(option: OptionSpec, attached: string | undefined, typed: string, isShort: boolean): void {
    const named = isShort ? `switch \`${option.short ?? ''}'` : `option \`${option.long}'`;
    const value = attached ?? this.#args[++this.#at];
    if (value === undefined) throw this.#wrong(`${named} requires a value`, typed, isShort);
    if (option.type === 'number' && !/^[ \t]*[+-]?[0-9]*$/.test(value)) {
      throw this.#wrong(`${named} expects a numerical value`, typed, isShort);
    }
    this.#set(option, value, false);
  }

  #set(option: OptionSpec, value: string | undefined, unset: boolean): void {
    if (option.type === 'boolean') this.values.set(option.long, !unset);
    else if (option.type === 'count') {
      this.values.set(option.long, unset ? 0 : ((this.values.get(option.long) as number | undefined) ?? 0) + 1);
    } else if (option.type === 'number') this.values.set(option.long, unset ? 0 : Number(value ?? 0));
    else this.values.set(option.long, unset ? undefined : value);
  }
}

/** Reads a sub-command's words; throws UsageExit. */
export function parseOptions(args: readonly string[], options: readonly OptionSpec[], usage: string): ParsedOptions {
  const parser = new Parser(args, options, usage);
  parser.run();
  const { values, operands } = parser;
  return {
    operands,
    string: (long) => values.get(long) as string | undefined,
    boolean: (long, otherwise = false) => (values.get(long) as boolean | undefined) ?? otherwise,
    count: (long) => (values.get(long) as number | undefined) ?? 0,
    number: (long) => (values.get(long) as number | undefined) ?? 0,
  };
}
