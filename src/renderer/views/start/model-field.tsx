/** Which of the catalogue's models hears the next files; one that is not installed brings up its banner. */
import { isEnglishOnly } from '../../../shared/model-names.js';
import { SelectField } from '../../parts/select-field.js';
import { setOptions, useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';

export function ModelField() {
  const models = useUi((state) => state.models);
  const chosen = useUi((state) => state.options.model);
  return (
    <SelectField
      label={strings.start.model}
      value={chosen}
      testId="model-select"
      onChange={(model) => {
        setOptions(isEnglishOnly(model) ? { model, language: 'en', task: 'transcribe' } : { model });
      }}
    >
      {models.map(({ id, name, state }) => (
        <option key={id} value={id}>
          {strings.models.choice(name, state)}
        </option>
      ))}
    </SelectField>
  );
}
