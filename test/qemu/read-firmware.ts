/** Reads SeaBIOS's e820 map from its log, and SRAT and host bridge windows from the ACPI tables in guest memory. */

export interface RecordedFirmware {
  /** start, exclusive end, type number; all in hex. */
  readonly e820: string[];
  /** `node start end flags`; flags h(otplug), n(on-volatile). */
  readonly srat: string[];
  /** Memory windows of the host bridge, `start end`, exclusive end, empty ones left out. */
  readonly windows: string[];
}

const hex = (value: number | bigint): string => value.toString(16);

function tables(memory: Buffer): Map<string, Buffer[]> {
  const found = new Map<string, Buffer[]>();
  for (const name of ['SRAT', 'DSDT', 'SSDT']) {
    for (let at = memory.indexOf(name); at >= 0; at = memory.indexOf(name, at + 4)) {
      const length = memory.readUInt32LE(at + 4);
      if (at + length > memory.length || length < 36) continue;
      const table = memory.subarray(at, at + length);
      const sum = table.reduce((total, byte) => (total + byte) % 256, 0);
      if (sum === 0) found.set(name, [...(found.get(name) ?? []), table]);
    }
  }
  return found;
}

export function readFirmware(log: string, memory: Buffer): RecordedFirmware {
  const e820 = [...log.matchAll(/^ +\d+: (\w+) - (\w+) = (\d+) \w+/gm)].map((m) => {
    return `${hex(parseInt(m[1]!, 16))} ${hex(parseInt(m[2]!, 16))} ${m[3]}`;
  });
  const acpi = tables(memory);
  const srat: string[] = [];
  const table = acpi.get('SRAT')?.[0];
  for (let at = 48; table !== undefined && at < table.length; at += table[at + 1]!) {
    if (table[at] === 0) srat.push(`cpu ${table[at + 3]} ${table[at + 2]}`);
    if (table[at] !== 1) continue;
    const start = table.readBigUInt64LE(at + 8);
    const flags = table.readUInt32LE(at + 28);
    if (flags % 2 === 0) continue;
    const letters = (flags & 2 ? 'h' : '') + (flags & 4 ? 'n' : '');
    srat.push(
      `${table.readUInt32LE(at + 2)} ${hex(start)} ${hex(start + table.readBigUInt64LE(at + 16))} ${letters}`.trim(),
    );
  }
  const windows: string[] = [];
  for (const code of [...(acpi.get('DSDT') ?? []), ...(acpi.get('SSDT') ?? [])]) {
    for (let at = 36; at + 46 < code.length; at++) {
      const dword = code[at] === 0x87 && code[at + 1] === 0x17 && code[at + 2] === 0 && code[at + 3] === 0;
      const qword = code[at] === 0x8a && code[at + 1] === 0x2b && code[at + 2] === 0 && code[at + 3] === 0;
      // General flags 0x0c: both ends fixed, a producer's window.
      if ((!dword && !qword) || code[at + 4] !== 0x0c) continue;
      const start = dword ? BigInt(code.readUInt32LE(at + 10)) : code.readBigUInt64LE(at + 14);
      const last = dword ? BigInt(code.readUInt32LE(at + 14)) : code.readBigUInt64LE(at + 22);
      // Not windows: the template of the hotplug method, and the bridge's own configuration space.
      if (start === 0n || start === 0xb0000000n) continue;
      if (last > start) windows.push(`${hex(start)} ${hex(last + 1n)}`);
    }
  }
  return { e820, srat, windows };
}
