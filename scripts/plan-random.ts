/** Holds `memhp plan` against the best of many random layouts: `npx tsx scripts/plan-random.ts [COUNT] [SEED] [WORD]`; WORD picks problems. */

import { planLayout } from '../src/advise/plan/plan.ts';
import { compareCosts } from '../src/advise/plan/plan-problem.ts';
import { PROBLEMS } from '../test/advise/plan-problems.ts';
import { RandomLayouts } from '../test/advise/random-layouts.ts';

const count = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 1);
const word = process.argv[4] ?? '';
const MiB = 1024 * 1024;

console.log('| problem | plan: missing, lost, devices | tried | best of random layouts |');
console.log('| --- | --- | --- | --- |');
for (const [name, { problem, granules }] of Object.entries(PROBLEMS)) {
  if (!name.includes(word)) continue;
  const plan = planLayout(problem);
  const random = new RandomLayouts(problem, seed, granules).best(count);
  const best = plan.best!.cost;
  const text = ({ missingBytes, lostBytes, devices }: typeof best): string => `${missingBytes / MiB} MiB, ${lostBytes / MiB} MiB, ${devices}`;
  console.log(`| ${name} | ${text(best)} | ${plan.tried} | ${text(random)} |`);
  if (compareCosts(best, random) > 0) {
    console.error(`worse than a random layout: ${name}`);
    process.exitCode = 1;
  }
}
