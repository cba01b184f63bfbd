/** What new recordings are transcribed with. */
import { LANGUAGE_CODES, LANGUAGES } from '../../../shared/languages.js';
import { SEARCHES } from '../../../shared/settings.js';
import { TASKS } from '../../../shared/transcript.js';
import {
  formatLanguages,
  formatReplacements,
  parseLanguages,
  parseReplacements,
  parseVocabulary,
} from '../../setting-lists.js';
import { changeSettings, useSettings } from '../../stores/settings.js';
import { useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { ChoiceRow, TextRow } from './setting-row.js';

const { settings: words } = strings;

const LANGUAGE_CHOICES = [
  { value: 'auto', name: words.languageAuto },
  { value: 'auto-multi', name: words.languageMulti },
  ...LANGUAGE_CODES.map((value) => ({ value, name: LANGUAGES[value] })),
] as const;

export function SpeechSettings() {
  const settings = useSettings((state) => state.settings);
  const models = useUi((state) => state.models);
  return (
    <>
      <ChoiceRow
        words={words.language}
        value={settings.language}
        choices={LANGUAGE_CHOICES}
        testId="setting-language"
        onChange={(language) => void changeSettings({ language })}
      />
      <TextRow
        words={words.languages}
        value={formatLanguages(settings.languages)}
        placeholder={words.languagesPlaceholder}
        testId="setting-languages"
        rows={1}
        onChange={(text) => changeSettings({ languages: parseLanguages(text) })}
      />
      <ChoiceRow
        words={words.task}
        value={settings.task}
        choices={TASKS.map((value) => ({ value, name: words.taskName(value) }))}
        testId="setting-task"
        onChange={(task) => void changeSettings({ task })}
      />
      <ChoiceRow
        words={words.model}
        value={settings.model}
        choices={models.map(({ id, name, state }) => ({
          value: id,
          name: strings.models.choice(name, state),
        }))}
        testId="setting-model"
        onChange={(model) => void changeSettings({ model })}
      />
      <ChoiceRow
        words={words.search}
        value={settings.search}
        choices={SEARCHES.map((value) => ({ value, name: words.searchName(value) }))}
        testId="setting-search"
        onChange={(search) => void changeSettings({ search })}
      />
      <TextRow
        words={words.vocabulary}
        value={settings.vocabulary.join('\n')}
        placeholder={words.vocabularyPlaceholder}
        testId="setting-vocabulary"
        onChange={(text) => changeSettings({ vocabulary: parseVocabulary(text) })}
      />
      <TextRow
        words={words.replacements}
        value={formatReplacements(settings.replacements)}
        placeholder={words.replacementsPlaceholder}
        testId="setting-replacements"
        onChange={(text) => changeSettings({ replacements: parseReplacements(text) })}
      />
    </>
  );
}
