/** A recording of a real kernel as a scenario: its machine, its commands typed at the model. */

import { machineOfRecording } from '../../realkernel/machine-of-recording.ts';
import { parseRecording, RecordingError } from '../../realkernel/recording.ts';
import { MachineDescriptionError } from '../../drivers/machine-description.ts';
import { diagnostic } from '../../runbook/diagnostic.ts';
import { sourceText } from '../../runbook/source-text.ts';
import { scenarioOfMachine, type Opened } from './open-scenario.ts';
import type { Source } from './source.ts';

/** Opens a recording, on another kernel when one is named. Never throws for what the file holds. */
export function openRecording(source: Source, kernel: string | undefined, machineOnly: boolean): Opened {
  try {
    const recording = parseRecording(source.text, source.name);
    const release = kernel ?? recording.kernel.release;
    const machine = machineOfRecording({ ...recording, kernel: { ...recording.kernel, release } });
    const lines = recording.steps.map(({ run, monitor }) => (run === undefined ? `(qemu) ${monitor ?? ''}` : `$ ${run}`));
    return scenarioOfMachine(source, machine, machineOnly ? [] : lines);
  } catch (error) {
    if (!(error instanceof RecordingError) && !(error instanceof MachineDescriptionError)) throw error;
    return { diagnostics: [diagnostic('MHP0001', error.message, sourceText(source.name, ''))] };
  }
}
