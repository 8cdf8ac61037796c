/** The rules that hold the layers apart and the model pure. Each takes sources and returns what breaks it. */

import { lineAt, resolveImport, type SourceFile } from './source.ts';

/** Top to bottom: a file imports from its own layer or from one further down. */
export const LAYERS = [
  'index', 'web', 'cli', 'view', 'advise', 'realkernel', 'capture', 'runbook', 'tools', 'sysfs', 'drivers', 'kernel',
] as const;

/** Folders that run in the browser unchanged: no Node, no clock, no chance, nothing asynchronous. */
export const PURE = new Set(['runbook', 'tools', 'sysfs', 'drivers', 'kernel']);

/** Packages a pure folder may import. */
const PURE_PACKAGES = new Set(['yaml', 'zod']);

const MAX_LINES = 400;
/** Written by a script from other files, which are the ones to read. */
const GENERATED = new Set(['src/runbook/examples.ts']);

export type Rule = (files: readonly SourceFile[]) => string[];

/** The folder below src/ a file stands in; `index` for the entry. */
export function layerOf(path: string): string {
  return path === 'src/index.ts' ? 'index' : (path.split('/')[1] ?? '');
}

function rank(layer: string): number {
  return LAYERS.indexOf(layer as (typeof LAYERS)[number]);
}

/** Imports point down the layers, never up, and every folder is a layer. */
export const importsPointDown: Rule = (files) =>
  files.flatMap((file) => {
    const own = layerOf(file.path);
    if (rank(own) < 0) return [`${file.path}: src/${own} is no layer (see test/architecture/rules.ts: LAYERS)`];
    return file.imports.flatMap((edge) => {
      const target = resolveImport(file.path, edge.specifier);
      if (target === undefined) return [];
      const at = `${file.path}:${edge.line}`;
      if (!target.startsWith('src/')) return [`${at}: imports ${edge.specifier}, outside src/`];
      const below = layerOf(target);
      return rank(below) < rank(own) ? [`${at}: ${own}/ imports ${edge.specifier} from ${below}/, a layer above it`] : [];
    });
  });

/** Relative imports name an existing `.ts` file. */
export const importsExist: Rule = (files) => {
  const known = new Set(files.map((file) => file.path));
  return files.flatMap((file) =>
    file.imports.flatMap((edge) => {
      const target = resolveImport(file.path, edge.specifier);
      if (target === undefined || known.has(target)) return [];
      return [`${file.path}:${edge.line}: imports ${edge.specifier}, which is not there (write the .ts)`];
    }),
  );
};

/** No file reaches itself through imports that run. (Types that name one another are no cycle: they are gone at run time.) */
export const noCycles: Rule = (files) => {
  const graph = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter((edge) => !edge.typeOnly).flatMap((edge) => resolveImport(file.path, edge.specifier) ?? []),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (at: string): void => {
    const seen = path.indexOf(at);
    if (seen >= 0) {
      found.push(`cycle: ${[...path.slice(seen), at].join(' → ')}`);
      return;
    }
    if (done.has(at)) return;
    path.push(at);
    for (const next of graph.get(at) ?? []) visit(next);
    path.pop();
    done.add(at);
  };
  for (const file of files) visit(file.path);
  return found;
};

const FORBIDDEN_GLOBALS = [
  'process', 'console', 'Date', 'performance', 'globalThis', 'global', 'Buffer', 'require', 'fetch', 'Promise', 'crypto',
  'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'structuredClone', 'async', 'await',
];
const FORBIDDEN = new RegExp(`(?<![.\\w$])(${FORBIDDEN_GLOBALS.join('|')})(?![\\w$])(?!\\s*\\??:)|\\bMath\\s*\\.\\s*random\\b`, 'g');

/** The model's folders use no Node API, clock, randomness, console or promise. */
export const modelIsPure: Rule = (files) =>
  files
    .filter((file) => PURE.has(layerOf(file.path)))
    .flatMap((file) => [
      ...file.imports
        .filter((edge) => !edge.specifier.startsWith('.') && !PURE_PACKAGES.has(edge.specifier))
        .map((edge) => `${file.path}:${edge.line}: imports ${edge.specifier} into the pure model`),
      ...[...file.code.matchAll(FORBIDDEN)].map(
        (match) => `${file.path}:${lineAt(file.code, match.index)}: uses ${match[0]} in the pure model`,
      ),
    ]);

const VERSION = String.raw`v?[2-9]\.(?:\d{1,2}(?:\.\d+)?(?:-[\w.]+)?\.?)?`;
const QUOTED_VERSION = String.raw`(?:'${VERSION}'|"${VERSION}"|` + '`' + VERSION + '`)';
const COMPARED = new RegExp(
  String.raw`(?:[=!]==?|[<>]=?|\bcase|\b(?:startsWith|includes|has|indexOf|test|localeCompare)\()\s*(${QUOTED_VERSION})` +
    String.raw`|(${QUOTED_VERSION})\s*(?:[=!]==?|[<>]=?)`,
  'g',
);

/** Kernel versions are data: only kernel/profile knows them, everything else asks the profile for a behaviour. */
export const noVersionCompared: Rule = (files) =>
  files
    .filter((file) => !file.path.startsWith('src/kernel/profile/'))
    .flatMap((file) =>
      [...file.uncommented.matchAll(COMPARED)].map(
        (match) =>
          `${file.path}:${lineAt(file.text, match.index)}: compares the version ${match[1] ?? match[2]}; ask the profile`,
      ),
    );

