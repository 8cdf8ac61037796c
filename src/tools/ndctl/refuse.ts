/** What of ndctl the model leaves out, refused by name. */

import { NotModelled } from '../tool.ts';

/** Debug lines hold line numbers of the real tool's source. */
export function refuseVerbose(command: string, verbose: boolean): void {
  if (verbose) throw new NotModelled(`the debug messages of \`ndctl ${command} --verbose\` are not modelled`);
}
