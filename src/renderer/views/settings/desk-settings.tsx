/** How the window looks, where transcripts live, and what comes out. */
import { EXPORT_FORMATS } from '../../../shared/export/formats.js';
import { MOTIONS, THEMES } from '../../../shared/settings.js';
import { formatFolder } from '../../format.js';
import { Button } from '../../parts/button.js';
import { browseLibraryFolder, changeSettings, useSettings } from '../../stores/settings.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { ChoiceRow, SettingRow, SwitchRow } from './setting-row.js';

const { settings: words } = strings;

export function DeskSettings() {
  const settings = useSettings((state) => state.settings);
  const usualFolder = useUi((state) => state.app?.libraryFolder ?? '');
  const home = useUi((state) => state.app?.homeFolder ?? '');
  return (
    <>
      <ChoiceRow
        words={words.theme}
        value={settings.theme}
        choices={THEMES.map((value) => ({ value, name: words.themeName(value) }))}
        testId="setting-theme"
        onChange={(theme) => void changeSettings({ theme })}
      />
      <ChoiceRow
        words={words.motion}
        value={settings.motion}
        choices={MOTIONS.map((value) => ({ value, name: words.motionName(value) }))}
        testId="setting-motion"
        onChange={(motion) => void changeSettings({ motion })}
      />
      <SwitchRow
        words={words.notifications}
        isOn={settings.notifications}
        testId="setting-notifications"
        onChange={(notifications) => void changeSettings({ notifications })}
      />
      <ChoiceRow
        words={words.exportFormat}
        value={settings.exportFormat}
        choices={EXPORT_FORMATS.map((value) => ({ value, name: strings.transcript.exportName(value) }))}
        testId="setting-export"
        onChange={(exportFormat) => void changeSettings({ exportFormat })}
      />
      <SettingRow words={words.libraryFolder} isWide>
        {(ids) => (
          <div className="setting-folder">
            <code>{formatFolder(settings.libraryFolder ?? usualFolder, home)}</code>
            <Button {...ids} icon="folder" testId="setting-folder" onClick={() => void browseLibraryFolder()}>
              {words.chooseFolder}
            </Button>
          </div>
        )}
      </SettingRow>
      <SwitchRow
        words={words.keepAudio}
        isOn={settings.keepAudio}
        testId="setting-audio"
        onChange={(keepAudio) => void changeSettings({ keepAudio })}
      />
    </>
  );
}
