/** Recordings of real kernels: their form, and reading them. */

import { z } from 'zod';

const blockRun = z.object({
  first: z.number().int().nonnegative(),
  last: z.number().int().nonnegative(),
  state: z.string(),
  valid_zones: z.string(),
});

const zone = z.object({
  node: z.number().int(),
  zone: z.string(),
  start_pfn: z.number().int(),
  spanned: z.number().int(),
  present: z.number().int(),
});

const sectionRun = z.object({
  first: z.number().int().nonnegative(),
  last: z.number().int().nonnegative(),
  flags: z.number().int().nonnegative(),
  /** Absent on kernels without sub-sections. */
  subsections: z.string().nullish(),
});

const state = z.object({
  iomem: z.array(z.string()),
  blocks: z.array(blockRun),
  zones: z.array(zone),
  online_pfns: z.array(z.string()),
  sections: z.array(sectionRun),
  /** Attributes of devices in sysfs, `PATH:VALUE`; the first recordings lack them. */
  devices: z.array(z.string()).optional(),
  /** Total memory, and what the memmap takes, as files under /proc and /sys say; optional as well. */
  memory: z.array(z.string()).optional(),
});

const step = z.object({
  run: z.string().optional(),
  monitor: z.string().optional(),
  exit: z.number().int().nullish(),
  output: z.array(z.string()),
  dmesg: z.array(z.string()),
  changed: state.partial(),
});

const recording = z.object({
  name: z.string(),
  kernel: z.object({ release: z.string(), arch: z.string(), block_size_bytes: z.number().int().positive() }),
  qemu: z.array(z.string()),
  cmdline: z.string(),
  boot_dmesg: z.array(z.string()),
  boot_state: state,
  steps: z.array(step),
});

export type BlockRunRecord = z.infer<typeof blockRun>;
export type ZoneRecord = z.infer<typeof zone>;
export type SectionRunRecord = z.infer<typeof sectionRun>;
/** All facets of a machine's state, as recorded. */
export type RecordedState = z.infer<typeof state>;
export type RecordedStep = z.infer<typeof step>;
/** One run of a real kernel, recorded after boot and after every step. */
export type Recording = z.infer<typeof recording>;

/** A recording that does not have the form; says where. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** Largest recording read, in characters. */
const MAXIMUM_RECORDING_LENGTH = 64 * 1024 * 1024;

/** Parses a recording. @throws RecordingError naming the source and the place. */
export function parseRecording(text: string, source: string): Recording {
  if (text.length > MAXIMUM_RECORDING_LENGTH) {
    throw new RecordingError(`${source}: larger than ${MAXIMUM_RECORDING_LENGTH} characters, which no recording is`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new RecordingError(`${source}: not JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = recording.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? 'the document' : issue.path.join('.');
  throw new RecordingError(`${source}: ${place}: ${issue?.message ?? 'not a recording'}`);
}

/** Family of a recording's name: `dimm` of `dimm-01-6.1`. */
export function familyOf(name: string): string {
  return name.replace(/-.*$/, '');
}
