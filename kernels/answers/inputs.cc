#include "kernels/answers/inputs.h"

#include <cmath>
#include <cstring>

#include "kernels/answers/cases.h"

namespace tilescribe::tile {
namespace {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {}
  uint32_t next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<uint32_t>(state_ >> 33);
  }
  int between(int low, int high) { return low + static_cast<int>(next() % static_cast<uint32_t>(high - low + 1)); }
  // Uniform in [-1, 1).
  float unit() { return static_cast<float>(next()) / 1073741824.0f - 1.0f; }

 private:
  uint64_t state_;
};

using Pages = std::vector<CasePage>;

Pages blank(int count) {
  Pages pages(static_cast<size_t>(count));
  std::memset(static_cast<void*>(pages.data()), 0, pages.size() * sizeof(CasePage));
  return pages;
}
float* floats(CasePage* page, int byte = 0) { return reinterpret_cast<float*>(page->bytes + byte); }
int32_t* words(CasePage* page, int byte = 0) { return reinterpret_cast<int32_t*>(page->bytes + byte); }
void fill_bytes(Random* random, CasePage* page) {
  for (uint8_t& byte : page->bytes) byte = static_cast<uint8_t>(random->between(0, 255));
}
void fill_floats(Random* random, float* to, int count, float size) {
  for (int i = 0; i < count; i++) to[i] = size * random->unit();
}

Pages make_gemv(uint64_t seed) {
  Random random(seed);
  Pages pages = blank(3);
  const int q_bytes = kRows * kPageInputs;
  for (int r = 0; r < kRows; r++) {
    for (int k = 0; k < kPageInputs; k++) {
      // Row 3 is the largest there is.
      const int value = r == 3 ? 127 : random.between(-127, 127);
      pages[0].bytes[r4k8(r, k)] = static_cast<uint8_t>(value);
      words(&pages[0], q_bytes + 64)[r] += value;
    }
    floats(&pages[0], q_bytes)[r] = 0.02f + 0.01f * random.unit();
  }
  for (int n = 0; n < 16; n++) {
    floats(&pages[0], q_bytes + 128)[n] = 0.002f + 0.001f * random.unit();
    floats(&pages[0], q_bytes + 192)[n] = random.unit();
  }
  words(&pages[0], q_bytes + 256)[0] = 121;
  fill_bytes(&random, &pages[1]);
  std::memset(pages[2].bytes, 255, kPageBytes);
  return pages;
}

Pages make_gemm(uint64_t seed) {
  Random random(seed);
  Pages pages = blank(3);
  for (int r = 0; r < 64; r++) {
    for (int k = 0; k < 64; k++) {
      const int value = random.between(-127, 127);
      pages[0].bytes[r / kRows * kRows * 64 + r4k8(r % kRows, k)] = static_cast<uint8_t>(value);
      words(&pages[2], 256)[r] += value;
    }
    floats(&pages[2])[r] = 0.02f + 0.01f * random.unit();
    floats(&pages[2], 512)[r] = 0.002f + 0.001f * random.unit();
    floats(&pages[2], 768)[r] = random.unit();
  }
  for (int i = 0; i < 4; i++) words(&pages[2], 1024)[i] = 100 + 10 * i;
  fill_bytes(&random, &pages[1]);
  return pages;
}

Pages make_norm(uint64_t seed) {
  Random random(seed);
  Pages pages = blank(2);
  fill_floats(&random, floats(&pages[0]), 2 * kWidth, 5.0f);
  for (int i = 0; i < kWidth; i++) floats(&pages[1])[i] = 1.0f + 0.3f * random.unit();
  fill_floats(&random, floats(&pages[1]) + kWidth, kWidth, 1.0f);
  return pages;
}

Pages make_gelu(uint64_t seed) {
  Random random(seed);
  Pages pages = blank(1);
  fill_floats(&random, floats(&pages[0]), kPageBytes / 4, 6.0f);
  return pages;
}

Pages make_ffn(uint64_t seed) {
  Random random(seed);
  Pages pages = blank(1);
  fill_floats(&random, floats(&pages[0]), kRows * 128, 3.0f);
  return pages;
}

