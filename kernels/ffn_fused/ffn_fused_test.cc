// The feed-forward network as sixteen tiles do it, against the CPU engine, bit for bit, and in double precision.
#include <algorithm>

#include "kernels/test/oracles.h"
#include "kernels/test/pack.h"
#include "test/check.h"

using namespace tilescribe::tile;
using namespace tilescribe::tile::test;

namespace {

constexpr int kTiles = 16;
constexpr int kInnerOfTile = kInner / kTiles;
constexpr int kOutputsOfTile = kWidth / kTiles;

// The outputs [begin, begin + count) of a matrix, by pages.
void multiply(const Linear& linear, int begin, int count, const int8_t* q, Aligned<int32_t>* acc) {
  const std::vector<Page> pages = linear.pages();
  const int parts = linear.inputs / kPageInputs;
  for (int n = 0; n < count; n += kPageOutputs) {
    for (int part = 0; part < parts; part++) {
      const Page& page = pages[static_cast<size_t>((begin + n) / kPageOutputs * parts + part)];
      gemv_i8_8x512(q + part * kPageInputs * kRows, page.bytes, part > 0, acc->data() + n * kRows);
    }
  }
}

std::vector<float> run_tiles(const Linear& up, const Linear& down, Aligned<float>* normal, int rows) {
  Aligned<int8_t> q(kRows * kWidth);
  float scale[kRows];
  int32_t sum[kRows];
  quantize_f32_i8(normal->data(), rows, kWidth, kWidth, q.data(), scale, sum);
  std::vector<Aligned<float>> inner(kTiles, Aligned<float>(kRows * kInnerOfTile));
  float maximum[kRows] = {};
  Aligned<int32_t> acc(kRows * kInnerOfTile);
  for (int t = 0; t < kTiles; t++) {
    const int begin = t * kInnerOfTile;
    multiply(up, begin, kInnerOfTile, q.data(), &acc);
    gemv_i8_finish_f32(acc.data(), rows, kInnerOfTile, scale, sum, up.scale.data() + begin, up.zero.data() + begin / 16,
                       up.bias.data() + begin, 0, inner[static_cast<size_t>(t)].data(), kInnerOfTile);
    float mine[kRows];
    ffn_f32_gelu_max(inner[static_cast<size_t>(t)].data(), rows, kInnerOfTile, mine);
    for (int r = 0; r < rows; r++) maximum[r] = std::max(maximum[r], mine[r]);
  }
  // r4k8 by columns: a tile's share is one piece of the whole.
  Aligned<int8_t> wide(kRows * kInner);
  int32_t wide_sum[kRows] = {};
  for (int t = 0; t < kTiles; t++) {
    int32_t mine[kRows];
    ffn_f32_i8_requantize(inner[static_cast<size_t>(t)].data(), rows, kInnerOfTile, maximum,
                          wide.data() + t * kInnerOfTile * kRows, scale, mine);
    for (int r = 0; r < kRows; r++) wide_sum[r] += mine[r];
  }
  std::vector<float> x(static_cast<size_t>(rows * kWidth), 0.5f);
  for (int t = 0; t < kTiles; t++) {
    const int begin = t * kOutputsOfTile;
    multiply(down, begin, kOutputsOfTile, wide.data(), &acc);
    Aligned<float> y(kRows * kOutputsOfTile);
    std::fill_n(y.data(), kRows * kOutputsOfTile, 0.5f);
    gemv_i8_finish_f32(acc.data(), rows, kOutputsOfTile, scale, wide_sum, down.scale.data() + begin,
                       down.zero.data() + begin / 16, down.bias.data() + begin, 1, y.data(), kOutputsOfTile);
    for (int r = 0; r < rows; r++)
      std::copy_n(y.data() + r * kOutputsOfTile, kOutputsOfTile, &x[static_cast<size_t>(r * kWidth + begin)]);
  }
  return x;
}

// As Decoder::feed_forward.
std::vector<float> run_engine(const Linear& up, const Linear& down, const float* normal, int rows) {
  const Packed packed_up(up, true);
  const Packed packed_down(down, true);
  std::vector<int8_t> q(static_cast<size_t>(rows * kInner));
  std::vector<float> wide(static_cast<size_t>(rows * kInner));
  float scale[kRows];
  int32_t sum[kRows];
  generic().quantize(normal, rows, kWidth, kWidth, q.data(), kWidth, scale, sum);
  generic().multiply({q.data(), scale, sum, rows, kWidth}, packed_up.view, 0, kInner, false, wide.data(), kInner);
  generic().gelu(wide.data(), rows * kInner);
  generic().quantize(wide.data(), rows, kInner, kInner, q.data(), kInner, scale, sum);
  std::vector<float> x(static_cast<size_t>(rows * kWidth), 0.5f);
  generic().multiply({q.data(), scale, sum, rows, kInner}, packed_down.view, 0, kWidth, true, x.data(), kWidth);
  return x;
}

std::vector<double> dequantised(const Linear& linear) {
  std::vector<double> w;
  for (int n = 0; n < linear.outputs; n++) {
    for (int k = 0; k < linear.inputs; k++) {
      const int zero = linear.zero[static_cast<size_t>(n / 16)];
      w.push_back(static_cast<double>(linear.scale[static_cast<size_t>(n)]) *
                  (linear.w[static_cast<size_t>(n * linear.inputs + k)] - zero));
    }
  }
  return w;
}

void compare(const Linear& up, const Linear& down, int rows, Random& random, float size) {
  Aligned<float> normal(kRows * kWidth);
  for (int i = 0; i < rows * kWidth; i++) normal[static_cast<size_t>(i)] = size * random.signed_unit();
  const std::vector<float> tiles = run_tiles(up, down, &normal, rows);
  const std::vector<float> engine = run_engine(up, down, normal.data(), rows);
  CHECK(same(tiles.data(), engine.data(), engine.size() * sizeof(float)));
}

// Biases of zero, so that the definition has none to know.
void compare_exact(Random& random) {
  Linear up(random, kInner, kWidth);
  Linear down(random, kWidth, kInner);
  std::fill(up.bias.begin(), up.bias.end(), 0.0f);
  std::fill(down.bias.begin(), down.bias.end(), 0.0f);
  std::fill(up.zero.begin(), up.zero.end(), 128);
  std::fill(down.zero.begin(), down.zero.end(), 128);
  Aligned<float> normal(kRows * kWidth);
  std::vector<double> x;
  for (size_t i = 0; i < kWidth; i++) x.push_back(normal[i] = random.signed_unit());
  const std::vector<float> tiles = run_tiles(up, down, &normal, 1);
  std::vector<double> exact(kWidth);
  const std::vector<double> up_w = dequantised(up);
  const std::vector<double> down_w = dequantised(down);
  tilescribe::oracle::ffn({x.data(), 1, kWidth}, {up_w.data(), kInner, kWidth}, {down_w.data(), kWidth, kInner},
                          exact.data());
  double error = 0;
  double power = 0;
  for (size_t n = 0; n < kWidth; n++) {
    error += (tiles[n] - 0.5 - exact[n]) * (tiles[n] - 0.5 - exact[n]);
    power += exact[n] * exact[n];
  }
  std::printf("ffn_fused: noise of int8 activations %.1f dB below the signal\n", 10 * std::log10(power / error));
  CHECK(error < power * 1e-3);
}

}  // namespace

int main() {
  Random random(17);
  const Linear up(random, kInner, kWidth);
  const Linear down(random, kWidth, kInner);
  for (int rows = 1; rows <= kRows; rows++) compare(up, down, rows, random, 1.0f);
  // A row of nothing but bias, and one that saturates every sum.
  compare(up, down, kRows, random, 0.0f);
  Linear full_up = up;
  Linear full_down = down;
  std::fill(full_up.w.begin(), full_up.w.end(), uint8_t{255});
  std::fill(full_up.zero.begin(), full_up.zero.end(), 0);
  std::fill(full_down.w.begin(), full_down.w.end(), uint8_t{255});
  std::fill(full_down.zero.begin(), full_down.zero.end(), 0);
  compare(full_up, full_down, 2, random, 100.0f);
  compare_exact(random);
  return tilescribe::test::finish("ffn_fused");
}
