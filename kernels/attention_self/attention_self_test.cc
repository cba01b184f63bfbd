// attention_self against the CPU engine's cache, position after position, and against its oracle.
#include "kernels/test/attention_data.h"
#include "test/check.h"

using namespace tilescribe::tile;
using namespace tilescribe::tile::test;

namespace {

struct Token {
  Aligned<float> key{kHead};
  Aligned<float> value{kHead};
};

// The token's row as native/whisper/attention.cc makes it of the CPU engine's kernels.
KeyValueRow expected_row(Token& token) {
  KeyValueRow row = {};
  float scale;
  int32_t sum;
  generic().quantize(token.key.data(), 1, kHead, kHead, row.key, kHead, row.scales, &sum);
  generic().quantize(token.value.data(), 1, kHead, kHead, row.value, kHead, &scale, &sum);
  const float size = scale > 0.0f ? scale : 1.0f;
  row.scales[1] = std::log2(size);
  row.scales[2] = 1.0f / size;
  return row;
}

void append(const KeyValueRow& row, int p, HeadMemory* head) {
  const size_t at = static_cast<size_t>(p);
  head->key_scale[at] = row.scales[0];
  head->value_log2[at] = row.scales[1];
  head->value_inverse[at] = row.scales[2];
  head->value_scale[at] = 1.0f / row.scales[2];
  for (int d = 0; d < kHead; d++) {
    head->keys[at * kHead + static_cast<size_t>(d)] = row.key[d];
    head->values[at * kHead + static_cast<size_t>(d)] = row.value[d];
    head->pack(p, d);
  }
}

// Decodes the token at position p, whose row is not in the pages yet, and compares all that comes of it.
void step(Random& random, int p, int rows, float size, HeadMemory* head) {
  Token token;
  for (size_t d = 0; d < kHead; d++) {
    token.key[d] = size * random.signed_unit();
    token.value[d] = size * random.signed_unit();
  }
  HeadQueries queries(rows, [&] { return 2 * random.signed_unit(); });
  KeyValueRow own;
  attention_self_f32_i8_row(token.key.data(), token.value.data(), &own);
  const KeyValueRow row = expected_row(token);
  CHECK(same(&own, &row, sizeof row));

  std::vector<Page> pages = head->pages(p + 1, 255);
  const HeadMemory past = *head;
  append(row, p, head);
  Aligned<int8_t> q(kRows * kHead);
  float scale[kRows];
  attention_query_f32_i8(queries.plain.data(), rows, kHead, q.data(), scale);
  AttentionState state;
  attention_begin_f32(&state);
  for (size_t i = 0; i < pages.size(); i++) {
    attention_self_i8_page(q.data(), scale, rows, pages[i].bytes, static_cast<int>(i), p + 1, &own, &state);
  }
  Aligned<float> out(kRows * kHead);
  attention_end_f32(&state, rows, out.data(), kHead);
  std::vector<float> expected(static_cast<size_t>(rows * kHead));
  generic().attend(head->memory(p + 1), queries.view(), expected.data(), kHead);
  if (!CHECK(same(out.data(), expected.data(), expected.size() * sizeof(float)))) {
    std::fprintf(stderr, "  position %d, %d rows\n", p, rows);
  }
  // The token's row lies in the pages now, and nothing else of them has changed.
  const std::vector<Page> after = head->pages(p + 1, 255);
  CHECK(same(pages.data(), after.data(), after.size() * sizeof(Page)));

  double exact[kHead];
  tilescribe::oracle::attention_self(queries.plain.data(), past.plain(p), token.key.data(), token.value.data(), exact);
  // A row of at most 1e-30 counts as zero.
  const double bound = attention_bound(*head, p + 1, 0.1 * std::fmax(1.0, size)) + 1e-30;
  for (int d = 0; d < kHead; d++) CHECK(std::fabs(out[static_cast<size_t>(d)] - exact[d]) <= bound);
}

}  // namespace

int main() {
  Random random(16);
  // A whole text: every length that there is.
  HeadMemory head(kTextPositions);
  for (int p = 0; p < kTextPositions; p++) step(random, p, 1, 1.0f, &head);
  // Rows that share a text (a prompt's last token by several queries), and sizes at the ends.
  for (int p : {0, 1, 16, 63, 64, 255, 256, 447}) {
    for (int rows = 2; rows <= kRows; rows++) step(random, p, rows, 1.0f, &head);
    for (float size : {0.0f, 1e-36f, 1e-10f, 3.0f}) {
      HeadMemory copy = head;
      step(random, p, 1, size, &copy);
    }
  }
  return tilescribe::test::finish("attention_self");
}
