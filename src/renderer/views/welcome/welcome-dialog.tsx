/**
 * The first start: eight seconds of bundled speech are transcribed, and what works is said. The test is a job like
 * any other, taken off the list and out of the library when the dialog is left.
 */
import './welcome-dialog.css';
import { useEffect } from 'react';
import { transcriptText } from '../../../shared/transcript.js';
import { formatSpeed } from '../../format.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { Icon } from '../../parts/icon.js';
import { endSelfTest, startSelfTest, useSelfTest } from '../../stores/self-test.js';
import { ensureDoctor } from '../../stores/doctor.js';
import { useSettings } from '../../stores/settings.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';

const { welcome: words } = strings;

interface ResultProps {
  readonly name: string;
  /** null while it is not known. */
  readonly works: boolean | null;
  /** Most computers are without it: nothing is wrong then. */
  readonly isExtra?: boolean;
  readonly text: string;
}

function Result({ name, works, isExtra = false, text }: ResultProps) {
  const missing = isExtra ? 'dash' : 'warning';
  return (
    <li className="welcome-result" data-works={works} data-extra={isExtra} data-testid="self-test-result">
      <Icon name={works === null ? 'clock' : works ? 'check' : missing} />
      <strong>{name}</strong>
      <span>{text}</span>
    </li>
  );
}

function SpeechResult() {
  const { job, segments } = useSelfTest();
  if (job === null || job.state === 'queued' || job.state === 'running') {
    return <Result name={words.cpu} works={null} text={words.testing} />;
  }
  if (job.state !== 'done') {
    const text = `${job.failure?.message ?? ''} ${job.failure?.remedy ?? ''}`;
    return <Result name={words.cpu} works={false} text={text} />;
  }
  const speed = job.stats === null ? null : formatSpeed(job.stats.audio, job.stats.totalMs);
  return (
    <>
      <Result name={words.cpu} works text={words.works(speed ?? '')} />
      <li className="welcome-heard">
        {words.heard} <q data-testid="self-test-text">{transcriptText(segments).trim()}</q>
      </li>
    </>
  );
}

function SelfTest() {
  const hasFfmpeg = useUi((state) => state.app?.isFfmpegInstalled ?? null);
  const npu = useUi((state) => state.npu);
  useEffect(() => {
    void startSelfTest();
    void ensureDoctor();
  }, []);
  return (
    <div className="dialog-body">
      <p>{words.lead}</p>
      <ul className="welcome-results" aria-live="polite">
        <SpeechResult />
        <Result
          name={words.ffmpeg}
          works={hasFfmpeg}
          text={hasFfmpeg === false ? words.ffmpegMissing : words.ffmpegWorks}
        />
        <Result
          name={words.npu}
          works={npu?.isUsable ?? null}
          isExtra
          text={npu === null ? strings.device.npuUnknown : npu.reason}
        />
      </ul>
      <div className="dialog-buttons">
        <Button look="primary" testId="welcome-start" data-autofocus onClick={() => void endSelfTest()}>
          {words.start}
        </Button>
      </div>
    </div>
  );
}

export function WelcomeDialog() {
  const isFirst = useSettings((state) => state.isLoaded && !state.settings.isWelcomed);
  const hasApp = useUi((state) => state.app !== null);
  const isOver = useSelfTest((state) => state.isOver);
  const isAsked = useSelfTest((state) => state.isAsked);
  if (!(isFirst || isAsked) || !hasApp || isOver) return null;
  return (
    <Dialog title={words.title} closeLabel={words.close} testId="welcome" onClose={() => void endSelfTest()}>
      <SelfTest />
    </Dialog>
  );
}
