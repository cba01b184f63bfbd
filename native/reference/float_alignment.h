// Scores of alignment in float32, by the definition of openai/whisper (timing.py, find_alignment, up to the time
// warping), written anew and plainly: native/whisper/alignment.h has the product's.
#pragma once

#include <vector>

#include "reference/float_model.h"

namespace tilescribe::reference {

// In: for each head the softmax of its cross-attention, [tokens, positions]; at least one. Out: [tokens - first_row,
// positions]: each column of a head to mean 0 and deviation 1 over the tokens, median of 7 positions, mean over heads.
FloatRows score_alignment(std::vector<FloatRows> heads, int first_row);

}  // namespace tilescribe::reference
