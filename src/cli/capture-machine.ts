/** A captured machine as one to play on: the seam to the capture readers. */

import { diagnostic } from '../runbook/diagnostic.ts';
import { sourceText } from '../runbook/source-text.ts';
import type { MachineOrTrouble } from './machine-source.ts';

export async function captureMachine(path: string, _kernel: string | undefined): Promise<MachineOrTrouble> {
  return { diagnostics: [diagnostic('MHP0021', 'captured machines cannot be played on yet', sourceText(path, ''))] };
}
