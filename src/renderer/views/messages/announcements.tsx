/** For screen readers only: finished text, and jobs that change state. */
import { useUi } from '../../stores/ui.js';

export function Announcements() {
  const spokenText = useUi((state) => state.spokenText);
  const spokenState = useUi((state) => state.spokenState);
  return (
    <div className="visually-hidden">
      <div aria-live="polite" aria-atomic="true">
        {spokenText}
      </div>
      <div role="status" aria-atomic="true">
        {spokenState}
      </div>
    </div>
  );
}
