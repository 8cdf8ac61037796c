/** Records the real QEMU's answers: `npx tsx test/virtio-mem/record-qemu.ts`. Needs qemu-system-x86 7.2; no guest. */

import { writeFileSync } from 'node:fs';
import { qemuVersion, RealQemu, refusal } from '../qemu/real-qemu.ts';
import { VIRTIO_MACHINES, VIRTIO_SESSIONS } from './qemu-sessions.ts';

const rows: unknown[] = [];
for (const session of VIRTIO_SESSIONS) {
  const qemu = await RealQemu.start([...session.args, '-S']);
  for (const line of session.lines) rows.push({ session: session.name, line, output: await qemu.monitor(line) });
  await qemu.stop();
}
const machines = VIRTIO_MACHINES.map((args) => ({ args, refusal: refusal(args) ?? null }));
const list = (all: readonly unknown[]): string => all.map((row) => '  ' + JSON.stringify(row)).join(',\n');
writeFileSync(
  new URL('./recorded/qemu.json', import.meta.url),
  `{\n"qemu": ${JSON.stringify(qemuVersion())},\n"rows": [\n${list(rows)}\n],\n"machines": [\n${list(machines)}\n]}\n`,
);
console.log(`${rows.length} lines, ${machines.length} machines`);
