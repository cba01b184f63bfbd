// gemm_i8 against its oracle and the CPU engine, bit for bit.
#include <algorithm>

#include "kernels/test/oracles.h"
#include "kernels/test/pack.h"
#include "test/check.h"

using namespace tilescribe::tile;
using namespace tilescribe::tile::test;

namespace {

constexpr int kSide = 64;

// `rows` of 64, 64 outputs of a matrix over any number of blocks of 64 inputs.
void compare(const Linear& linear, int rows, const std::vector<int8_t>& plain) {
  Aligned<int8_t> a(kSide * kSide);
  Aligned<uint8_t> b(kSide * kSide);
  Aligned<int32_t> c(kSide * kSide);
  for (int first = 0; first < linear.inputs; first += kSide) {
    std::memset(a.data(), 0, kSide * kSide);
    for (int k = 0; k < kSide; k++) {
      for (int r = 0; r < rows; r++) {
        a[static_cast<size_t>(r / kRows * kRows * kSide + r4k8(r % kRows, k))] =
            plain[static_cast<size_t>(r * linear.inputs + first + k)];
      }
      for (int n = 0; n < kSide; n++) {
        b[static_cast<size_t>(n / 8 * 8 * kSide + k * 8 + n % 8)] =
            linear.w[static_cast<size_t>(n * linear.inputs + first + k)];
      }
    }
    gemm_i8_64x64x64(a.data(), b.data(), first > 0, c.data());
  }
  std::vector<int64_t> exact(static_cast<size_t>(rows * kSide));
  tilescribe::oracle::gemm_i8({plain.data(), rows, linear.inputs}, {linear.w.data(), kSide, linear.inputs},
                              exact.data());
  std::vector<float> scale(kSide, 0.0f);
  std::vector<int32_t> sum(kSide, 0);
  for (int r = 0; r < rows; r++) {
    scale[static_cast<size_t>(r)] = 0.01f + 0.001f * static_cast<float>(r);
    for (int k = 0; k < linear.inputs; k++)
      sum[static_cast<size_t>(r)] += plain[static_cast<size_t>(r * linear.inputs + k)];
    for (int n = 0; n < kSide; n++) {
      const size_t at = static_cast<size_t>(r / kRows * kRows * kSide + n8r4(r % kRows, n));
      if (!CHECK(c[at] == exact[static_cast<size_t>(r * kSide + n)])) return;
    }
  }
  const Packed packed(linear, true);
  Aligned<float> y(static_cast<size_t>(rows * kSide));
  std::vector<float> expected(static_cast<size_t>(rows * kSide));
  gemm_i8_finish_f32(c.data(), rows, scale.data(), sum.data(), linear.scale.data(), linear.zero.data(),
                     linear.bias.data(), 0, y.data(), kSide);
  generic().multiply({plain.data(), scale.data(), sum.data(), rows, linear.inputs}, packed.view, 0, kSide, false,
                     expected.data(), kSide);
  CHECK(same(y.data(), expected.data(), expected.size() * sizeof(float)));
}

}  // namespace

int main() {
  Random random(12);
  for (int inputs : {64, 512, 2048}) {
    for (int rows : {1, 3, 4, 5, 63, 64}) {
      std::vector<int8_t> plain(static_cast<size_t>(rows * inputs));
      for (int8_t& q : plain) q = static_cast<int8_t>(random.between(-127, 127));
      compare(Linear(random, kSide, inputs), rows, plain);
    }
  }
  for (int weight : {0, 255}) {
    for (int value : {-128, 0, 127}) {
      Linear linear(random, kSide, 2048);
      std::fill(linear.w.begin(), linear.w.end(), static_cast<uint8_t>(weight));
      compare(linear, kSide, std::vector<int8_t>(kSide * 2048, static_cast<int8_t>(value)));
    }
  }
  return tilescribe::test::finish("gemm_i8");
}
