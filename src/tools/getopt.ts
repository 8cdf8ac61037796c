/** Options as the C library's getopt_long reads them: clusters, attached values, abbreviations, operands anywhere. */

export interface LongOption {
  readonly name: string;
  readonly argument?: 'required' | 'optional';
  /** The key reported; several names may share one. */
  readonly key: string;
}

export type OptionEvent =
  | { readonly kind: 'option'; readonly key: string; readonly value: string | undefined }
  | { readonly kind: 'operand'; readonly value: string }
  /** The text after `NAME: `; parsing ends here. */
  | { readonly kind: 'error'; readonly message: string };

interface Step {
  readonly event: OptionEvent;
  /** How many further words it took. */
  readonly took: number;
}

function wrong(message: string): Step {
  return { event: { kind: 'error', message }, took: 0 };
}

function option(key: string, value: string | undefined, took: number): Step {
  return { event: { kind: 'option', key, value }, took };
}

function readLong(word: string, next: string | undefined, longs: readonly LongOption[]): Step {
  const equals = word.indexOf('=');
  const typed = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  const exact = longs.find((long) => long.name === typed);
  const near = exact ? [exact] : longs.filter((long) => long.name.startsWith(typed));
  const found = near[0];
  if (found === undefined) return wrong(`unrecognized option '--${typed}'`);
  // Names that mean the same option do not make an abbreviation ambiguous.
  if (near.some((long) => long.key !== found.key || long.argument !== found.argument)) {
    const names = near.map((long) => `'--${long.name}'`).join(' ');
    return wrong(`option '--${typed}' is ambiguous; possibilities: ${names}`);
  }
  if (found.argument === undefined && attached !== undefined) {
    return wrong(`option '--${found.name}' doesn't allow an argument`);
  }
  if (found.argument !== 'required' || attached !== undefined) return option(found.key, attached, 0);
  if (next === undefined) return wrong(`option '--${found.name}' requires an argument`);
  return option(found.key, next, 1);
}

/**
 * Reads `args` in order and yields what getopt_long would; operands are yielded where they stand.
 * `shorts` is as in C (`ao:` means `-a` and `-o VALUE`); a key is the letter, or the long option's `key`.
 * A leading `+` stops at the first operand.
 */
export function* getopt(
  args: readonly string[],
  shorts: string,
  longs: readonly LongOption[] = [],
): Generator<OptionEvent, void, undefined> {
  const stopsAtOperand = shorts.startsWith('+');
  let onlyOperands = false;
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (onlyOperands || word === '-' || !word.startsWith('-')) {
      onlyOperands ||= stopsAtOperand;
      yield { kind: 'operand', value: word };
    } else if (word === '--') {
      onlyOperands = true;
    } else if (word.startsWith('--')) {
      const { event, took } = readLong(word, args[i + 1], longs);
      yield event;
      if (event.kind === 'error') return;
      i += took;
    } else {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] as string;
        const place = letter === ':' || letter === '+' ? -1 : shorts.indexOf(letter);
        if (place < 0) return yield { kind: 'error', message: `invalid option -- '${letter}'` };
        if (shorts[place + 1] !== ':') {
          yield { kind: 'option', key: letter, value: undefined };
          continue;
        }
        const attached = at + 1 < word.length ? word.slice(at + 1) : args[++i];
        if (attached === undefined) {
          return yield { kind: 'error', message: `option requires an argument -- '${letter}'` };
        }
        yield { kind: 'option', key: letter, value: attached };
        break;
      }
    }
  }
}
