/** What several documents hold alike, and the type code may return for a document. */

import { z } from 'zod';
import { valueText } from '../advise/why/value-words.ts';
import type { CheckPoint, CheckStep } from '../kernel/explain.ts';

/** A document as code hands it over: nobody changes it any more. */
export type DocumentOf<S extends z.ZodType> = Frozen<z.output<S>>;

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

export const countShape = z.int().nonnegative();
export const bytesShape = z.int().nonnegative().describe('bytes');

export const diagnosticShape = z.strictObject({
  code: z
    .string()
    .regex(/^MHP\d{4}$/)
    .describe('stable code; `memhp codes` lists them'),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  source: z.string().describe('file, or the option the text came from'),
  line: z.int().positive().optional().describe('1-based'),
  column: z.int().positive().optional().describe('1-based'),
  start: countShape.optional().describe('0-based offset of the first character, in UTF-16 units'),
  end: countShape.optional().describe('offset after the last character'),
  label: z.string().optional(),
  notes: z.array(z.string()).optional(),
  help: z.string().optional(),
});

export const checkShape = z
  .strictObject({
    file: z.string().describe('kernel source file'),
    function: z.string().describe('kernel function'),
    condition: z.string().describe('what must hold'),
    values: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
      .describe('what was looked at; `none` for a limit that is none'),
  })
  .describe('the kernel check that decided: the cause of the last failure');

/** A check as documents have it. */
export function checkRecord({ file, fn, condition, values }: CheckPoint & Pick<CheckStep, 'values'>): z.output<typeof checkShape> {
  const shown = Object.entries(values).map(([name, value]) => {
    // JSON has no infinity: a limit that is none is written in the words people get.
    const isWord = typeof value === 'number' && !Number.isFinite(value);
    return [name, isWord ? valueText(name, value) : value] as const;
  });
  return { file, function: fn, condition, values: Object.fromEntries(shown) };
}

export const logLineShape = z.strictObject({ level: z.int().describe('as KERN_*'), text: z.string() });

export const verdictShape = z.enum(['ok', 'refused', 'depends', 'differs', 'not-modelled']);
export const promptShape = z.enum(['shell', 'monitor']);
