// Attention by its definition: all scores, their softmax, the mean of the values.
#include <cmath>
#include <vector>

#include "kernels/test/oracles.h"

namespace tilescribe::oracle {

void attention(const float* query, const KeyValues& memory, double* out) {
  constexpr int kHead = 64;
  std::vector<double> weight(static_cast<size_t>(memory.positions));
  double highest = -1e300;
  for (int p = 0; p < memory.positions; p++) {
    double score = 0;
    for (int d = 0; d < kHead; d++) score += static_cast<double>(query[d]) * memory.keys[p * kHead + d];
    weight[static_cast<size_t>(p)] = score * memory.key_scale[p] / 8;
    highest = std::fmax(highest, weight[static_cast<size_t>(p)]);
  }
  double total = 0;
  for (double& w : weight) {
    w = std::exp(w - highest);
    total += w;
  }
  for (int d = 0; d < kHead; d++) {
    double sum = 0;
    for (int p = 0; p < memory.positions; p++) {
      sum += weight[static_cast<size_t>(p)] * memory.values[p * kHead + d] * memory.value_scale[p];
    }
    out[d] = sum / total;
  }
}

}  // namespace tilescribe::oracle
