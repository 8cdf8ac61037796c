/** The document `memhp compare --curve N --json` prints. */

import { z } from 'zod';
import { POLICY_NAMES } from '../kernel/profile/policies.ts';
import type { LossCurves } from './compare-curve.ts';
import { bytesShape, countShape, type DocumentOf } from './document-shapes.ts';

export const CURVE_SCHEMA = 'memhp/curve/1';

const curveShape = z.strictObject({
  policy: z.enum(POLICY_NAMES),
  points: z.array(
    z.strictObject({
      devices: countShape.describe('brought up so far'),
      lostBytes: bytesShape.describe('bytes of the devices, and of the RAM beside them, that nobody can use'),
      totalBytes: bytesShape,
    }),
  ),
  firstFailure: z.int().positive().optional().describe('the first device, counted from 1, that cannot be used at all'),
  failures: countShape.describe('devices that cannot be used at all'),
  says: z.string().optional().describe('what the kernel said at the first failure'),
});

export const curveDocument = z.strictObject({
  schema: z.literal(CURVE_SCHEMA),
  status: z.literal(0),
  kernel: z.string(),
  devices: z.int().positive(),
  sizeBytes: bytesShape.describe('bytes of each device'),
  offsetBytes: bytesShape.describe('bytes from the start of a section to the start of a device'),
  between: z.enum(['devices', 'ram']).describe('what lies between two devices'),
  use: z.enum(['device', 'ram']).describe('what the devices become'),
  curves: z.array(curveShape),
});

export function curveJson({ spec, use, curves }: LossCurves): DocumentOf<typeof curveDocument> {
  return { schema: CURVE_SCHEMA, status: 0, ...spec, use, curves };
}
