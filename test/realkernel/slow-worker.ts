/**
 * A worker as its own process, with the model in place of guests: `slow-worker.ts ADDRESS NAME MS`. Each case takes so
 * many ms, and one case of seven differs from its model.
 */

import { openQueueServer } from '../../src/realkernel/job-queue.ts';
import type { Scenario } from '../../src/realkernel/record.ts';
import { work } from '../../src/realkernel/queue-worker.ts';
import type { Verification } from '../../src/realkernel/verify.ts';
import { KERNEL, modelVerification } from './model-player.ts';

const [address = '', name = '', ms = '0'] = process.argv.slice(2);
const player = {
  verify: async (scenario: Scenario): Promise<Verification> => {
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    const seed = Number(/\d+$/.exec(scenario.name)?.[0]);
    return modelVerification(scenario, (step) => (seed % 7 === 3 ? { ...step, dmesg: ['another line'] } : step));
  },
};
let over = false;
process.on('SIGTERM', () => (over = true));
const server = await openQueueServer(address);
const plan = {
  name,
  model: 'test',
  jobs: 1,
  kernels: [{ name: KERNEL.name, release: KERNEL.release, arch: 'x86_64', player }],
  times: { lock: 1500, look: 500 },
};
await work(server, plan, () => over, {
  onTaken: (_, __, cases) => console.log(`takes ${cases.map((one) => one.seed).join(' ')}`),
  onPlayed: () => undefined,
  onTrouble: (line) => console.log(`trouble ${line}`),
  onLacking: (_, release) => console.log(`lacks ${release}`),
});
await server.close();
