// Attention over the text so far, whose last position is the token's own and comes from this tile; see README.md.
#include "kernels/common/attention.h"
#include "kernels/common/quantize.h"

using namespace tilescribe::tile;

extern "C" void attention_self_f32_i8_row(const float* key, const float* value, KeyValueRow* row) {
  const float key_maximum = largest_of(key, kHead);
  const float value_maximum = largest_of(value, kHead);
  quantize_row(key, kHead, key_maximum, [&](int i, const I16& lanes) { lanes.store_int8(row->key + i); });
  quantize_row(value, kHead, value_maximum, [&](int i, const I16& lanes) { lanes.store_int8(row->value + i); });
  const float scale = scale_of(value_maximum);
  // A row of zeros has no scale of its own.
  const float size = scale > 0.0f ? scale : 1.0f;
  row->scales[0] = scale_of(key_maximum);
  row->scales[1] = binary_logarithm(size);
  row->scales[2] = divide(1.0f, size);
  for (float& number : row->unused) number = 0.0f;
}

extern "C" void attention_self_i8_page(const int8_t* q, const float* q_scale, int rows, void* page, int index,
                                       int positions, const KeyValueRow* own, AttentionState* state) {
  const PageRole role = page_role(index, positions);
  // Where the token's own position lies in this block, if it does.
  const int last = role.count - 1;
  if (index / kBlockPages == (positions - 1) / kBlockPositions) {
    if (role.kind == PageRole::kScales) {
      float* scales = static_cast<float*>(page);
      for (int i = 0; i < 3; i++) scales[i * kBlockPositions + last] = own->scales[i];
    } else if (last / kPagePositions == role.at / kPagePositions) {
      const int8_t* from = role.kind == PageRole::kKeys ? own->key : own->value;
      int8_t* to = static_cast<int8_t*>(page) + p8d8(last % kPagePositions, 0);
      for (int d = 0; d < kHead; d += 8) {
        for (int i = 0; i < 8; i++) to[p8d8(0, d) + i] = from[d + i];
      }
    }
  }
  take_page(q, q_scale, rows, page, role, state);
}
