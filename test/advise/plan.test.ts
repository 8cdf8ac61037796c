/** `memhp plan`: never worse than chance, exact on small worlds, and what it prints works. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePlan, parseWishes } from '../../src/advise/plan/parse-plan.ts';
import { planLayout, planStatus } from '../../src/advise/plan/plan.ts';
import { compareCosts, type DimmWish, type PlanProblem, type Wish } from '../../src/advise/plan/plan-problem.ts';
import { searchLayouts } from '../../src/advise/plan/search.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseMachineSpec } from '../../src/runbook/machine-spec.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook, runStatus } from '../../src/runbook/play.ts';
import { sourceText } from '../../src/runbook/source-text.ts';
import { runMain } from '../cli/run-main.ts';
import { PROBLEMS } from './plan-problems.ts';
import { RandomLayouts } from './random-layouts.ts';

/** In the ordinary run, fewer where ndctl takes its time; scripts/plan-random.ts holds it against 10,000. */
const RANDOM_LAYOUTS = 25;
const RANDOM_NAMESPACES = 4;

test.each(Object.entries(PROBLEMS))('%s: not worse than random layouts', (_, { problem, granules }) => {
  const plan = planLayout(problem);
  expect(plan.complete).toBe(true);
  expect(plan.because.length).toBeGreaterThan(0);
  const count = problem.wishes.some(({ kind }) => kind === 'namespace') ? RANDOM_NAMESPACES : RANDOM_LAYOUTS;
  const random = new RandomLayouts(problem, 20190328, granules).best(count);
  expect(compareCosts(plan.best!.cost, random)).toBeLessThanOrEqual(0);
});

describe('known answers', () => {
  const costOf = (name: string): object => planLayout(PROBLEMS[name]!.problem).best!.cost;
  test('59 GiB in blocks of 2 GiB are 60', () =>
    expect(costOf('Red Hat KB 7062400: 59 GiB with blocks of 2 GiB')).toEqual({ missingBytes: 0, lostBytes: GiB, devices: 1 }));
  test('a window of 121 blocks and a quarter loses the quarter, and Price’s base 2560 MiB', () => {
    const name = 'a window and blocks of 2 GiB';
    expect(costOf(name)).toEqual({ missingBytes: 512 * MiB, lostBytes: 512 * MiB, devices: 1 });
    const { problem } = PROBLEMS[name]!;
    const [window] = problem.wishes as [Extract<Wish, { kind: 'window' }>];
    const fixed = { ...problem, wishes: [{ ...window, to: window.from }] };
    // The reference's arithmetic: 768 MiB in front, 1792 MiB behind.
    expect(planLayout(fixed).best!.cost.lostBytes).toBe(2560 * MiB);
  });
});

const smallWorld = fc.record({
  kernel: fc.constantFrom('6.1', '6.12'),
  nvdimm: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  dimm: fc.integer({ min: 1, max: 10 }),
  most: fc.integer({ min: 1, max: 2 }),
});

test('as good as trying everything, on small worlds', () => {
  fc.assert(
    fc.property(smallWorld, ({ kernel, nvdimm, dimm, most }) => {
      const granuleBytes = 32 * MiB;
      const wanted: DimmWish = { kind: 'dimm', sizeBytes: dimm * granuleBytes, most };
      const problem: PlanProblem = {
        machines: [{ kernel, memory: '512M', cmdline: '', qemu: ['-M', 'q35,nvdimm=on'] }],
        regions: [],
        online: 'online_movable',
        roomBytes: 0,
        wishes: [...(nvdimm === undefined ? [] : [{ kind: 'nvdimm', sizeBytes: nvdimm * granuleBytes } as const]), wanted],
      };
      const all = searchLayouts(problem, { granuleBytes, everything: true, most: 1_000_000 });
      expect(all.complete).toBe(true);
      const found = searchLayouts(problem);
      expect(found.best!.cost).toEqual(all.best!.cost);
      expect(found.tried).toBeLessThanOrEqual(all.tried);
    }),
    { numRuns: 4, seed: 5 },
  );
});

describe('plans as text', () => {
  const front = '---\nkernel: "6.12"\nmemory: 2G\nqemu: -M q35,nvdimm=on\n---\n';
  test.each([
    ['dimmm 1G', 1, 'did you mean `dimm`?'],
    ['dimm 1G moist=2', 9, 'did you mean `most`?'],
    ['dimm', 1, ''],
    ['dimm 1X', 6, ''],
    ['dimm 99999999T', 6, ''],
    ['window 1G', 1, ''],
    ['window 1G from=0 to=0xffffffffff step=1K', 39, ''],
    ['choose memroy 1G|2G', 8, 'did you mean `memory`?'],
    ['online sometimes', 8, ''],
    ['namespace 1G mode=raw', 19, ''],
    ['dimm 1G count=17', 15, ''],
  ])('%s is pointed at', (line, column, label) => {
    const { problem, diagnostics } = parsePlan(`${front}# a comment\n${line}\n`, 'a.plan');
    expect(problem).toBeUndefined();
    const [one] = diagnostics;
    expect(one?.help).toBeTruthy();
    expect(one?.label).toBe(label);
    const start = `${front}# a comment\n`.length;
    if (column > 1 || one?.span !== undefined) expect(one?.span?.start).toBe(start + column - 1);
  });

  test('any text ends in a problem or in diagnostics', () => {
    const word = fc.constantFrom('dimm', 'nvdimm', 'namespace', 'window', 'room', 'choose', 'memory', '1G', '1G|2G', 'from=', '=', 'x', 'count=3');
    const line = fc.array(fc.oneof(word, fc.string({ maxLength: 8 })), { maxLength: 5 }).map((words) => words.join(' '));
    const { header } = parseMachineSpec('6.12,memory=1G');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        const { problem, diagnostics } = parseWishes(lines, sourceText('--on', ''), header);
        expect((problem === undefined) === diagnostics.length > 0).toBe(true);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test('the runbook it prints plays without a refusal', async () => {
    const wishes = ['--want', 'nvdimm 2M', '--want', 'dimm 300M', '--want', 'virtio-mem 100M'];
    const { stdout } = await runMain(100, ...['plan', '--on', '6.12,memory=2G,qemu=-M q35,nvdimm=on', '--runbook', ...wishes]);
    const { book, diagnostics } = parseRunbook(stdout, 'the plan');
    expect(diagnostics).toEqual([]);
    const { machine } = buildFromHeader(book.source, book.header);
    expect(runStatus(playRunbook(book, machine!))).toBe(0);
  });

  test('what cannot be had makes exit status 1, what was not searched through 64', () => {
    const plan = (text: string, most?: number) =>
      planStatus(planLayout(parsePlan(`${front}${text}\n`, 'a.plan').problem!, most === undefined ? {} : { most }));
    expect(plan('dimm 64M sizes=64M')).toBe(1);
    expect(plan('dimm 256M')).toBe(0);
    expect(plan('nvdimm 34M\ndimm 300M\ndimm 200M', 8)).toBe(64);
  });
});
