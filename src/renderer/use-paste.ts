/** Files, paths or file addresses from the clipboard, anywhere but in a text field. */
import { useEffect } from 'react';
import { addFiles } from './stores/actions.js';
import { isTypingTarget } from './typing.js';

export function usePaste(): void {
  useEffect(() => {
    function paste(event: ClipboardEvent): void {
      const data = event.clipboardData;
      if (data === null || isTypingTarget(event.target)) return;
      event.preventDefault();
      const text = data.getData('text/uri-list') || data.getData('text/plain');
      void addFiles([...data.files], text, 'paste');
    }

    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('paste', paste);
    };
  }, []);
}
