// vocab_screen against its oracle and the CPU engine, bit for bit.
#include <algorithm>

#include "kernels/test/oracles.h"
#include "kernels/test/pack.h"
#include "test/check.h"

using namespace tilescribe::tile;
using namespace tilescribe::tile::test;

namespace {

void compare(const Linear& tokens, Aligned<float>& hidden, int rows) {
  Aligned<int8_t> planes(kRows * kWidth);
  float scale[kRows / 2];
  int32_t sum[kRows];
  vocab_f32_i8_planes(hidden.data(), rows, planes.data(), scale, sum);
  int expected[kRows][kWidth] = {};
  std::vector<int8_t> plain;
  for (int r = 0; r < rows; r++) {
    tilescribe::oracle::vocab_planes(hidden.data() + r * kWidth, kWidth, expected[2 * r], expected[2 * r + 1]);
  }
  for (int plane = 0; plane < kRows; plane++) {
    int total = 0;
    for (int k = 0; k < kWidth; k++) {
      if (!CHECK(planes[static_cast<size_t>(r4k8(plane, k))] == expected[plane][k])) return;
      total += expected[plane][k];
      plain.push_back(static_cast<int8_t>(expected[plane][k]));
    }
    CHECK(sum[plane] == total);
  }
  const std::vector<Page> pages = tokens.pages();
  const Packed packed(tokens, false);
  std::vector<int32_t> engine(static_cast<size_t>(kRows * tokens.outputs));
  generic().multiply_exact({plain.data(), nullptr, sum, kRows, kWidth}, packed.view, 0, tokens.outputs, engine.data(),
                           tokens.outputs);
  for (int n = 0; n < tokens.outputs; n += kPageOutputs) {
    Aligned<int32_t> acc(kRows * kPageOutputs);
    const int zero = tokens.zero[static_cast<size_t>(n / 16)];
    vocab_i8_screen_8x512(planes.data(), pages[static_cast<size_t>(n / kPageOutputs)].bytes, zero, sum, acc.data());
    for (int plane = 0; plane < kRows; plane++) {
      for (int i = 0; i < kPageOutputs; i++) {
        const int32_t value = acc[static_cast<size_t>(n8r4(plane, i))];
        const uint8_t* token = tokens.w.data() + static_cast<int64_t>(n + i) * kWidth;
        CHECK(value == tilescribe::oracle::vocab_sum(expected[plane], token, zero, kWidth));
        if (!CHECK(value == engine[static_cast<size_t>(plane * tokens.outputs + n + i)])) return;
      }
    }
  }
}

// Every value of 15 bits: 127 * high + low and |low| <= 63.
void test_all_values() {
  Aligned<float> hidden(kWidth);
  Aligned<int8_t> planes(kRows * kWidth);
  float scale[kRows / 2];
  int32_t sum[kRows];
  for (int first = -16128; first <= 16128; first += kWidth - 1) {
    for (int k = 1; k < kWidth; k++)
      hidden[static_cast<size_t>(k)] = static_cast<float>(std::min(first + k - 1, 16128));
    hidden[0] = 16128.0f;
    vocab_f32_i8_planes(hidden.data(), 1, planes.data(), scale, sum);
    CHECK(scale[0] == 1.0f);
    for (int k = 0; k < kWidth; k++) {
      const int high = planes[static_cast<size_t>(r4k8(0, k))];
      const int low = planes[static_cast<size_t>(r4k8(1, k))];
      CHECK(std::abs(low) <= 63);
      if (!CHECK(127 * high + low == static_cast<int>(hidden[static_cast<size_t>(k)]))) return;
    }
  }
}

}  // namespace

int main() {
  Random random(18);
  test_all_values();
  Linear tokens(random, 512, kWidth);
  Aligned<float> hidden(2 * kWidth);
  for (int rows = 1; rows <= 2; rows++) {
    for (float size : {1e-20f, 1.0f, 30.0f, 1e20f}) {
      for (int i = 0; i < rows * kWidth; i++) hidden[static_cast<size_t>(i)] = size * random.signed_unit();
      compare(tokens, hidden, rows);
    }
  }
  std::fill_n(hidden.data(), 2 * kWidth, 0.0f);
  compare(tokens, hidden, 2);
  for (int weight : {0, 255}) {
    for (int zero : {0, 255}) {
      std::fill(tokens.w.begin(), tokens.w.end(), static_cast<uint8_t>(weight));
      std::fill(tokens.zero.begin(), tokens.zero.end(), zero);
      for (size_t i = 0; i < 2 * kWidth; i++) hidden[i] = i < kWidth ? 7.0f : -7.0f;
      compare(tokens, hidden, 2);
    }
  }
  return tilescribe::test::finish("vocab_screen");
}
