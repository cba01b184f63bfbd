/** What this machine can do, line by line in the order things depend on each other, and the command that mends it. */
import './doctor-view.css';
import '../page.css';
import { useEffect } from 'react';
import { DOCTOR_PARTS, formatDoctorReport } from '../../../shared/doctor.js';
import type { DoctorLine } from '../../../shared/doctor.js';
import { copyText } from '../../copy-text.js';
import { Button, IconButton } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import type { IconName } from '../../parts/icon.js';
import { ensureDoctor, runDoctor, useDoctor } from '../../stores/doctor.js';
import { showToast } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { TITLE_ID } from '../../views.js';

const { doctor: words } = strings;
const STATE_ICON: Readonly<Record<DoctorLine['state'], IconName>> = {
  pass: 'check',
  fail: 'warning',
  skip: 'dash',
};

function copy(text: string, said: string): void {
  if (copyText(text)) showToast(said, null);
}

function Fix({ fix }: { readonly fix: string }) {
  return (
    <div className="doctor-fix">
      <code>{fix}</code>
      <IconButton
        icon="copy"
        label={words.copyFix}
        onClick={() => {
          copy(fix, words.fixCopied);
        }}
      />
    </div>
  );
}

function Line({ line }: { readonly line: DoctorLine }) {
  const { id, title, state, found, cause, fix } = line;
  return (
    <li className="doctor-line" data-state={state} data-testid="doctor-line" data-id={id}>
      <Icon name={STATE_ICON[state]} />
      <div>
        <p className="doctor-title">
          {title} <span className="doctor-state">{words.state(state)}</span>
        </p>
        <p>{found}</p>
        {cause !== null && <p>{cause}</p>}
        {/* What is not missed is not in the way either: Models has a button for each model. */}
        {fix !== null && state === 'fail' && <Fix fix={fix} />}
      </div>
    </li>
  );
}

export function DoctorView() {
  const { report, isRunning } = useDoctor();
  useEffect(() => {
    void ensureDoctor();
  }, []);
  return (
    <section className="page" aria-labelledby={TITLE_ID} aria-busy={isRunning}>
      <div className="page-content">
        <div className="doctor-head">
          <p className="page-lead">{words.lead}</p>
          <div className="doctor-buttons">
            <Button icon="retry" disabled={isRunning} testId="doctor-run" onClick={() => void runDoctor()}>
              {isRunning ? words.running : words.again}
            </Button>
            {report !== null && (
              <Button
                icon="copy"
                onClick={() => {
                  copy(formatDoctorReport(report), words.copied);
                }}
              >
                {words.copy}
              </Button>
            )}
          </div>
        </div>
        {report !== null &&
          DOCTOR_PARTS.map((part) => (
            <section key={part} className="doctor-part" aria-label={words.part(part)}>
              <h2 className="doctor-heading">{words.part(part)}</h2>
              <ul className="card">
                {report.lines
                  .filter((line) => line.part === part)
                  .map((line) => (
                    <Line key={line.id} line={line} />
                  ))}
              </ul>
            </section>
          ))}
      </div>
    </section>
  );
}
