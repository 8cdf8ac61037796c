/** Commands that belong to the shell itself. */

import { ENOTDIR, ENOENT, strerror } from '../kernel/errno.ts';
import type { Shell } from './shell-run.ts';
import { NotModelled, type ToolContext } from './tool.ts';

/** Thrown by `exit`, and where the shell gives up. */
export class ShellExit {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

export type Builtin = (shell: Shell, context: ToolContext, args: readonly string[]) => number;

/** POSIX's special builtins: a redirection that fails ends the shell, assignments before them stay. */
const SPECIAL = new Set(
  ': exit export unset set eval exec . readonly return shift trap break continue times'.split(' '),
);

export function isSpecialBuiltin(name: string): boolean {
  return SPECIAL.has(name);
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function cd(shell: Shell, context: ToolContext, args: readonly string[]): number {
  const [path] = args;
  if (path === undefined || path.startsWith('-')) throw new NotModelled('`cd` without a path is not modelled');
  const at = shell.files.resolve(path);
  const kind = typeof at === 'number' ? undefined : shell.files.kindFollowed(path);
  if (kind !== 'directory') {
    const why = at === -ENOTDIR || kind === 'file' ? ENOTDIR : ENOENT;
    context.stderr(`sh: cd: line 0: can't cd to ${path}: ${strerror(why)}\n`);
    return 2;
  }
  // The shell remembers the path as typed, links and all.
  shell.files.cwd = logicalPath(shell.files.cwd, path);
  return 0;
}

/** `path` seen from `cwd`, with `..` taken away by name. */
function logicalPath(cwd: string, path: string): string {
  const names: string[] = [];
  for (const name of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

function exit(shell: Shell, context: ToolContext, args: readonly string[]): number {
  const [status] = args;
  if (status === undefined) throw new ShellExit(shell.status);
  if (!/^[0-9]{1,9}$/.test(status)) {
    context.stderr(`sh: exit: line 0: Illegal number: ${status}\n`);
    throw new ShellExit(2);
  }
  throw new ShellExit(Number(status) % 256);
}

function exportVariables(shell: Shell, context: ToolContext, args: readonly string[]): number {
  if (args.length === 0 || args[0]?.startsWith('-')) throw new NotModelled('`export` without names is not modelled');
  for (const arg of args) {
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (!NAME.test(name)) {
      context.stderr(`sh: export: line 0: ${arg}: bad variable name\n`);
      throw new ShellExit(2);
    }
    if (equals >= 0) shell.variables.set(name, arg.slice(equals + 1));
  }
  return 0;
}

function unset(shell: Shell, _context: ToolContext, args: readonly string[]): number {
  if (args.some((arg) => arg.startsWith('-'))) throw new NotModelled('options of `unset` are not modelled');
  for (const arg of args) shell.variables.delete(arg);
  return 0;
}

function pwd(shell: Shell, context: ToolContext): number {
  context.stdout(`${shell.files.cwd}\n`);
  return 0;
}

const UNMODELLED = (
  'set eval exec . source readonly return shift trap break continue times read local alias unalias command type ' +
  'hash wait jobs fg bg umask ulimit getopts let kill help history'
).split(' ');

function notModelled(name: string): Builtin {
  return () => {
    throw new NotModelled(`the shell command \`${name}\` is not modelled`);
  };
}

export const BUILTINS: Readonly<Record<string, Builtin | undefined>> = Object.freeze(
  Object.assign(Object.create(null) as Record<string, Builtin>, {
    ...Object.fromEntries(UNMODELLED.map((name) => [name, notModelled(name)])),
    ':': () => 0,
    cd,
    exit,
    export: exportVariables,
    pwd,
    unset,
  }),
);
