/** The whole window takes files. A drag of the page's own text is not a drop. */
import { useEffect } from 'react';
import { addFiles } from './stores/actions.js';
import { useUi } from './stores/ui.js';

const ACCEPTED_TYPES = ['Files', 'text/uri-list', 'text/plain'];

function setDragging(isDragging: boolean): void {
  if (useUi.getState().isDragging !== isDragging) useUi.setState({ isDragging });
}

export function useDrop(): void {
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let isOwnDrag = false;

    function accepts(event: DragEvent): boolean {
      return !isOwnDrag && ACCEPTED_TYPES.some((type) => event.dataTransfer?.types.includes(type));
    }

    window.addEventListener(
      'dragstart',
      () => {
        isOwnDrag = true;
      },
      { signal },
    );
    window.addEventListener(
      'dragend',
      () => {
        isOwnDrag = false;
        setDragging(false);
      },
      { signal },
    );
    window.addEventListener(
      'dragover',
      (event) => {
        event.preventDefault();
        if (event.dataTransfer !== null) event.dataTransfer.dropEffect = accepts(event) ? 'copy' : 'none';
        setDragging(accepts(event));
      },
      { signal },
    );
    window.addEventListener(
      'dragleave',
      (event) => {
        // Null only where the pointer leaves the window, not where it moves between its elements.
        if (event.relatedTarget === null) setDragging(false);
      },
      { signal },
    );
    window.addEventListener(
      'drop',
      (event) => {
        event.preventDefault();
        setDragging(false);
        const data = event.dataTransfer;
        if (data === null || !accepts(event)) return;
        const text = data.getData('text/uri-list') || data.getData('text/plain');
        void addFiles([...data.files], text, 'drop');
      },
      { signal },
    );
    return () => {
      controller.abort();
    };
  }, []);
}
