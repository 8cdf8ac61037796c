/**
 * Records the real QEMU's answers as test data: `npx tsx test/qemu/record.ts [monitor|refused|firmware]`.
 * Needs qemu-system-x86 (Debian 12: 7.2); no guest, no KVM.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { MACHINES } from './machines.ts';
import { firmwareOf, qemuVersion, RealQemu, refusal } from './real-qemu.ts';
import { readFirmware } from './read-firmware.ts';
import { PLUG_SESSIONS } from './plug-sessions.ts';
import { REFUSED_MACHINES } from './refused-machines.ts';
import { SYNTAX_SESSIONS } from './syntax-sessions.ts';

const what = process.argv.slice(2);
const wanted = (name: string): boolean => what.length === 0 || what.includes(name);

function save(name: string, rows: readonly unknown[]): void {
  const body = rows.map((row) => '  ' + JSON.stringify(row)).join(',\n');
  const text = `{\n"qemu": ${JSON.stringify(qemuVersion())},\n"rows": [\n${body}\n]}\n`;
  const path = new URL(`./recorded/${name}.json`, import.meta.url);
  writeFileSync(path, text);
  console.log(`${name}: ${rows.length} rows, ${readFileSync(path).length} bytes`);
}

if (wanted('monitor')) {
  const rows: unknown[] = [];
  for (const session of [...PLUG_SESSIONS, ...SYNTAX_SESSIONS]) {
    const qemu = await RealQemu.start([...session.args, '-S']);
    for (const line of session.lines) rows.push({ session: session.name, line, output: await qemu.monitor(line) });
    await qemu.stop();
  }
  save('monitor', rows);
}
if (wanted('refused')) {
  save(
    'refused',
    REFUSED_MACHINES.map((args) => ({ args, refusal: refusal(args) ?? null })),
  );
}
if (wanted('firmware')) {
  const rows: unknown[] = [];
  for (const args of MACHINES) {
    try {
      const { log, lowReserved } = await firmwareOf(args);
      rows.push({ args, ...readFirmware(log, lowReserved) });
    } catch (error) {
      console.error(`${args.join(' ')}: ${String(error)}`);
      process.exitCode = 1;
    }
  }
  save('firmware', rows);
}
