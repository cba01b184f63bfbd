import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/**
 * Three worlds, one build: `main` also holds the other Node entries, the engine process, the doctor, the
 * command line and the packaged app's start, so that they share chunks. They target Node 20 because the
 * command line runs on the
 * user's own Node, which may be older than the one inside Electron.
 */
export default defineConfig({
  main: {
    build: {
      target: 'node20.19',
      rolldownOptions: {
        input: {
          index: 'src/main/index.ts',
          start: 'src/start/index.ts',
          engine: 'src/engine/entry.ts',
          doctor: 'src/engine/doctor/entry.ts',
          limits: 'src/engine/limits-entry.ts',
          cli: 'src/cli/index.ts',
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.19',
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    build: { target: 'chrome148' },
    plugins: [react()],
  },
});
