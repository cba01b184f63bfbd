// layer_norm and quantising against their oracles and the CPU engine, bit for bit.
#include <algorithm>

#include "kernels/test/oracles.h"
#include "kernels/test/pack.h"
#include "test/check.h"

using namespace tilescribe::tile;
using namespace tilescribe::tile::test;

namespace {

double compare_norm(const std::vector<float>& plain, int rows, Page* page) {
  const size_t count = plain.size();
  Aligned<float> x(count);
  Aligned<float> y(count);
  std::copy(plain.begin(), plain.end(), x.data());
  layer_norm_f32_512(x.data(), rows, page->floats(), y.data());
  std::vector<float> expected(count);
  generic().layer_norm(plain.data(), rows, kWidth, page->floats(), page->floats() + kWidth, expected.data());
  CHECK(same(y.data(), expected.data(), count * sizeof(float)));
  // In place is allowed.
  layer_norm_f32_512(x.data(), rows, page->floats(), x.data());
  CHECK(same(x.data(), expected.data(), count * sizeof(float)));
  std::vector<double> exact(count);
  tilescribe::oracle::layer_norm({plain.data(), rows, kWidth}, page->floats(), page->floats() + kWidth, exact.data());
  double worst = 0;
  for (size_t i = 0; i < count; i++) {
    const size_t column = i % kWidth;
    const double bias = page->floats()[kWidth + column];
    // Of the terms: the mean is subtracted from the number itself, of which rounding is relative to the largest.
    double largest = 0;
    for (size_t k = 0; k < kWidth; k++) largest = std::fmax(largest, std::fabs(exact[i - column + k]));
    worst = std::fmax(worst, ulps(y[i], exact[i], std::fmax(largest, std::fabs(bias))));
  }
  return worst;
}

void compare_quantize(const std::vector<float>& plain, int rows, int columns) {
  Aligned<float> x(plain.size());
  std::copy(plain.begin(), plain.end(), x.data());
  Aligned<int8_t> q(static_cast<size_t>(kRows * columns));
  std::memset(q.data(), 99, static_cast<size_t>(kRows * columns));
  float scale[kRows];
  int32_t sum[kRows];
  quantize_f32_i8(x.data(), rows, columns, columns, q.data(), scale, sum);
  std::vector<int8_t> expected(plain.size());
  float expected_scale[kRows];
  int32_t expected_sum[kRows];
  generic().quantize(plain.data(), rows, columns, columns, expected.data(), columns, expected_scale, expected_sum);
  for (int r = 0; r < kRows; r++) {
    const double step =
        r < rows ? tilescribe::oracle::quantize_step(plain.data() + static_cast<size_t>(r * columns), columns) : 0;
    for (int k = 0; k < columns; k++) {
      const int8_t value = q[static_cast<size_t>(r4k8(r, k))];
      if (r >= rows) {
        if (!CHECK(value == 0)) return;
        continue;
      }
      const size_t at = static_cast<size_t>(r * columns + k);
      if (!CHECK(value == expected[at])) return;
      if (step > 1e-30 && !CHECK(std::fabs(plain[at] / step - value) <= 0.50002)) return;
    }
    CHECK(r < rows ? scale[r] == expected_scale[r] && sum[r] == expected_sum[r] : scale[r] == 0 && sum[r] == 0);
  }
}

}  // namespace

int main() {
  Random random(13);
  Page page;
  for (int k = 0; k < kWidth; k++) {
    page.floats()[k] = 1.0f + 0.3f * random.signed_unit();
    page.floats()[kWidth + k] = random.signed_unit();
  }
  double worst = 0;
  for (int rows = 1; rows <= kRows; rows++) {
    for (float size : {1e-6f, 0.01f, 1.0f, 50.0f, 1e6f}) {
      for (float offset : {0.0f, 1.0f}) {
        std::vector<float> x(static_cast<size_t>(rows * kWidth));
        for (float& value : x) value = size * (random.signed_unit() + offset);
        worst = std::fmax(worst, compare_norm(x, rows, &page));
        compare_quantize(x, rows, kWidth);
      }
    }
    // All alike: no deviation but epsilon's. One of all: the largest deviation there is.
    std::vector<float> x(static_cast<size_t>(rows * kWidth), 3.0f);
    worst = std::fmax(worst, compare_norm(x, rows, &page));
    std::fill(x.begin(), x.end(), 0.0f);
    worst = std::fmax(worst, compare_norm(x, rows, &page));
    compare_quantize(x, rows, kWidth);
    x[17] = -1e30f;
    compare_quantize(x, rows, kWidth);
    x[17] = 1e-38f;
    compare_quantize(x, rows, kWidth);
  }
  for (int columns : {16, 64, 128, 2048}) {
    std::vector<float> x(static_cast<size_t>(kRows * columns));
    for (float& value : x) value = random.signed_unit();
    compare_quantize(x, kRows, columns);
  }
  // Halves between two integers go to the even one.
  std::vector<float> ties(kWidth, 0.0f);
  for (size_t i = 0; i < 250; i++) ties[i] = static_cast<float>(i) - 124.5f;
  ties[300] = 127.0f;
  compare_quantize(ties, 1, kWidth);
  std::printf("layer_norm: at most %.2f ulp of the row's largest\n", worst);
  CHECK(worst <= 8.0);
  return tilescribe::test::finish("layer_norm");
}
