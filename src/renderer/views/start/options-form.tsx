/** Language, task, search, model and words to expect: what the next files are transcribed with. */
import { useId } from 'react';
import { findLanguage } from '../../../shared/languages.js';
import type { LanguageCode } from '../../../shared/languages.js';
import { isEnglishOnly } from '../../../shared/model-names.js';
import { DEFAULT_OPTIONS } from '../../../shared/options.js';
import { chooseLanguages } from '../../language-choices.js';
import { Icon } from '../../parts/icon.js';
import { SelectField } from '../../parts/select-field.js';
import { setOptions, useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';
import { ModelField } from './model-field.js';

const CHOICES = chooseLanguages(typeof navigator === 'undefined' ? [] : navigator.languages);

/** As openai/whisper's command line. */
const THOROUGH_BEAM_SIZE = 5;

function LanguageOptions({ codes }: { readonly codes: readonly LanguageCode[] }) {
  return codes.map((code) => (
    <option key={code} value={code}>
      {strings.start.languageName(code)}
    </option>
  ));
}

export function OptionsForm() {
  const options = useUi((state) => state.options);
  const isLanguageFixed = isEnglishOnly(options.model);
  const promptId = useId();
  const hintId = useId();
  const { start } = strings;
  return (
    <div className="options">
      <div className="options-row">
        <SelectField
          label={start.language}
          value={options.language}
          testId="language-select"
          isDisabled={isLanguageFixed}
          onChange={(value) => {
            setOptions({ language: findLanguage(value) ?? 'auto' });
          }}
        >
          <option value="auto">{start.detect}</option>
          <optgroup label={start.commonLanguages}>
            <LanguageOptions codes={CHOICES.common} />
          </optgroup>
          <optgroup label={start.otherLanguages}>
            <LanguageOptions codes={CHOICES.others} />
          </optgroup>
        </SelectField>
        <SelectField
          label={start.task}
          value={options.task}
          testId="task-select"
          isDisabled={isLanguageFixed}
          onChange={(value) => {
            setOptions({ task: value === 'translate' ? 'translate' : 'transcribe' });
          }}
        >
          <option value="transcribe">{start.taskTranscribe}</option>
          <option value="translate">{start.taskTranslate}</option>
        </SelectField>
        <ModelField />
        <SelectField
          label={start.search}
          value={options.beamSize > 1 ? 'thorough' : 'fast'}
          testId="search-select"
          onChange={(value) => {
            setOptions({ beamSize: value === 'thorough' ? THOROUGH_BEAM_SIZE : DEFAULT_OPTIONS.beamSize });
          }}
        >
          <option value="fast">{start.searchFast}</option>
          <option value="thorough">{start.searchThorough}</option>
        </SelectField>
      </div>
      <details className="options-more">
        <summary>
          <Icon name="chevron" size={14} />
          {start.prompt}
        </summary>
        <div className="field">
          <label className="visually-hidden" htmlFor={promptId}>
            {start.prompt}
          </label>
          <textarea
            id={promptId}
            className="field-text"
            rows={2}
            maxLength={10_000}
            spellCheck={false}
            dir="auto"
            placeholder={start.promptPlaceholder}
            aria-describedby={hintId}
            value={options.initialPrompt}
            onChange={(event) => {
              setOptions({ initialPrompt: event.target.value });
            }}
          />
          <p id={hintId} className="field-hint">
            {start.promptHint}
          </p>
        </div>
      </details>
    </div>
  );
}
