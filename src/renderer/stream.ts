/**
 * Receives the engine's stream: a MessagePort that the preload posts to this window, and the events
 * that come through it. A new port replaces the old one (the engine was started again). What does
 * not fit the schema is left out: the stream only makes the screen lively, the truth about segments
 * is asked from main.
 */
import * as v from 'valibot';
import { STREAM_PORT_CHANNEL } from '../shared/contract.js';
import { EngineEventSchema } from '../shared/events.js';
import type { EngineEvent } from '../shared/events.js';

const HandOverSchema = v.object({ name: v.literal(STREAM_PORT_CHANNEL) });

/** A message is one event or a batch of them. */
export function parseEvents(message: unknown): EngineEvent[] {
  const items: unknown[] = Array.isArray(message) ? message : [message];
  return items.flatMap((item) => {
    const parsed = v.safeParse(EngineEventSchema, item);
    return parsed.success ? [parsed.output] : [];
  });
}

export interface StreamListener {
  readonly onConnected: () => void;
  readonly onEvents: (events: readonly EngineEvent[]) => void;
}

export function listenForStream(page: Window, listener: StreamListener): void {
  let current: MessagePort | null = null;
  page.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source !== page || event.origin !== page.location.origin) return;
    const port = event.ports[0];
    if (port === undefined || !v.is(HandOverSchema, event.data)) return;
    current?.close();
    current = port;
    listener.onConnected();
    port.onmessage = (message: MessageEvent<unknown>) => {
      listener.onEvents(parseEvents(message.data));
    };
  });
}
