/** Writes src/runbook/examples.ts from examples/*.md, so that the browser and `npm start` need no files. */

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const folder = new URL('../examples/', import.meta.url);
const target = new URL('../src/runbook/examples.ts', import.meta.url);

/** The module's text; test/runbook/examples.test.ts holds the committed file to it. */
export function examplesModule() {
  const names = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md').sort();
  const entries = names.map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const lines = text.split('\n').map((line, index, all) => {
      const last = index === all.length - 1;
      return last ? (line === '' ? undefined : quoted(line)) : quoted(`${line}\n`);
    });
    const key = name.replace(/\.md$/, '');
    return `  ${/^\w+$/.test(key) ? key : quoted(key)}: [\n${lines.filter(Boolean).map((line) => `    ${line},\n`).join('')}  ].join(''),\n`;
  });
  return `/** Built-in runbooks by name. Made from examples/ by scripts/embed-examples.js; edit those. */\n
export const EXAMPLES: Readonly<Record<string, string>> = {\n${entries.join('')}};\n`;
}

/** A TypeScript string in single quotes. */
function quoted(text) {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(target, examplesModule());
