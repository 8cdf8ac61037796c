/** Writes docs/library.md from src/index.ts and the docstrings of what it exports: `npx tsx scripts/library-doc.ts`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');

export interface PublicName {
  readonly name: string;
  readonly isType: boolean;
  /** The comment in index.ts above its group. */
  readonly group: string;
  readonly file: string;
  /** First sentences of its docstring, without tags; empty when it has none. */
  readonly text: string;
}

/** Every name that src/index.ts exports, with the docstring of its definition. */
export function publicNames(): PublicName[] {
  const index = readFileSync(join(root, 'src/index.ts'), 'utf8');
  const names: PublicName[] = [];
  let group = '';
  for (const match of index.matchAll(/^\/\/ (.*)$|^export (type )?\{([^}]*)\} from '(.*)';$/gm)) {
    const [, heading, typeOnly, list, from] = match;
    if (heading !== undefined) {
      group = heading;
      continue;
    }
    const file = join('src', dirname('index.ts'), from as string);
    for (const item of (list as string).split(',').map((each) => each.trim())) {
      const name = item.replace(/^type /, '');
      const isType = typeOnly !== undefined || item.startsWith('type ');
      names.push({ name, isType, group, file, text: docstring(file, name) });
    }
  }
  return names;
}

function docstring(file: string, name: string): string {
  const source = readFileSync(join(root, file), 'utf8');
  const definition = new RegExp(
    `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export (?:async )?(?:function|class|interface|type|const) ${name}\\b`,
  );
  const body = definition.exec(source)?.[1] ?? reexported(source, file, name);
  return body
    .replaceAll(/\n\s*\* ?/g, '\n')
    .split(/\n@/)[0]!
    .replaceAll(/@kernel \S+: [\w, ]+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function reexported(source: string, file: string, name: string): string {
  const from = new RegExp(`export \\{[^}]*\\b${name}\\b[^}]*\\} from '(.*)'`).exec(source)?.[1];
  if (from === undefined) return '';
  const text = docstring(join(dirname(file), from), name);
  return text;
}

export function libraryPage(): string {
  const names = publicNames();
  const lines = [
    '# The library',
    '',
    '`import { … } from "memhp"`. Generated from `src/index.ts` and the docstrings of what it exports',
    '(`npx tsx scripts/library-doc.ts`); types ship with the package.',
  ];
  for (const group of new Set(names.map((each) => each.group))) {
    lines.push('', `## ${group.replace(/\.$/, '')}`, '', '| name | what it is |', '| --- | --- |');
    for (const each of names.filter((one) => one.group === group)) {
      const kind = each.isType ? ' (type)' : '';
      lines.push(`| \`${each.name}\`${kind} | ${each.text.replaceAll('|', '\\|')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(root, 'docs/library.md'), libraryPage());
}
