/** The retries of a window in words: a line for each reason, with the temperatures that were tried for it in a row. Pure. */
import { formatTemperature } from '../../format.js';
import { strings } from '../../strings/en.js';
import type { Retry } from '../../transcript-entry.js';

/** '' when there were none. */
export function describeRetries(retries: readonly Retry[]): string {
  const lines: { readonly reason: Retry['reason']; readonly temperatures: string[] }[] = [];
  for (const { temperature, reason } of retries) {
    const last = lines.at(-1);
    const told = formatTemperature(temperature);
    if (last?.reason === reason) last.temperatures.push(told);
    else lines.push({ reason, temperatures: [told] });
  }
  return lines.map(({ temperatures, reason }) => strings.transcript.retry(temperatures, reason)).join('\n');
}
