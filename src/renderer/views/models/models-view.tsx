/** The speech models there are: what is installed, what each needs, where it can run, and how to get or drop it. */
import './models-view.css';
import '../page.css';
import { useEffect, useState } from 'react';
import { MODEL_DEVICES } from '../../../shared/contract.js';
import type { ModelDownload, ModelStatus } from '../../../shared/contract.js';
import { describeDevice, listPlaces } from '../../devices.js';
import { formatBytes, formatPercent, formatRemaining } from '../../format.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { Icon } from '../../parts/icon.js';
import { ProgressBar } from '../../parts/progress-bar.js';
import { cancelModel, importModel, removeModel, repairModel } from '../../stores/actions.js';
import { ensureDoctor, useDoctor } from '../../stores/doctor.js';
import { changeSettings, useSettings } from '../../stores/settings.js';
import { showView, useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { TITLE_ID } from '../../views.js';

const { models: words } = strings;

/** Where it runs; a reason only where that is the model's own, not one that all models share. */
function Devices({ model }: { readonly model: ModelStatus }) {
  const places = listPlaces(
    model.devices,
    useDoctor((state) => state.report),
  );
  const reasons = places.flatMap(({ reason }) => (reason === null ? [] : [reason]));
  return (
    <div className="model-places">
      <ul className="model-devices" aria-label={words.devices(model.name)}>
        {places.map(({ device, isUsable }) => (
          <li key={device} className="model-device" data-device={device} data-usable={isUsable}>
            <Icon name={isUsable === null ? 'clock' : isUsable ? 'check' : 'close'} size={14} />
            {words.device(device)}
            <span className="visually-hidden">{words.usable(isUsable)}</span>
          </li>
        ))}
      </ul>
      {reasons.map((reason) => (
        <p key={reason} className="model-figures">
          {reason}
        </p>
      ))}
    </div>
  );
}

/** What this machine lacks for any model: said once, with the way to what would help. */
function MissingDevices() {
  const report = useDoctor((state) => state.report);
  useEffect(() => {
    void ensureDoctor();
  }, []);
  const missing = MODEL_DEVICES.flatMap((device) => {
    const state = describeDevice(device, report);
    return state === null || state.isUsable ? [] : [{ device, reason: state.reason }];
  });
  if (missing.length === 0) return null;
  return (
    <div className="model-missing" data-testid="models-missing-devices">
      <ul>
        {missing.map(({ device, reason }) => (
          <li key={device}>
            <strong>{words.notHere(words.device(device))}</strong> {reason}
          </li>
        ))}
      </ul>
      <Button
        onClick={() => {
          showView('doctor');
        }}
      >
        {strings.device.toDoctor}
      </Button>
    </div>
  );
}

function Fetching({ model }: { readonly model: ModelStatus }) {
  const { download, progress } = model;
  return (
    <>
      <div className="model-progress">
        <ProgressBar value={progress} label={words.progress(model.name)} />
        {progress !== null && <span className="model-percent">{formatPercent(progress)}</span>}
        {download !== null && (
          <Button testId="model-cancel" onClick={() => void cancelModel(model.id)}>
            {words.cancel}
          </Button>
        )}
      </div>
      {download !== null && (
        <p className="model-figures" data-testid="model-figures">
          {describeDownload(download)}
        </p>
      )}
      {download?.note != null && <p className="model-figures">{download.note}</p>}
    </>
  );
}

/** "34 MB of 77 MB · 5 MB/s · about 10 s left"; what is not known yet is left out. */
function describeDownload({ receivedBytes, totalBytes, bytesPerSecond, remainingMs }: ModelDownload): string {
  return [
    words.received(formatBytes(receivedBytes), formatBytes(totalBytes)),
    bytesPerSecond === null || bytesPerSecond === 0 ? null : words.speed(formatBytes(bytesPerSecond)),
    formatRemaining(remainingMs),
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

/** What brings a model that is not ready: from nothing, from where it stopped, or what is damaged. */
function fetchWord({ state, keptBytes }: ModelStatus): string {
  if (state !== 'missing') return words.repair;
  return keptBytes > 0 ? words.resume : words.fetch;
}

interface ModelButtonsProps {
  readonly model: ModelStatus;
  readonly isChosen: boolean;
  readonly onRemove: () => void;
}

function ModelButtons({ model, isChosen, onRemove }: ModelButtonsProps) {
  const { id, name, state } = model;
  if (state === 'fetching') return null;
  return (
    <div className="model-buttons">
      {state === 'ready' && !isChosen && (
        <Button testId="model-use" onClick={() => void changeSettings({ model: id })}>
          {words.use}
        </Button>
      )}
      {state !== 'ready' && (
        <Button
          look="primary"
          testId="model-fetch"
          aria-label={words.actOn(fetchWord(model), name)}
          onClick={() => void repairModel(id)}
        >
          {fetchWord(model)}
        </Button>
      )}
      {state === 'ready' && (
        <Button
          look="quiet"
          aria-label={words.actOn(words.verify, name)}
          onClick={() => void repairModel(id)}
        >
          {words.verify}
        </Button>
      )}
      {state !== 'ready' && (
        <Button
          testId="model-import"
          aria-label={words.actOn(words.import, name)}
          onClick={() => void importModel(id)}
        >
          {words.import}
        </Button>
      )}
      {(state !== 'missing' || model.keptBytes > 0) && (
        <Button
          look="quiet"
          icon="trash"
          testId="model-remove"
          aria-label={words.actOn(words.remove, name)}
          onClick={onRemove}
        >
          {words.remove}
        </Button>
      )}
    </div>
  );
}

function ModelCard({ model, onRemove }: { readonly model: ModelStatus; readonly onRemove: () => void }) {
  const isChosen = useSettings((state) => state.settings.model === model.id);
  // That it is not there is no failure: the badge says so.
  const failure = model.failure?.code === 'model-missing' ? null : model.failure;
  return (
    <li className="card model" data-testid="model" data-id={model.id} data-state={model.state}>
      <header className="model-head">
        <h2 className="model-name">{model.name}</h2>
        <span className="badge" data-look={model.state}>
          {model.state === 'fetching' && model.download === null ? words.checking : words.state(model.state)}
        </span>
        {isChosen && (
          <span className="badge" data-look="chosen">
            {model.state === 'ready' ? words.inUse : words.chosen}
          </span>
        )}
        <span className="model-size">{formatBytes(model.sizeBytes)}</span>
      </header>
      {failure !== null && (
        <div className="model-failure" data-look={failure.code}>
          <p>{failure.message}</p>
          <p>{failure.remedy}</p>
        </div>
      )}
      {model.state === 'missing' && model.keptBytes > 0 && (
        <p className="model-figures" data-testid="model-kept">
          {words.kept(formatBytes(model.keptBytes))}
        </p>
      )}
      <Devices model={model} />
      {model.state === 'fetching' && <Fetching model={model} />}
      <ModelButtons model={model} isChosen={isChosen} onRemove={onRemove} />
    </li>
  );
}

export function ModelsView() {
  const models = useUi((state) => state.models);
  const [removing, setRemoving] = useState<ModelStatus | null>(null);
  function close(): void {
    setRemoving(null);
  }
  return (
    <section className="page" aria-labelledby={TITLE_ID}>
      <div className="page-content">
        <p className="page-lead">{words.lead}</p>
        <MissingDevices />
        <ul className="model-list">
          {models.map((model) => (
            <ModelCard
              key={model.id}
              model={model}
              onRemove={() => {
                setRemoving(model);
              }}
            />
          ))}
        </ul>
      </div>
      {removing !== null && (
        <Dialog title={words.removeTitle(removing.name)} closeLabel={words.keep} onClose={close}>
          <div className="dialog-body">
            <p>{words.removeText(formatBytes(removing.sizeBytes))}</p>
            <div className="dialog-buttons">
              <Button data-autofocus onClick={close}>
                {words.keep}
              </Button>
              <Button
                look="danger"
                testId="model-remove-confirm"
                onClick={() => {
                  close();
                  void removeModel(removing.id);
                }}
              >
                {words.remove}
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </section>
  );
}
