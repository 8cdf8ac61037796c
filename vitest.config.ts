import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Property tests and comparisons with real programs share two cores with everything else.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Names and snapshots must not depend on who runs the tests.
    env: { NO_COLOR: '1', TZ: 'UTC', LC_ALL: 'C' },
  },
});
