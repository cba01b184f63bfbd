/** Everything that can be set, each with a sentence; kept at once. */
import './settings-view.css';
import '../page.css';
import type { ReactNode } from 'react';
import { Button } from '../../parts/button.js';
import { askForSelfTest } from '../../stores/self-test.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { TITLE_ID } from '../../views.js';
import { DeskSettings } from './desk-settings.js';
import { ExpertSettings } from './expert-settings.js';
import { SpeechSettings } from './speech-settings.js';

const { settings: words } = strings;

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="settings-group" aria-label={title}>
      <h2 className="settings-title">{title}</h2>
      <div className="card">{children}</div>
    </section>
  );
}

function showShortcuts(): void {
  useUi.setState({ isShortcutsOpen: true });
}

export function SettingsView() {
  const version = useUi((state) => state.app?.version ?? '');
  return (
    <section className="page" aria-labelledby={TITLE_ID} data-testid="settings">
      <div className="page-content">
        <p className="page-lead">{words.lead}</p>
        <Group title={words.speech}>
          <SpeechSettings />
        </Group>
        <Group title={words.desk}>
          <DeskSettings />
        </Group>
        <Group title={words.expert}>
          <ExpertSettings />
        </Group>
        <div className="settings-more">
          <Button testId="settings-shortcuts" onClick={showShortcuts}>
            {words.shortcuts}
          </Button>
          <Button testId="settings-self-test" onClick={askForSelfTest}>
            {words.selfTest}
          </Button>
        </div>
        <p className="settings-version">{words.version(version)}</p>
      </div>
    </section>
  );
}
