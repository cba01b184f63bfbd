// Attention over what was said and the token itself. Its key and value are quantised as those of the past were.
#include <cmath>
#include <vector>

#include "kernels/test/oracles.h"

namespace tilescribe::oracle {

namespace {

constexpr int kHead = 64;

float append(const float* x, std::vector<int8_t>* rows) {
  double largest = 0;
  for (int d = 0; d < kHead; d++) largest = std::fmax(largest, std::fabs(x[d]));
  for (int d = 0; d < kHead; d++) {
    rows->push_back(static_cast<int8_t>(largest > 0 ? std::nearbyint(x[d] * 127.0 / largest) : 0));
  }
  return static_cast<float>(largest / 127);
}

}  // namespace

void attention_self(const float* query, const KeyValues& past, const float* key, const float* value, double* out) {
  const int64_t count = static_cast<int64_t>(past.positions) * kHead;
  std::vector<int8_t> keys(past.keys, past.keys + count);
  std::vector<int8_t> values(past.values, past.values + count);
  std::vector<float> key_scale(past.key_scale, past.key_scale + past.positions);
  std::vector<float> value_scale(past.value_scale, past.value_scale + past.positions);
  key_scale.push_back(append(key, &keys));
  value_scale.push_back(append(value, &values));
  attention(query, {keys.data(), values.data(), key_scale.data(), value_scale.data(), past.positions + 1}, out);
}

}  // namespace tilescribe::oracle