// The pages of `positions` after page 0; all that is past them is of no meaning.
void fill_memory(Random* random, int positions, Pages* pages) {
  for (size_t i = 1; i < pages->size(); i++) fill_bytes(random, &(*pages)[i]);
  for (int block = 0; block * kBlockPositions < positions; block++) {
    CasePage* scales = &(*pages)[static_cast<size_t>(1 + block * kBlockPages)];
    for (int p = 0; p < kBlockPositions; p++) {
      // Powers of two, so that no logarithm of the C library's has a part in the inputs.
      const int exponent = random->between(-9, -5);
      floats(scales)[p] = 0.01f + 0.005f * random->unit();
      floats(scales)[kBlockPositions + p] = static_cast<float>(exponent);
      floats(scales)[2 * kBlockPositions + p] = std::ldexp(1.0f, -exponent);
    }
  }
}

Pages make_cross(uint64_t seed) {
  Random random(seed);
  Pages pages = blank(1 + attention_pages(300));
  fill_floats(&random, floats(&pages[0]), kRows * kHead, 1.0f);
  fill_memory(&random, 300, &pages);
  return pages;
}

Pages make_self(uint64_t seed) {
  Random random(seed);
  Pages pages = blank(1 + attention_pages(70));
  fill_floats(&random, floats(&pages[0]), 3 * kHead, 1.0f);
  // A value whose scale is 2^-7: its logarithm is exact everywhere.
  floats(&pages[0])[2 * kHead] = 127.0f / 128.0f;
  for (int d = 1; d < kHead; d++) floats(&pages[0])[2 * kHead + d] *= 0.9f;
  fill_memory(&random, 70, &pages);
  return pages;
}

Pages make_vocab(uint64_t seed) {
  Random random(seed);
  Pages pages = blank(5);
  for (int i = 0; i < 2 * kWidth; i++) floats(&pages[0])[i] = static_cast<float>(random.between(-16128, 16128));
  floats(&pages[0])[7] = 16128.0f;
  floats(&pages[0])[kWidth + 9] = -16128.0f;
  for (size_t i = 1; i < pages.size(); i++) fill_bytes(&random, &pages[i]);
  return pages;
}

}  // namespace

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"attention_cross", 101, attention_cross_case, make_cross, {{"f32", 0, kRows * kHead, 65536}}},
      {"attention_self",
       102,
       attention_self_case,
       make_self,
       {{"f32", 0, kHead, 65536}, {"i8", 4 * kHead, 2 * kHead, 1}, {"f32", 6 * kHead, 3, 16}}},
      {"ffn_fused",
       103,
       ffn_fused_case,
       make_ffn,
       {{"i8", 0, kRows * 128, 1},
        {"f32", kRows * 128, kRows * 128, 64},
        {"f32", 5 * kRows * 128, 2 * kRows, 64},
        {"i32", 5 * kRows * 128 + 8 * kRows, kRows, 128}}},
      {"gelu", 104, gelu_case, make_gelu, {{"f32", 0, kPageBytes / 4, 64}}},
      {"gemm_i8", 105, gemm_i8_case, make_gemm, {{"i32", 0, 512, 0}, {"f32", kPageBytes / 2, 512, 8}}},
      {"gemv_i8", 106, gemv_i8_case, make_gemv, {{"i32", 0, kRows * 16, 0}, {"f32", 256, kRows * 16, 8}}},
      {"layer_norm",
       107,
       layer_norm_case,
       make_norm,
       {{"f32", 0, kWidth, 32}, {"i8", kPageBytes / 2, kRows * kWidth, 1}}},
      {"vocab_screen", 108, vocab_screen_case, make_vocab, {{"i8", 0, kRows * kWidth, 0}, {"i32", 2048, 128, 0}}},
  };
  return all;
}

CasePage answer(const Case& which, std::vector<CasePage> pages) {
  std::vector<CasePage> memory(kCaseStateBytes / kPageBytes);
  CasePage out;
  case_begin(memory[0].bytes, out.bytes);
  for (size_t i = 0; i < pages.size(); i++) {
    which.run(pages[i].bytes, static_cast<int>(i), memory[0].bytes, out.bytes);
  }
  return out;
}

}  // namespace tilescribe::tile
