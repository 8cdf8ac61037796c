/** The model broke: not the user's fault, not the modelled kernel's. */

/** Carries what is needed to play it again. */
export class ModelFault extends Error {
  override readonly name = 'ModelFault';
  /** Commands before, and the one that broke it: one-based. */
  readonly step: number;
  readonly command: string;
  /** One-based line in the runbook. */
  readonly line: number;
  /** The same for the same commands in the same order. */
  readonly fingerprint: string;

  constructor(before: readonly string[], command: string, line: number, cause: unknown) {
    super(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause });
    this.step = before.length + 1;
    this.command = command;
    this.line = line;
    this.fingerprint = fingerprint([...before, command].join('\n'));
  }
}

/** FNV-1a over UTF-16 units, 32 bits, as eight hex digits. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
