/** Links: what goes in comes out; what is hostile ends in a message, soon. */

import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FRAGMENT_LIMIT, fragmentOf, LinkError, scenarioOfFragment, type SharedScenario } from '../../src/web/scenario/share-link.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 400 }).filter((one) => new TextDecoder().decode(new TextEncoder().encode(one)) === one);
const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const scenario: fc.Arbitrary<SharedScenario> = fc.record({
  source: fc.record({
    kind: fc.constantFrom('runbook' as const, 'capture' as const, 'recording' as const),
    name: fc.string({ maxLength: 60 }).filter((one) => new TextDecoder().decode(new TextEncoder().encode(one)) === one),
    text,
    files: fc.array(
      fc.record({ name: fc.constantFrom('iomem', 'a b'), bytes: text.filter((one) => !one.startsWith('\ufeff')).map((one) => new TextEncoder().encode(one)) }),
      { maxLength: 3 },
    ),
  }),
  kernel: fc.constantFrom(undefined, '6.12'),
  beside: fc.constantFrom(undefined, '5.0'),
  position: number,
  sight: fc.constantFrom(undefined, [0, 2 ** 46] as const, [1.5, 2.25] as const),
  address: fc.option(number, { nil: undefined }),
});

test('a scenario survives the way through a link', () =>
  fc.assert(
    fc.asyncProperty(scenario, async (one) => {
      const fragment = await fragmentOf(one);
      expect(fragment).toMatch(/^s1\.[\w-]*$/);
      expect(await scenarioOfFragment(`#${fragment}`)).toEqual(one);
    }),
    { numRuns: 60 },
  ));

function packed(json: unknown): string {
  return `s1.${deflateRawSync(typeof json === 'string' ? json : JSON.stringify(json)).toString('base64url')}`;
}

const source = { kind: 'runbook', name: 'x', text: '', files: [] };

test.each([
  ['another version', 's2.AAAA', /version 2/],
  ['no scenario', 'top', /no scenario/],
  ['characters no link has', 's1.a%20b', /damaged/],
  ['half of one', packed({ source, position: 0 }).slice(0, 20), /damaged/],
  ['no JSON', packed('{'), /damaged/],
  ['not UTF-8', `s1.${deflateRawSync(Buffer.from([0xff, 0xfe, 0x00])).toString('base64url')}`, /damaged/],
  ['a list', packed([]), /the scenario/],
  ['another kind', packed({ source: { ...source, kind: 'script' }, position: 0 }), /source\.kind/],
  ['a position before the start', packed({ source, position: -1 }), /position/],
  ['a sight without end', packed({ source, position: 0, sight: [5, 5] }), /sight/],
  ['an inherited name', packed('{"source":{"__proto__":{"kind":"runbook"},"name":"x"},"position":0}'), /source\.kind/],
  ['a thousand files', packed({ source: { ...source, files: Array(1000).fill({ name: '', text: '' }) }, position: 0 }), /source\.files/],
  ['a bomb', packed(`"${'0'.repeat(64 * 1024 * 1024)}"`), /unpacks to more/],
  ['an endless one', `s1.${'A'.repeat(FRAGMENT_LIMIT)}`, /longer than/],
])('%s ends in a message', async (_, fragment, message) => {
  const trouble = await scenarioOfFragment(fragment).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(trouble).toBeInstanceOf(LinkError);
  expect((trouble as Error).message).toMatch(message);
});

test('any other fragment is a scenario or a LinkError', () =>
  fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.base64String().map((one) => `s1.${one}`), fc.json().map(packed)), async (fragment) => {
      await scenarioOfFragment(fragment).catch((error: unknown) => expect(error).toBeInstanceOf(LinkError));
    }),
    { numRuns: 150 },
  ));
