// Reproducible test data.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/kernels.h"

namespace tilescribe::test {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {}

  uint32_t next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<uint32_t>(state_ >> 33);
  }
  int between(int low, int high) { return low + static_cast<int>(next() % static_cast<uint32_t>(high - low + 1)); }
  // Uniform in [-1, 1).
  float signed_unit() { return static_cast<float>(next()) / 1073741824.0f - 1.0f; }

 private:
  uint64_t state_;
};

// Weights with their own storage.
struct OwnedWeights {
  std::vector<uint8_t> q;
  std::vector<float> scale;
  std::vector<int32_t> zero;
  std::vector<float> bias;
  Weights view;
};

inline OwnedWeights make_weights(Random& random, int outputs, int inputs) {
  OwnedWeights w;
  w.q.resize(static_cast<size_t>(outputs) * inputs);
  for (uint8_t& q : w.q) q = static_cast<uint8_t>(random.between(0, 255));
  for (int n = 0; n < outputs; n++) {
    w.scale.push_back(0.001f + 0.001f * random.signed_unit() * random.signed_unit());
    w.zero.push_back(n % 16 == 0 ? random.between(0, 255) : w.zero.back());
    w.bias.push_back(random.signed_unit());
  }
  w.view = {w.q.data(), w.scale.data(), w.zero.data(), w.bias.data(), outputs, inputs, int64_t{16} * inputs};
  return w;
}

// q of output n, input k in the layout n16k4.
inline int weight_at(const Weights& w, int n, int k) {
  return w.q[(static_cast<int64_t>(n / 16) * (w.inputs / 4) + k / 4) * 64 + (n % 16) * 4 + k % 4];
}

}  // namespace tilescribe::test
