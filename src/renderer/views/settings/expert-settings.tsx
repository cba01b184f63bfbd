/** What computes, and how careful it is. */
import { DEVICES, VAD_MODES } from '../../../shared/options.js';
import { changeSettings, useSettings } from '../../stores/settings.js';
import { strings } from '../../strings/en.js';
import { ChoiceRow, NumberRow, SwitchRow } from './setting-row.js';

const { settings: words } = strings;
const MAX_THREADS = 256;

export function ExpertSettings() {
  const settings = useSettings((state) => state.settings);
  const devices = DEVICES.filter(
    (device) => device !== 'npu-emulated' || settings.developer || settings.device === device,
  );
  return (
    <>
      <ChoiceRow
        words={words.device}
        value={settings.device}
        choices={devices.map((value) => ({ value, name: words.deviceName(value) }))}
        testId="setting-device"
        onChange={(device) => void changeSettings({ device })}
      />
      <NumberRow
        words={words.threads}
        value={settings.threads}
        most={MAX_THREADS}
        testId="setting-threads"
        onChange={(threads) => changeSettings({ threads })}
      />
      <ChoiceRow
        words={words.vad}
        value={settings.vad}
        choices={VAD_MODES.map((value) => ({ value, name: words.vadName(value) }))}
        testId="setting-vad"
        onChange={(vad) => void changeSettings({ vad })}
      />
      <SwitchRow
        words={words.developer}
        isOn={settings.developer}
        testId="setting-developer"
        onChange={(developer) => void changeSettings({ developer })}
      />
    </>
  );
}