/** A value (not a type: those begin with a capital) that holds a page frame number or an address. */
const WIDE = String.raw`(?<![\w$])(?:[\w$]+(?:\??\.|\[[^\]\n]*\]\.))*(?:(?:pfn|addr(?:ess)?|[a-z][\w$]*(?:Pfn|Addr(?:ess)?))(?:Start|End|s\[[^\]\n]*\])?|(?:start|end|size)Bytes)`;
const NARROWING = new RegExp(
  String.raw`(${WIDE})\s*(?:as number\)?)?\s*(>>>?|<<|\^|&(?!&)|\|(?!\|))=?` +
    '|' +
    String.raw`(>>>?|<<|\^|(?<!&)&|(?<!\|)\|)=?\s*(${WIDE})(?![\w$])`,
  'g',
);

/** Bitwise operators see 32 bits, a page frame number has 40: it is divided, never shifted or masked. */
export const noShiftOnPfn: Rule = (files) =>
  files.flatMap((file) =>
    [...file.code.matchAll(NARROWING)].map((match) => {
      const name = match[1] ?? match[4];
      const operator = match[2] ?? match[3];
      return `${file.path}:${lineAt(file.code, match.index)}: ${operator} on ${name} truncates to 32 bits; divide instead`;
    }),
  );

/** Where words of 32 bits are shifted: bitmaps, resource flags, hashes, a decompressor. No pfn, no address. */
const WORDS = new Set([
  'src/kernel/section-table.ts',
  'src/drivers/random.ts',
  'src/kernel/cow-pages.ts',
  'src/kernel/pfn.ts',
  'src/kernel/resource.ts',
  'src/kernel/resource-query.ts',
  'src/runbook/model-fault.ts',
  'src/capture/bunzip2.ts',
  'src/view/span.ts',
  'src/view/sections-of-segments.ts',
  // Bigints without a literal beside them.
  'src/kernel/boot/cmdline.ts',
  'src/tools/arithmetic.ts',
  'src/realkernel/guest-sections.ts',
  // The generator of random numbers.
  'src/realkernel/fuzz-dice.ts',
  'src/web/map/lane.ts',
]);

/** Elsewhere nothing is shifted but bigints, which keep their bits: a shift by another name may still hold a pfn. */
export const shiftsStayInBitmaps: Rule = (files) =>
  files
    .filter((file) => !WORDS.has(file.path))
    .flatMap((file) =>
      [...file.code.matchAll(/(\S*) (<<|>>>?|\^)=? (\S*)/g)]
        .filter((match) => !/\dn\b/.test(`${match[1]} ${match[3]}`))
        .map((match) => `${file.path}:${lineAt(file.code, match.index)}: ${match[0]}: divide, or list the file in WORDS`),
    );

/** What the page reaches through imports, however far, runs in a browser: no Node API and no package but these. */
const BROWSER_PACKAGES = new Set(['yaml', 'zod', 'preact', 'preact/hooks', '@preact/signals']);

/** The page and all it imports use nothing of Node. */
export const webRunsInBrowser: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const found: string[] = [];
  const visit = (file: SourceFile): void => {
    if (reached.has(file.path)) return;
    reached.add(file.path);
    for (const edge of file.imports) {
      if (edge.typeOnly) continue;
      const target = resolveImport(file.path, edge.specifier);
      const next = target === undefined ? undefined : byPath.get(target);
      if (next !== undefined) visit(next);
      else if (target === undefined && !BROWSER_PACKAGES.has(edge.specifier)) {
        found.push(`${file.path}:${edge.line}: the page reaches ${edge.specifier}, which no browser has`);
      }
    }
    for (const match of file.code.matchAll(/(?<![.\w$])(process|Buffer|require)(?![\w$])(?!\s*\??:)/g)) {
      found.push(`${file.path}:${lineAt(file.code, match.index)}: the page reaches ${match[0]}, which no browser has`);
    }
  };
  for (const file of files) if (layerOf(file.path) === 'web') visit(file);
  return found;
};

/** Files stay readable in one go. */
export const filesAreShort: Rule = (files) =>
  files.filter((file) => !GENERATED.has(file.path)).flatMap((file) => {
    const lines = file.text.replace(/\n$/, '').split('\n').length;
    return lines > MAX_LINES ? [`${file.path}: ${lines} lines, more than ${MAX_LINES}`] : [];
  });

/** Everything is imported by its name. */
export const noDefaultExports: Rule = (files) =>
  files.flatMap((file) =>
    [...file.code.matchAll(/\bexport\s+default\b|\bas\s+default\s*[,}]/g)].map(
      (match) => `${file.path}:${lineAt(file.code, match.index)}: default export`,
    ),
  );

/** Below the entry nobody gathers other files' exports: an import names the file that holds the thing. */
export const noBarrels: Rule = (files) =>
  files
    .filter((file) => file.path !== 'src/index.ts')
    .flatMap((file) => [
      ...(file.path.endsWith('/index.ts') ? [`${file.path}: index.ts below the entry`] : []),
      ...[...file.code.matchAll(/\bexport\s*\*/g)].map(
        (match) => `${file.path}:${lineAt(file.code, match.index)}: export * below the entry`,
      ),
    ]);

/** File names are kebab-case nouns. */
export const namesAreKebab: Rule = (files) =>
  files.flatMap((file) => {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    return /^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.tsx?$/.test(name) ? [] : [`${file.path}: not kebab-case`];
  });

/** No enumerations, parameter properties or `any`: what is written is what runs. */
export const noErasedSurprises: Rule = (files) =>
  files.flatMap((file) =>
    [...file.code.matchAll(/\b(?:const\s+)?enum\s+[A-Z]\w*\s*\{|\bas\s+any\b|:\s*any\b(?!\s*:)/g)].map(
      (match) => `${file.path}:${lineAt(file.code, match.index)}: ${match[0].trim()}`,
    ),
  );
