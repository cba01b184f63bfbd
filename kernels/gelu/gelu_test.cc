// gelu against its oracle and the CPU engine, bit for bit; and the functions that only the core's build uses.
#include <cstring>

#include "kernels/common/functions.h"
#include "kernels/test/oracles.h"
#include "kernels/test/pack.h"
#include "test/check.h"

using namespace tilescribe::tile;
using namespace tilescribe::tile::test;

namespace {

double worst = 0;

void compare(float* x, int count) {
  std::vector<float> before(x, x + count);
  std::vector<float> expected = before;
  gelu_f32(x, count);
  generic().gelu(expected.data(), count);
  CHECK(same(x, expected.data(), expected.size() * sizeof(float)));
  for (int i = 0; i < count; i++) {
    const double value = before[static_cast<size_t>(i)];
    if (std::fabs(value) > 1e30) continue;
    // erf is right to 1.5e-7, so that x / 2 * (1 + erf) is right to that part of x.
    worst = std::fmax(worst, ulps(x[i], tilescribe::oracle::gelu(value), value));
  }
}

// Every float32 but for its last bits: all exponents and signs, 4096 mantissas of each, and what is no number.
void test_all_sizes() {
  Aligned<float> x(4096);
  for (uint32_t high = 0; high < 512; high++) {
    for (uint32_t low = 0; low < 4096; low++) {
      const uint32_t bits = high << 23 | low << 11 | (low * 2654435761u >> 21);
      std::memcpy(x.data() + low, &bits, sizeof bits);
    }
    if ((high & 255u) == 255u) {
      const float infinite = high == 255u ? __builtin_inff() : -__builtin_inff();
      for (size_t i = 0; i < 4096; i++) x[i] = infinite;
      gelu_f32(x.data(), 4096);
      continue;
    }
    compare(x.data(), 4096);
  }
}

void test_dense(Random& random) {
  Aligned<float> x(4096);
  for (int pass = 0; pass < 50; pass++) {
    for (size_t i = 0; i < 4096; i++) x[i] = 7.0f * random.signed_unit();
    compare(x.data(), 4096);
  }
}

// The core has no logarithm; the host takes the C library's.
void test_logarithm(Random& random) {
  double furthest = 0;
  for (int i = 0; i < 200000; i++) {
    const float x = std::ldexp(1.0f + std::fabs(random.signed_unit()), random.between(-100, 100));
    const double exact = std::log2(static_cast<double>(x));
    furthest = std::fmax(furthest, std::fabs(log2_polynomial(x) - exact) / std::fmax(1.0, std::fabs(exact)));
  }
  for (int e = -126; e < 127; e++) CHECK(log2_polynomial(std::ldexp(1.0f, e)) == static_cast<float>(e));
  std::printf("log2_polynomial: right to %.2e of max(1, |log2 x|)\n", furthest);
  CHECK(furthest <= 1.5e-7);
}

}  // namespace

int main() {
  Random random(14);
  test_all_sizes();
  test_dense(random);
  test_logarithm(random);
  std::printf("gelu: at most %.2f ulp of x\n", worst);
  CHECK(worst <= 5.0);
  return tilescribe::test::finish("gelu");
}
