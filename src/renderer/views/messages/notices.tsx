/** What went wrong outside any job. Stays until it is dismissed. */
import './messages.css';
import { IconButton } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { dismissNotice, useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';

export function Notices() {
  const notices = useUi((state) => state.notices);
  return (
    <div role="alert" aria-label={strings.messages.region}>
      {notices.map(({ id, failure }) => (
        <div key={id} className="notice" data-testid="notice" data-code={failure.code}>
          <Icon name="warning" />
          <p className="notice-text">
            <strong>{failure.message}</strong> {failure.remedy}
          </p>
          <IconButton
            icon="close"
            label={strings.messages.dismiss}
            onClick={() => {
              dismissNotice(id);
            }}
          />
        </div>
      ))}
    </div>
  );
}
