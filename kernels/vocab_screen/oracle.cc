// The two planes of a hidden state, and a token's sum, by their definitions.
#include <cmath>

#include "kernels/test/oracles.h"

namespace tilescribe::oracle {

void vocab_planes(const float* hidden, int width, int* high, int* low) {
  float largest = 0;
  for (int k = 0; k < width; k++) largest = std::fmax(largest, std::fabs(hidden[k]));
  const float scale = largest > 0 ? largest / 16128.0f : 1.0f;
  for (int k = 0; k < width; k++) {
    const int value = static_cast<int>(std::nearbyint(hidden[k] / scale));
    // The multiple of 127 nearest to value; 127 is odd, so that there is always one nearest.
    high[k] = (value + 127 * 1000 + 63) / 127 - 1000;
    low[k] = value - 127 * high[k];
  }
}

int64_t vocab_sum(const int* plane, const uint8_t* token, int zero, int width) {
  int64_t sum = 0;
  for (int k = 0; k < width; k++) sum += int64_t{plane[k]} * (token[k] - zero);
  return sum;
}

}  // namespace tilescribe::oracle
