/** The doctor, asked by the page: a process of its own looks at this machine, and the app goes on. */
import { expect, it } from 'vitest';
import { launchApp } from './fixtures.js';

it("gives the page a report with a line for each engine, the model and the NPU's links", async () => {
  await using app = await launchApp();

  const report = await app.page.evaluate(() => window.tilescribe.call('doctor.run', null));

  const states = new Map(report.lines.map(({ id, state }) => [id, state]));
  expect(states.get('engine.native')).toBe('pass');
  expect(states.get('engine.model.base')).toBe('pass');
  expect([...states.keys()]).toContain('npu.memory-lock');
  expect(report.lines.every(({ state, cause }) => state !== 'fail' || cause !== null)).toBe(true);
  // It can be asked again, and the app still answers.
  expect(await app.page.evaluate(() => window.tilescribe.call('jobs.list', null))).toEqual([]);
});
