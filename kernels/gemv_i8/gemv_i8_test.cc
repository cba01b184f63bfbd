// gemv_i8 against its oracle and the CPU engine, bit for bit.
#include <algorithm>

#include "kernels/test/oracles.h"
#include "kernels/test/pack.h"
#include "test/check.h"

using namespace tilescribe::tile;
using namespace tilescribe::tile::test;

namespace {

// Every activation with every weight, alone at a place of the page.
void test_all_pairs() {
  Page page;
  Aligned<int8_t> q(kRows * kPageInputs);
  Aligned<int32_t> acc(kRows * kPageOutputs);
  int at = 0;
  for (int a = -128; a < 128; a += kRows) {
    for (int w = 0; w < 256; w += kPageOutputs) {
      const int k = at++ * 37 % kPageInputs;
      std::memset(page.bytes, w, sizeof page.bytes);
      for (int r = 0; r < kRows; r++) q[static_cast<size_t>(r4k8(r, k))] = static_cast<int8_t>(a + r);
      for (int n = 0; n < kPageOutputs; n++) page.bytes[k8n8(n, k)] = static_cast<uint8_t>(w + n);
      gemv_i8_8x512(q.data(), page.bytes, 0, acc.data());
      for (int r = 0; r < kRows; r++) {
        q[static_cast<size_t>(r4k8(r, k))] = 0;
        for (int n = 0; n < kPageOutputs; n++) {
          if (!CHECK(acc[static_cast<size_t>(n8r4(r, n))] == (a + r) * (w + n))) return;
        }
      }
    }
  }
}

// A matrix by rows: the sums against the oracle, the floats against the CPU engine and in double precision.
void compare(const Linear& linear, Rows& a, double* worst) {
  std::vector<Page> pages = linear.pages();
  const int parts = linear.inputs / kPageInputs;
  Aligned<int32_t> acc(static_cast<size_t>(kRows * linear.outputs));
  for (int n = 0; n < linear.outputs; n += kPageOutputs) {
    for (int part = 0; part < parts; part++) {
      const size_t page = static_cast<size_t>(n / kPageOutputs * parts + part);
      gemv_i8_8x512(a.q.data() + part * kPageInputs * kRows, pages[page].bytes, part > 0, acc.data() + n * kRows);
    }
  }
  std::vector<int64_t> exact(static_cast<size_t>(a.rows * linear.outputs));
  tilescribe::oracle::gemv_i8({a.plain.data(), a.rows, a.columns}, {linear.w.data(), linear.outputs, linear.inputs},
                              linear.zero.data(), exact.data());
  for (int r = 0; r < a.rows; r++) {
    for (int n = 0; n < linear.outputs; n++) {
      const int64_t sum =
          int64_t{acc[static_cast<size_t>(n8r4(r, n))]} - int64_t{linear.zero[static_cast<size_t>(n / 16)]} * a.sum[r];
      if (!CHECK(sum == exact[static_cast<size_t>(r * linear.outputs + n)])) return;
    }
  }
  for (bool has_bias : {false, true}) {
    const Packed packed(linear, has_bias);
    for (int add : {0, 1}) {
      Aligned<float> y(exact.size());
      std::vector<float> expected(exact.size(), 0.25f);
      std::fill_n(y.data(), exact.size(), 0.25f);
      gemv_i8_finish_f32(acc.data(), a.rows, linear.outputs, a.scale, a.sum, linear.scale.data(), linear.zero.data(),
                         packed.view.bias, add, y.data(), linear.outputs);
      generic().multiply(a.view(), packed.view, 0, linear.outputs, add != 0, expected.data(), linear.outputs);
      CHECK(same(y.data(), expected.data(), expected.size() * sizeof(float)));
      for (size_t i = 0; i < exact.size(); i++) {
        const size_t n = i % static_cast<size_t>(linear.outputs);
        const float bias = has_bias ? linear.bias[n] : 0.0f;
        const double value = tilescribe::oracle::linear(exact[i], a.scale[i / static_cast<size_t>(linear.outputs)],
                                                        linear.scale[n], bias);
        const double size = std::fmax(std::fabs(value - bias), std::fmax(std::fabs(bias), add ? 0.25 : 0));
        *worst = std::fmax(*worst, ulps(y[i], value + (add ? 0.25 : 0), size));
      }
    }
  }
}

void test_model_shapes(Random& random) {
  double worst = 0;
  for (int inputs : {512, 2048}) {
    for (int outputs : {16, 32, 64, 96, 128, 192}) {
      if (inputs == 2048 && outputs != 32) continue;
      for (int rows = 1; rows <= kRows; rows++) {
        const Linear linear(random, outputs, inputs);
        Rows a(rows, inputs, [&](int, int) { return random.between(-127, 127); });
        compare(linear, a, &worst);
      }
    }
  }
  // Rounded four times, up to one ulp each: the sum to float32, the scales' product, the fused product, `add`.
  std::printf("gemv_i8: at most %.2f ulp of the largest term\n", worst);
  CHECK(worst <= 4.0);
}

void test_extremes(Random& random) {
  double worst = 0;
  for (int weight : {0, 255}) {
    for (int value : {-128, -127, 0, 127}) {
      for (int zero : {0, 128, 255}) {
        Linear linear(random, 32, 2048);
        std::fill(linear.w.begin(), linear.w.end(), static_cast<uint8_t>(weight));
        std::fill(linear.zero.begin(), linear.zero.end(), zero);
        Rows a(kRows, 2048, [&](int r, int) { return r == 1 ? 0 : value; });
        compare(linear, a, &worst);
      }
    }
  }
}

}  // namespace

int main() {
  Random random(11);
  test_all_pairs();
  test_model_shapes(random);
  test_extremes(random);
  return tilescribe::test::finish("gemv_i8");
}
