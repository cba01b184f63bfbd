/**
 * Where the time of a run went, while it runs and after: figures, stages, layers, the length of each step, what the
 * machine allows, and a second run beside it. Nothing here is a target or a projection; what comes from a model of a
 * device says "modelled".
 */
import './performance.css';
import '../page.css';
import { useEffect, useState } from 'react';
import { isFinished } from '../../../shared/job.js';
import { Button } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { SelectField } from '../../parts/select-field.js';
import { exportRun, fetchRun } from '../../stores/actions.js';
import { useJobs } from '../../stores/jobs.js';
import { useRuns } from '../../stores/runs.js';
import { strings } from '../../strings/en.js';
import { TITLE_ID } from '../../views.js';
import { Comparison } from './comparison.js';
import { formatFigure } from './format-figures.js';
import { nameRuns } from './named-runs.js';
import type { NamedRun } from './named-runs.js';
import { Roofline } from './roofline.js';
import { FIGURES, runFigures } from './run-figures.js';
import { LatencySection, LayersSections, StagesSection } from './sections.js';

const text = strings.performance;

export function PerformanceView() {
  const jobs = useJobs((state) => state.jobs);
  const runs = useRuns((state) => state.runs);
  const limits = useRuns((state) => state.limits);
  const [firstId, setFirst] = useState('');
  const [secondId, setSecond] = useState('');
  useEffect(() => {
    for (const job of jobs) if (isFinished(job)) void fetchRun(job.id);
  }, [jobs]);
  const named = nameRuns(jobs, runs);
  const running = jobs.find(({ id, state }) => state === 'running' && runs[id] !== undefined)?.id;
  const first = named.find(({ id }) => id === firstId) ?? named.find(({ id }) => id === running) ?? named[0];
  if (first === undefined) return <Nothing />;
  const second = named.find(({ id }) => id === secondId && id !== first.id);
  const { record } = first;
  return (
    <section className="page" aria-labelledby={TITLE_ID} data-testid="performance">
      <div className="page-content performance">
        <div className="performance-head">
          <SelectField label={text.run} value={first.id} testId="performance-run" onChange={setFirst}>
            <RunOptions runs={named} />
          </SelectField>
          <SelectField
            label={text.compareWith}
            value={second?.id ?? ''}
            testId="performance-compare"
            isDisabled={named.length < 2}
            onChange={setSecond}
          >
            <option value="">{text.nothingToCompare}</option>
            <RunOptions runs={named.filter(({ id }) => id !== first.id)} />
          </SelectField>
          <Button icon="export" testId="performance-export" onClick={() => void exportRun(first.id)}>
            {text.exportJson}
          </Button>
        </div>
        <p className="performance-how">
          {record.timings.isModelled && <span className="performance-modelled">{text.modelled}</span>}{' '}
          {first.how}
        </p>
        <Figures run={first} />
        {second !== undefined && <Comparison first={first} second={second} />}
        <StagesSection record={record} />
        <LatencySection record={record} />
        <LayersSections record={record} />
        <Roofline record={record} limits={limits} />
      </div>
    </section>
  );
}

function RunOptions({ runs }: { readonly runs: readonly NamedRun[] }) {
  return runs.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}

function Figures({ run }: { readonly run: NamedRun }) {
  const figures = runFigures(run.record);
  return (
    <dl className="performance-figures" data-testid="performance-figures">
      {FIGURES.map((figure) => (
        <div key={figure} className="performance-figure" title={text.figureHow(figure)}>
          <dt>{text.figure(figure)}</dt>
          <dd>{formatFigure(figure, figures[figure])}</dd>
        </div>
      ))}
    </dl>
  );
}

function Nothing() {
  return (
    <section className="page" aria-labelledby={TITLE_ID} data-testid="performance-empty">
      <div className="empty">
        <Icon name="chart" size={28} />
        <strong>{text.nothing}</strong>
        <p>{text.empty}</p>
      </div>
    </section>
  );
}
