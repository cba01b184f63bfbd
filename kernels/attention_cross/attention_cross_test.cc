// attention_cross against the CPU engine, bit for bit, and against its oracle.
#include "kernels/test/attention_data.h"
#include "test/check.h"

using namespace tilescribe::tile;
using namespace tilescribe::tile::test;

namespace {

std::vector<float> run(const std::vector<Page>& pages, HeadQueries& queries, int positions) {
  Aligned<int8_t> q(kRows * kHead);
  float scale[kRows];
  attention_query_f32_i8(queries.plain.data(), queries.rows, kHead, q.data(), scale);
  for (int r = 0; r < queries.rows; r++) {
    CHECK(scale[r] == queries.scale[r]);
    for (int d = 0; d < kHead; d++) CHECK(q[static_cast<size_t>(r4k8(r, d))] == queries.q[r * kHead + d]);
  }
  // What lay in the state before has no part in the result.
  AttentionState state;
  std::memset(&state, 0xff, sizeof state);
  attention_begin_f32(&state);
  for (size_t i = 0; i < pages.size(); i++) {
    attention_cross_i8_page(q.data(), scale, queries.rows, pages[i].bytes, static_cast<int>(i), positions, &state);
  }
  Aligned<float> out(kRows * kHead);
  attention_end_f32(&state, queries.rows, out.data(), kHead);
  return {out.data(), out.data() + queries.rows * kHead};
}

void compare(const HeadMemory& head, HeadQueries& queries, int positions, double bound) {
  std::vector<float> expected(static_cast<size_t>(queries.rows * kHead));
  generic().attend(head.memory(positions), queries.view(), expected.data(), kHead);
  // Bytes 0xff are NaN as float32.
  for (int waste : {0, 255}) {
    const std::vector<float> out = run(head.pages(positions, waste), queries, positions);
    if (!CHECK(same(out.data(), expected.data(), expected.size() * sizeof(float)))) {
      std::fprintf(stderr, "  %d positions, %d rows, waste %d\n", positions, queries.rows, waste);
    }
  }
  for (int r = 0; r < queries.rows; r++) {
    double exact[kHead];
    tilescribe::oracle::attention(queries.plain.data() + r * kHead, head.plain(positions), exact);
    for (int d = 0; d < kHead; d++) {
      if (!CHECK(std::fabs(expected[static_cast<size_t>(r * kHead + d)] - exact[d]) <= bound)) return;
    }
  }
}

// `spread`: how far the scores of a position may be from zero, about.
void test_positions(Random& random, int positions, int rows, float spread) {
  HeadMemory head(positions);
  for (int p = 0; p < positions; p++) {
    head.set(p, std::exp2(random.signed_unit()) * spread / 400.0f, std::exp2(2 * random.signed_unit()) * 0.01f,
             [&] { return random.between(-127, 127); });
  }
  HeadQueries queries(rows, [&] { return random.signed_unit(); });
  // Of a score: 64 products of keys up to 127 by half a step of the query's 127.
  const double score_error = 0.5 / 127 * std::sqrt(64.0) * 127 * spread / 400 * 2 / 8 * 3;
  compare(head, queries, positions, attention_bound(head, positions, score_error));
}

void test_extremes(Random& random) {
  for (int positions : {1, 64, 257, 1500}) {
    for (int rows : {1, 4}) {
      // Rows of zeros; all alike; the largest there are; one position above all others.
      for (int kind = 0; kind < 4; kind++) {
        HeadMemory head(positions);
        for (int p = 0; p < positions; p++) {
          const int value = kind == 0 ? 0 : kind == 1 ? 5 : p % 2 == 0 ? 127 : -127;
          head.set(p, kind == 3 && p != positions / 2 ? 0.0f : 0.05f, kind == 2 ? 1e-20f : 1.0f, [&] { return value; });
        }
        HeadQueries queries(rows, [&] { return kind == 0 ? 0.0f : random.between(0, 1) != 0 ? 1.0f : -1.0f; });
        compare(head, queries, positions, attention_bound(head, positions, 1.0));
      }
    }
  }
}

}  // namespace

int main() {
  Random random(15);
  for (int positions = 1; positions <= 17; positions++) test_positions(random, positions, 1 + positions % kRows, 1.0f);
  for (int positions : {63, 64, 65, 127, 128, 129, 255, 256, 257, 448, 511, 512, 513, 1499, 1500}) {
    for (int rows = 1; rows <= kRows; rows++) test_positions(random, positions, rows, 4.0f);
  }
  test_extremes(random);
  return tilescribe::test::finish("attention_cross");
}
