/** The rules of WCAG 2.2 A and AA, as far as a machine can check them, on what the page shows now. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import * as v from 'valibot';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const ResultSchema = v.object({
  /** Else it looked at nothing. */
  passes: v.pipe(v.array(v.unknown()), v.minLength(10)),
  violations: v.array(
    v.object({
      id: v.string(),
      help: v.string(),
      nodes: v.array(v.object({ html: v.string(), failureSummary: v.optional(v.string()) })),
    }),
  ),
});

/**
 * One line for each thing that is wrong; none when all is well.
 * @param off rules that do not apply to what is shown.
 */
export async function findViolations(page: Page, off: readonly string[] = []): Promise<readonly string[]> {
  // As the debugger's own script: the page's policy forbids any other.
  await page.evaluate(SOURCE);
  const options = {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])),
  };
  const result: unknown = await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`);
  return v
    .parse(ResultSchema, result)
    .violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}\n  ${html}\n  ${failureSummary}`),
    );
}
