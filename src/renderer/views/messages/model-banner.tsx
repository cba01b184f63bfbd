/** Shown while the chosen model cannot be used: what is wrong, and the two ways to put it right. */
import './messages.css';
import type { ModelStatus } from '../../../shared/contract.js';
import { formatPercent } from '../../format.js';
import { Button } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { ProgressBar } from '../../parts/progress-bar.js';
import { importModel, repairModel } from '../../stores/actions.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';

function chooseWords(model: ModelStatus): { readonly title: string; readonly text: string } {
  const words = strings.model;
  if (model.state === 'fetching') return { title: words.fetching, text: words.fetchingHint };
  const isMissing = model.state === 'missing';
  return {
    title: model.failure?.message ?? (isMissing ? words.missing : words.corrupt),
    text: model.failure?.remedy ?? (isMissing ? words.missingRemedy : words.corruptRemedy),
  };
}

function ModelCard({ model }: { readonly model: ModelStatus }) {
  const isFetching = model.state === 'fetching';
  const { title, text } = chooseWords(model);
  return (
    <section className="banner" data-testid="model-banner" data-state={model.state} aria-live="polite">
      <Icon name={isFetching ? 'down' : 'warning'} />
      <div className="banner-body">
        <p className="banner-text">
          <strong>{title}</strong> {text}
        </p>
        {isFetching && (
          <div className="banner-progress">
            <ProgressBar value={model.progress} label={title} />
            {model.progress !== null && <span>{formatPercent(model.progress)}</span>}
          </div>
        )}
      </div>
      {!isFetching && (
        <div className="banner-buttons">
          <Button look="primary" testId="model-repair" onClick={() => void repairModel(model.id)}>
            {model.state === 'missing' ? strings.model.fetch : strings.model.repair}
          </Button>
          <Button testId="model-import" onClick={() => void importModel(model.id)}>
            {strings.model.import}
          </Button>
        </div>
      )}
    </section>
  );
}

export function ModelBanner() {
  const model = useUi((state) => state.models.find((known) => known.id === state.options.model) ?? null);
  // Its card says the same there, and more.
  const isOnCard = useUi((state) => state.view === 'models');
  return model === null || model.state === 'ready' || isOnCard ? null : <ModelCard model={model} />;
}
