/** What the machine allows, measured on a press of the button, and how close the decoder's matrices came to it. */
import { useState } from 'react';
import { computeRoofline } from '../../../shared/roofline.js';
import type { MachineLimits } from '../../../shared/roofline.js';
import type { RunRecord } from '../../../shared/timing.js';
import { DataTable } from '../../charts/data-table.js';
import { Button } from '../../parts/button.js';
import { measureMachine } from '../../stores/actions.js';
import { strings } from '../../strings/en.js';
import { formatBytes, formatCount, formatMs, formatRate } from './format-figures.js';
import { Section } from './sections.js';

const text = strings.performance;

export interface RooflineProps {
  readonly record: RunRecord;
  readonly limits: MachineLimits | null;
}

export function Roofline({ record, limits }: RooflineProps) {
  const [isMeasuring, setMeasuring] = useState(false);
  const rows = computeRoofline(record.timings);
  if (rows.length === 0 || record.timings.isModelled) return null;
  const measure = async (): Promise<void> => {
    setMeasuring(true);
    await measureMachine();
    setMeasuring(false);
  };
  return (
    <Section title={text.roofline} note={text.rooflineNote} testId="performance-roofline">
      <DataTable
        caption={text.roofline}
        head={[
          text.operationHead,
          text.bytesHead,
          text.timeHead,
          text.rateHead,
          text.shareHead,
          text.passesHead,
        ]}
        rows={rows.map(({ operation, passes, bytesPerPass, msPerPass, bytesPerSecond }) => [
          text.operation(operation),
          formatBytes(bytesPerPass),
          formatMs(msPerPass),
          formatRate(bytesPerSecond, 'B'),
          limits === null ? '–' : `${((100 * bytesPerSecond) / limits.readBytesPerSecond).toFixed(0)} %`,
          formatCount(passes),
        ])}
      />
      <p className="performance-note" aria-live="polite">
        {limits === null
          ? text.limitsUnknown
          : text.limits(
              formatRate(limits.readBytesPerSecond, 'B'),
              formatRate(limits.int8MacsPerSecond, 'MAC'),
              limits.threads,
              limits.instructions,
            )}
      </p>
      <Button testId="performance-measure" disabled={isMeasuring} onClick={() => void measure()}>
        {isMeasuring ? text.measuring : text.measure}
      </Button>
    </Section>
  );
}
