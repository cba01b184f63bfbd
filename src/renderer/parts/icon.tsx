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
  lock: 'M5 7V5.2a3 3 0 0 1 6 0V7M4.25 7h7.5a.75.75 0 0 1 .75.75v5a.75.75 0 0 1-.75.75h-7.5a.75.75 0 0 1-.75-.75v-5A.75.75 0 0 1 4.25 7',
  warning:
    'M8 6.25v3.25m0 2.1v.1M7.1 2.9 1.9 12a1 1 0 0 0 .9 1.5h10.4a1 1 0 0 0 .9-1.5L8.9 2.9a1 1 0 0 0-1.8 0',
  clock: 'M8 4.75V8l2.25 1.5M13.75 8A5.75 5.75 0 1 1 2.25 8a5.75 5.75 0 0 1 11.5 0',
  stop: 'M4.5 4.5h7v7h-7z',
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
