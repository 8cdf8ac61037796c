/** A captured machine as one to play on: read, then booted on the model. */

import { bootCaptured } from '../capture/boot-captured.ts';
import { CaptureError, placeText } from '../capture/capture-error.ts';
import { readSource } from '../capture/read-source.ts';
import { diagnostic } from '../runbook/diagnostic.ts';
import { sourceText } from '../runbook/source-text.ts';
import type { MachineOrTrouble } from './machine-source.ts';

/** Reads a capture (file, folder, archive) and boots the model on what it tells; `kernel` overrides its kernel. */
export function captureMachine(path: string, kernel: string | undefined): MachineOrTrouble {
  try {
    const booted = bootCaptured(readSource(path).parts, kernel, path);
    if ('diagnostics' in booted) return booted;
    const { machine, ...about } = booted;
    return { ready: { machine, about: { ...about, capture: path } } };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    const where = placeText(error.place);
    const message = where === path ? error.message : `${error.message} (${where})`;
    return { diagnostics: [diagnostic('MHP0001', message, sourceText(path, ''), undefined, { help: error.help })] };
  }
}
