import { defineConfig } from 'vitest/config';

/**
 * unit: pure logic, seconds. integration: real weights and real speech through the engine and the
 * command line. xrt: the real XRT in a system of its own, on a fake NPU; needs root. e2e: the built app in real Electron; needs a display and a build (npm test sees to both).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'], testTimeout: 20_000 },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'xrt',
          include: ['test/xrt/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // What is waited for comes in tens of milliseconds, or on a busy machine in seconds: 1 s is a race.
          expect: { poll: { timeout: 30_000 } },
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      // Not a test: `npm run torture` kills the app and its engine at random moments.
      {
        test: { name: 'torture', include: ['test/torture/kills.ts'] },
      },
      // Not tests: `npm run screenshots` and `npm run bench:window` drive the app and look, or measure.
      {
        test: { name: 'screenshots', include: ['test/window/screenshots.ts'], testTimeout: 300_000 },
      },
      {
        test: {
          name: 'window',
          include: ['test/window/start.ts', 'test/window/responsiveness.ts'],
          testTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
