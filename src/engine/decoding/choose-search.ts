/** Which search an attempt at a window gets, as openai/whisper: beams at temperature 0, samples above. */
import type { TranscribeOptions } from '../../shared/options.js';
import { createBeamSearch } from './beam-search.js';
import { createBestOf } from './best-of.js';
import { searchGreedily } from './search.js';
import type { Search } from './search.js';

type SearchOptions = Pick<TranscribeOptions, 'beamSize' | 'patience' | 'lengthPenalty' | 'bestOf'>;

/** One beam and one sample are greedy search: the same result with less work. */
export function chooseSearch(options: SearchOptions): Search {
  const cold = options.beamSize > 1 ? createBeamSearch(options) : searchGreedily;
  const hot = options.bestOf > 1 ? createBestOf(options) : searchGreedily;
  return (request) => (request.temperature > 0 ? hot : cold)(request);
}
