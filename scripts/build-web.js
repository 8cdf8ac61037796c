/** Builds the web page into a folder: `node scripts/build-web.js [FOLDER]`, dist/web when none is named. */

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds the page; throws when it does not compile. */
export async function buildWeb(outDir) {
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: join(root, 'web'),
    // The page works from any folder of any server.
    base: './',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      // Nothing inline: the content security policy forbids it.
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildWeb(process.argv[2] ?? join(root, 'dist', 'web'));
}
