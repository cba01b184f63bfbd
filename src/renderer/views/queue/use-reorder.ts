/** Dragging a waiting file to another place of the queue. */
import { useState } from 'react';
import type { DragEvent } from 'react';
import type { Job } from '../../../shared/job.js';
import { placeAfterDrop } from '../../reorder.js';
import { reorderJob } from '../../stores/actions.js';

interface Target {
  readonly id: string;
  readonly side: 'before' | 'after';
}

interface Drag {
  readonly id: string;
  readonly over: Target | null;
}

function findItem(event: DragEvent): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>('[data-id]') : null;
}

function targetOf(event: DragEvent): Target | null {
  const item = findItem(event);
  const id = item?.dataset['id'];
  if (item === null || id === undefined) return null;
  const { top, height } = item.getBoundingClientRect();
  return { id, side: event.clientY < top + height / 2 ? 'before' : 'after' };
}

export function useReorder(jobs: readonly Job[]) {
  const [drag, setDrag] = useState<Drag | null>(null);
  return {
    markOf: (id: string) => (drag?.over?.id === id ? drag.over.side : null),
    list: {
      onDragStart: (event: DragEvent) => {
        const id = findItem(event)?.dataset['id'];
        if (id === undefined) return;
        event.dataTransfer.effectAllowed = 'move';
        setDrag({ id, over: null });
      },
      onDragOver: (event: DragEvent) => {
        if (drag === null) return;
        const over = targetOf(event);
        const isPlace = over !== null && placeAfterDrop(jobs, drag.id, over) !== undefined;
        event.preventDefault();
        // Else the window takes it for a file from elsewhere, and forbids it.
        event.stopPropagation();
        event.dataTransfer.dropEffect = isPlace ? 'move' : 'none';
        setDrag({ id: drag.id, over: isPlace ? over : null });
      },
      onDrop: (event: DragEvent) => {
        if (drag?.over == null) return;
        event.preventDefault();
        const before = placeAfterDrop(jobs, drag.id, drag.over);
        if (before !== undefined) void reorderJob(drag.id, before);
        setDrag(null);
      },
      onDragEnd: () => {
        setDrag(null);
      },
    },
  };
}
