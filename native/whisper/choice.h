// Which token comes next, from a row of logits under the search's rule: the same rule and the same answer
// as TokenChooser in src/engine/backend/choose-token.ts.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "whisper/decoder.h"

namespace tilescribe {

// [vocabulary], 1 = never. Shared, because the same few are used at every step of every row.
using TokenMask = std::shared_ptr<const std::vector<uint8_t>>;

struct TokenRule {
  TokenMask suppressed;                     // never null
  std::vector<std::pair<int, int>> barred;  // half-open ranges, also never
  int timestamp_begin = -1;                 // -1: the rule on timestamps is off
  int top = 1;
  double temperature = 1;        // of what is drawn
  std::vector<double> uniforms;  // in [0, 1); a token is drawn for each
};

struct ScoredToken {
  int id = -1;
  double log_probability = 0;
};

struct TokenChoice {
  std::vector<ScoredToken> top;      // most probable first, ties to the lower id
  std::vector<ScoredToken> sampled;  // one for each of the rule's uniforms, or none when nothing is left
};

// Chooses from row `row` of the decoder's logits; the barred ones become minus infinity there. The order
// of `top` is that of exact logits: every token that the error of the integer product could have put in
// the wrong place is computed again in double precision. Log-probabilities are at most 0, and within the
// decoder's error bound plus the float32 rounding of the sum, (vocabulary / 16 + 72) * 2^-23, of the exact ones.
TokenChoice choose_token(Decoder& decoder, const Kernels& kernels, int vocabulary, int row, const TokenRule& rule);

// softmax over all tokens, of one of them. To be called before choose_token on the same row.
double token_probability(Decoder& decoder, const Kernels& kernels, int vocabulary, int row, int token);

}  // namespace tilescribe
