/** The idle window: where to drop, how else to open files, and the two things worth choosing first. */
import './start-view.css';
import iconUrl from '../../../../resources/icons/icon.svg';
import { Button } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { browse } from '../../stores/actions.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { OptionsForm } from './options-form.js';

export function StartView() {
  const app = useUi((state) => state.app);
  const { start } = strings;
  return (
    <div className="start">
      <div className="start-content">
        <img className="start-icon" src={iconUrl} alt="" width="76" height="76" />
        <h2 className="start-title">{start.title}</h2>
        <p className="start-subtitle">{start.subtitle}</p>
        <Button look="primary" testId="browse" onClick={() => void browse()}>
          {start.browse}
        </Button>
        <p className="start-ways">
          {start.or} {start.paste} <kbd>Ctrl V</kbd>
        </p>
        <OptionsForm />
        {app?.isFfmpegInstalled === false && (
          <p className="start-caution" role="note">
            <Icon name="warning" />
            {start.ffmpegMissing}
          </p>
        )}
      </div>
      <p className="start-hint">{start.elsewhere}</p>
    </div>
  );
}
