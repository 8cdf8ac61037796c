/** `memhp serve`: the page in a browser, handed out on the loopback address. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError, type Command } from 'commander';
import { EXIT_MISSING, EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { printDiagnostics, printErrors, printJson, printLines } from './output.ts';
import { pageServer, pagesOf } from './page-server.ts';
import { SERVE_SCHEMA, serveJson } from './serve-json.ts';
import { servedMachine } from './served-machine.ts';
import { colorChoice, colorOption } from './terminal.ts';

const EXAMPLES = `Examples:
  memhp serve                        the page, with the examples
  memhp serve iomem.txt              with a machine of yours on it
  memhp serve thread --port 8080     an example, at a port of your choice
  memhp serve 6.12,memory=4G         a machine in words
`;

interface Flags {
  readonly port: number;
  readonly json?: boolean;
}

export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .summary('the map, a console and a timeline in the browser')
    .description(
      'Hands out the web page on the loopback address until Ctrl-C. The model runs in the browser: nothing is asked of ' +
        'this program but the files of the page and, when you name one, of the machine.',
    )
    .argument('[machine]', "a file (runbook, /proc/iomem, archive, recording), KERNEL,memory=SIZE, or an example's name")
    .option('--port <number>', 'listen here instead of at any free port', parsePort, 0)
    .option('--json', `print one JSON document (schema ${SERVE_SCHEMA}) with the address`)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES);
  command.action(async (name: string | undefined, flags: Flags) => {
    const served = name === undefined ? undefined : servedMachine(name);
    if (served !== undefined && 'diagnostics' in served) {
      printDiagnostics(served.diagnostics, colorChoice(command));
      process.exitCode = EXIT_USAGE;
      return;
    }
    process.exitCode = await serve(served?.machine, flags);
  });
}

/** Where the build puts the page: beside this program, or beside its sources. */
function pageFolder(): string | undefined {
  return ['../web/', '../../dist/web/']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((folder) => existsSync(`${folder}index.html`));
}

/** Serves until it is interrupted; returns the exit status. */
async function serve(machine: object | undefined, { port, json }: Flags): Promise<number> {
  const folder = pageFolder();
  if (folder === undefined) {
    printErrors(['error: the page is not built', '  to build it: npm run build']);
    return EXIT_MISSING;
  }
  const server = pageServer(pagesOf(folder, machine));
  const trouble = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  if (trouble !== undefined) {
    const inUse = trouble.code === 'EADDRINUSE';
    printErrors([`error: cannot listen at port ${port}: ${inUse ? 'another program does' : (trouble.code ?? trouble.message)}`]);
    if (inUse) printErrors(['  without --port a free one is taken']);
    return inUse ? EXIT_USAGE : EXIT_MISSING;
  }
  const address = server.address();
  const at = typeof address === 'object' && address !== null ? address.port : port;
  const url = `http://127.0.0.1:${at}/${machine === undefined ? '' : '?machine'}`;
  if (json === true) printJson(serveJson(url));
  else printLines([url, 'The page is there until Ctrl-C.']);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  server.closeAllConnections();
  server.close();
  return EXIT_OK;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError('It is a number from 1 to 65535, 0 for any free one.');
  return port;
}
