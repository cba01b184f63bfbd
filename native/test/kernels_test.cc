// Every instruction set against the plain definition, bit for bit, and the definition against double
// precision.
#include "cpu/kernels.h"

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "test/check.h"
#include "test/random.h"
#include "test/runnable.h"

namespace {

using tilescribe::Activations;
using tilescribe::Kernels;
using tilescribe::test::make_weights;
using tilescribe::test::Random;
using tilescribe::test::runnable;
using tilescribe::test::same_bits;
using tilescribe::test::weight_at;

struct OwnedActivations {
  std::vector<int8_t> q;
  std::vector<float> scale;
  std::vector<int32_t> sum;
  Activations view;
};

OwnedActivations make_activations(Random& random, int rows, int columns, bool extreme) {
  OwnedActivations a;
  for (int i = 0; i < rows * columns; i++) {
    a.q.push_back(static_cast<int8_t>(extreme ? (random.between(0, 1) ? 127 : -127) : random.between(-127, 127)));
  }
  for (int r = 0; r < rows; r++) {
    int32_t sum = 0;
    for (int k = 0; k < columns; k++) sum += a.q[static_cast<size_t>(r * columns + k)];
    a.sum.push_back(sum);
    a.scale.push_back(0.01f + 0.005f * random.signed_unit());
  }
  a.view = {a.q.data(), a.scale.data(), a.sum.data(), rows, columns};
  return a;
}

void test_products(Random& random) {
  const int shapes[][3] = {{1, 16, 4},     {1, 512, 512}, {2, 64, 2048},  {3, 48, 64},
                           {5, 80, 240},   {6, 64, 512},  {7, 112, 68},   {12, 512, 512},
                           {13, 1504, 64}, {4, 64, 1504}, {48, 96, 1536}, {17, 2048, 512}};
  for (const auto& [rows, outputs, inputs] : shapes) {
    for (bool extreme : {false, true}) {
      auto w = make_weights(random, outputs, inputs);
      if (extreme) std::memset(w.q.data(), 255, w.q.size());
      const auto a = make_activations(random, rows, inputs, extreme);
      std::vector<int32_t> expected(static_cast<size_t>(rows) * outputs);
      for (int r = 0; r < rows; r++) {
        for (int n = 0; n < outputs; n++) {
          int64_t acc = 0;
          for (int k = 0; k < inputs; k++) {
            acc +=
                a.q[static_cast<size_t>(r * inputs + k)] * (weight_at(w.view, n, k) - w.zero[static_cast<size_t>(n)]);
          }
          expected[static_cast<size_t>(r * outputs + n)] = static_cast<int32_t>(acc);
        }
      }
      std::vector<float> reference;
      for (const Kernels* kernels : runnable()) {
        std::vector<int32_t> acc(expected.size(), -1);
        kernels->multiply_exact(a.view, w.view, 0, outputs, acc.data(), outputs);
        CHECK(same_bits(acc, expected));
        std::vector<float> y(expected.size(), 0.5f);
        kernels->multiply(a.view, w.view, 0, outputs, true, y.data(), outputs);
        if (reference.empty()) reference = y;
        CHECK(same_bits(y, reference));
        for (int r = 0; r < rows; r++) {
          for (int n = 0; n < outputs; n++) {
            const size_t i = static_cast<size_t>(r * outputs + n);
            const double exact =
                0.5 +
                static_cast<double>(expected[i]) * a.scale[static_cast<size_t>(r)] * w.scale[static_cast<size_t>(n)] +
                w.bias[static_cast<size_t>(n)];
            if (!CHECK(std::fabs(y[i] - exact) <= 1e-6 * (std::fabs(exact) + 2 + std::fabs(exact - 0.5)))) return;
          }
        }
      }
    }
  }
}

// A product over a part of the outputs writes that part and nothing else.
void test_ranges(Random& random) {
  const auto w = make_weights(random, 160, 64);
  const auto a = make_activations(random, 7, 64, false);
  for (const Kernels* kernels : runnable()) {
    std::vector<int32_t> whole(7 * 160);
    kernels->multiply_exact(a.view, w.view, 0, 160, whole.data(), 160);
    for (int begin = 0; begin < 160; begin += 16) {
      for (int end = begin; end <= 160; end += 16) {
        std::vector<int32_t> part(7 * 160, 7777);
        kernels->multiply_exact(a.view, w.view, begin, end, part.data(), 160);
        for (int i = 0; i < 7 * 160; i++) {
          const bool inside = i % 160 >= begin && i % 160 < end;
          if (!CHECK(part[static_cast<size_t>(i)] == (inside ? whole[static_cast<size_t>(i)] : 7777))) return;
        }
      }
    }
  }
}

// Among the sums are the largest that a row of 512 inputs can give.
void test_joined_planes(Random& random) {
  constexpr int kCount = 112;
  constexpr int32_t kLargest = 127 * 255 * 512;
  std::vector<int32_t> high(kCount), low(kCount);
  std::vector<float> scales(kCount);
  for (size_t i = 0; i < kCount; i++) {
    high[i] = i < 2 ? kLargest : random.between(-kLargest, kLargest);
    low[i] = i < 2 ? kLargest / 2 : random.between(-kLargest / 2, kLargest / 2);
    if (i == 1) high[i] = -high[i], low[i] = -low[i];
    scales[i] = 0.01f + 0.009f * random.signed_unit();
  }
  for (const Kernels* kernels : runnable()) {
    std::vector<float> y(kCount, 7.0f);
    kernels->join_planes(high.data(), low.data(), 1.7e-3f, scales.data(), kCount - 16, y.data());
    for (size_t i = 0; i < kCount - 16; i++) {
      const double sum = 127.0 * high[i] + low[i];
      if (!CHECK(y[i] == static_cast<float>(sum * static_cast<double>(1.7e-3f) * scales[i]))) return;
    }
    for (size_t i = kCount - 16; i < kCount; i++) CHECK(y[i] == 7.0f);
  }
}

void test_quantize(Random& random, int columns) {
  constexpr int kRows = 9;
  std::vector<float> x(static_cast<size_t>(kRows * columns));
  for (float& value : x) value = random.signed_unit() * 3.0f;
  for (int i = 0; i < columns; i++) x[static_cast<size_t>(2 * columns + i)] = 0.0f;
  x[static_cast<size_t>(columns)] = -1e30f;
  x[static_cast<size_t>(3 * columns + 5)] = 1e-38f;
  // A row whose scale has no finite inverse counts as zero, with every instruction set.
  for (int i = 0; i < columns; i++) x[static_cast<size_t>(4 * columns + i)] = i == 3 ? 1e-38f : 0.0f;
  std::vector<int8_t> first_q;
  std::vector<float> first_scale;
  for (const Kernels* kernels : runnable()) {
    std::vector<int8_t> q(x.size());
    std::vector<float> scale(kRows);
    std::vector<int32_t> sum(kRows);
    kernels->quantize(x.data(), kRows, columns, columns, q.data(), columns, scale.data(), sum.data());
    if (first_q.empty()) {
      first_q = q;
      first_scale = scale;
    }
    CHECK(same_bits(q, first_q));
    CHECK(same_bits(scale, first_scale));
    CHECK(scale[4] == 0.0f && sum[4] == 0);
    for (int r = 0; r < kRows; r++) {
      int32_t total = 0;
      for (int i = 0; i < columns; i++) {
        const size_t at = static_cast<size_t>(r * columns + i);
        total += q[at];
        const float s = scale[static_cast<size_t>(r)];
        if (!CHECK(std::fabs(x[at] - s * static_cast<float>(q[at])) <= 0.5001f * s + 1e-37f)) return;
      }
      CHECK(total == sum[static_cast<size_t>(r)]);
    }
  }
}

void test_functions() {
  std::vector<float> gelu_first, norm_first;
  for (const Kernels* kernels : runnable()) {
    Random same(42);
    std::vector<float> x(4096);
    for (float& value : x) value = 6.0f * same.signed_unit();
    std::vector<float> y = x;
    kernels->gelu(y.data(), 4096);
    for (size_t i = 0; i < x.size(); i++) {
      const double exact = x[i] * 0.5 * (1 + std::erf(x[i] / std::sqrt(2.0)));
      if (!CHECK(std::fabs(y[i] - exact) < 2e-6)) return;
    }
    if (gelu_first.empty()) gelu_first = y;
    CHECK(same_bits(y, gelu_first));

    for (int count : {1, 15, 16, 17, 448, 1500}) {
      std::vector<float> row(static_cast<size_t>(count));
      for (float& value : row) value = 40.0f * same.signed_unit();
      double largest = -1e30;
      double total = 0;
      for (float value : row) largest = std::fmax(largest, value);
      for (float value : row) total += std::exp(static_cast<double>(value - static_cast<float>(largest)));
      const float sum = kernels->sum_exponentials(row.data(), count, static_cast<float>(largest));
      CHECK(std::fabs(sum - total) < 1e-5 * total);
      CHECK(kernels->maximum(row.data(), count) == static_cast<float>(largest));
    }

    std::vector<float> gain(512), bias(512), rows(3 * 512), out(3 * 512);
    for (float& value : gain) value = 1 + 0.2f * same.signed_unit();
    for (float& value : bias) value = same.signed_unit();
    for (float& value : rows) value = 5 * same.signed_unit() + 2;
    kernels->layer_norm(rows.data(), 3, 512, gain.data(), bias.data(), out.data());
    for (int r = 0; r < 3; r++) {
      double mean = 0, square = 0;
      for (int i = 0; i < 512; i++) mean += rows[static_cast<size_t>(r * 512 + i)] / 512.0;
      for (int i = 0; i < 512; i++) square += std::pow(rows[static_cast<size_t>(r * 512 + i)] - mean, 2) / 512.0;
      for (int i = 0; i < 512; i++) {
        const size_t at = static_cast<size_t>(r * 512 + i);
        const double exact =
            (rows[at] - mean) / std::sqrt(square + 1e-5) * gain[static_cast<size_t>(i)] + bias[static_cast<size_t>(i)];
        if (!CHECK(std::fabs(out[at] - exact) < 1e-5)) return;
      }
    }
    if (norm_first.empty()) norm_first = out;
    CHECK(same_bits(out, norm_first));
  }
}

// Exponentials are right to 3e-7 and have the same bits everywhere, over their whole range.
void test_exponential_bits() {
  std::vector<float> first;
  for (const Kernels* kernels : runnable()) {
    std::vector<float> y;
    for (int i = 0; i < 64000; i++) {
      const float x = -static_cast<float>(i) * 0.0015f;
      y.push_back(kernels->sum_exponentials(&x, 1, 0.0f));
      const double exact = std::exp(static_cast<double>(x));
      if (!CHECK(std::fabs(y.back() - exact) <= 3e-7 * exact + 2e-38)) return;
    }
    if (first.empty()) first = y;
    CHECK(same_bits(y, first));
  }
}

}  // namespace

int main() {
  Random random(1);
  test_products(random);
  test_ranges(random);
  test_joined_planes(random);
  for (int columns : {16, 48, 64, 80, 128, 240, 512, 560, 2048}) test_quantize(random, columns);
  test_functions();
  test_exponential_bits();
  return tilescribe::test::finish("kernels");
}
