/** What the user chose for good. Main keeps it; this window mirrors it and sends each change at once. */
import { create } from 'zustand';
import { toFailure } from '../../shared/errors.js';
import { DEFAULT_SETTINGS, optionsFromSettings } from '../../shared/settings.js';
import type { Settings, SettingsPatch } from '../../shared/settings.js';
import { call } from '../api.js';
import type { DeviceChoice } from '../devices.js';
import { setOptions, showNotice } from './ui.js';

export interface SettingsState {
  readonly settings: Settings;
  /** False until main has answered: until then the defaults stand here. */
  readonly isLoaded: boolean;
}

export const useSettings = create<SettingsState>()(() => ({ settings: DEFAULT_SETTINGS, isLoaded: false }));

/** How the page looks follows at once; what the next files are transcribed with, too. */
export function acceptSettings(settings: Settings): void {
  useSettings.setState({ settings, isLoaded: true });
  const { dataset } = document.documentElement;
  if (settings.theme === 'system') delete dataset['theme'];
  else dataset['theme'] = settings.theme;
  if (settings.motion === 'system') delete dataset['motion'];
  else dataset['motion'] = settings.motion;
  setOptions(optionsFromSettings(settings));
}

export async function changeSettings(patch: SettingsPatch): Promise<void> {
  try {
    acceptSettings(await call('settings.set', { patch }));
  } catch (error) {
    showNotice(toFailure(error));
  }
}

export async function browseLibraryFolder(): Promise<void> {
  try {
    acceptSettings(await call('settings.browseLibrary', null));
  } catch (error) {
    showNotice(toFailure(error));
  }
}

export function chooseDevice(device: DeviceChoice): Promise<void> {
  return changeSettings({ device });
}
