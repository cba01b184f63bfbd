/** The few line icons of the window, drawn on a 16 px grid in the text's own colour; all decorative. */

const PATHS = {
  plus: 'M8 3.25v9.5M3.25 8h9.5',
  close: 'm4 4 8 8m0-8-8 8',
  check: 'm3.5 8.5 3 3 6-7',
  retry: 'M12.9 6.2A5.2 5.2 0 1 0 13.2 9M13 2.8v3.4H9.6',
  copy: 'M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2m-7-5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1',
  export: 'M8 9.5v-7m0 0L5.25 5.25M8 2.5l2.75 2.75M3 9.5v3a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1v-3',
  chevron: 'm4.5 6.25 3.5 3.5 3.5-3.5',
  down: 'M8 3v9.5m0 0 4-4m-4 4-4-4',
  up: 'M8 13V3.500m0 0-4 4m4-4 4 4',
  lock: 'M5 7V5.2a3 3 0 0 1 6 0V7M4.25 7h7.5a.75.75 0 0 1 .75.75v5a.75.75 0 0 1-.75.75h-7.5a.75.75 0 0 1-.75-.75v-5A.75.75 0 0 1 4.25 7',
  warning:
    'M8 6.25v3.25m0 2.1v.1M7.1 2.9 1.9 12a1 1 0 0 0 .9 1.5h10.4a1 1 0 0 0 .9-1.5L8.9 2.9a1 1 0 0 0-1.8 0',
  dash: 'M4.5 8h7',
  clock: 'M8 4.75V8l2.25 1.5M13.75 8A5.75 5.75 0 1 1 2.25 8a5.75 5.75 0 0 1 11.5 0',
  stop: 'M4.5 4.5h7v7h-7z',
  waves: 'M2.5 7v2M5.25 4.5v7M8 2.5v11M10.75 5v6M13.5 7v2',
  library: 'M3 3.5v9M6 3.5v9m3-8.6 3.2 8.2M2.25 13.5h11.5',
  chart: 'M2.75 2.75v10.5h10.5M5.5 10.5V8m3 2.5v-5m3 5V7',
  cube: 'm8 2 5.25 2.9v6.2L8 14l-5.25-2.9V4.9zm0 6 5.1-2.9M8 8 2.9 5.1M8 8v5.8',
  sliders: 'M2.5 4.75h5m3.5 0h2.5m-11 6.5H5m3.5 0h5M7.5 3v3.5H11V3zM5 9.5V13h3.5V9.5z',
  pulse: 'M1.75 8.5h2.5l2-5 3.25 9 2-4h2.75',
  menu: 'M2.5 4.5h11M2.5 8h11m-11 3.5h11',
  play: 'M5 3.2v9.6a.5.5 0 0 0 .77.42l7.2-4.8a.5.5 0 0 0 0-.84l-7.2-4.8A.5.5 0 0 0 5 3.2',
  pause: 'M5.25 3.25v9.5m5.5-9.5v9.5',
  search: 'M7 11.75a4.75 4.75 0 1 0 0-9.5 4.75 4.75 0 0 0 0 9.5m3.5-1.25 3.25 3.25',
  undo: 'M5.5 3 2.75 5.75 5.5 8.5M3 5.75h6.25a3.75 3.75 0 0 1 0 7.5H6',
  redo: 'm10.5 3 2.75 2.75L10.5 8.5M13 5.75H6.75a3.75 3.75 0 0 0 0 7.5H10',
  eye: 'M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8M8 9.75a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5',
  trash: 'M2.75 4.25h10.5M6.25 4V2.75h3.5V4m-5.5.25.6 9h6.3l.6-9M6.75 7v3.5m2.5-3.5v3.5',
  folder: 'M2.25 12.5v-9h4l1.5 1.75h6v7.25z',
  pencil: 'm10.75 2.75 2.5 2.5-7.75 7.75-3 .5.5-3zm-1.75 1.75 2.5 2.5',
  grip: 'M6 3.5v.1m0 4.35v.1m0 4.35v.1m4-9v.1m0 4.35v.1m0 4.35v.1',
  shield: 'M8 1.9 3.25 3.6v4c0 3 2 5.2 4.75 6.5 2.75-1.3 4.75-3.5 4.75-6.5v-4zM5.9 7.9l1.5 1.5 2.8-3',
  speaker: 'M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5m-5 5.25c.4-2.4 2.4-3.75 5-3.75s4.600 1.350 5 3.75',
  keyboard: 'M6 6.25a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3v.3m0 2v.1M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
