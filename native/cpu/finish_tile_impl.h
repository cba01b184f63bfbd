// What the instruction sets share of a tile's end; included after their I16.

// finish(r, g, sums[r][g]) for each row and group of 16 outputs.
template <int kRows, int kGroups, typename Finish>
inline void finish_tile(const int32_t (&sums)[kRows][kGroups][kLanes], const Finish& finish) {
  for (int r = 0; r < kRows; r++) {
    for (int g = 0; g < kGroups; g++) finish(r, g, I16::load(sums[r][g]));
  }
}

// Two rows of scores, one kAttentionBlock after the other, and what weigh() of attention_impl.h makes of them, for sets
// that do so while a tile is multiplied (kWeighsMeanwhile). tile_avx512_impl.h knows where what lies.
struct WeighedRows {
  const float* scores;
  uint8_t* weights;
  const float* inverse;
  float lowest;
  float coefficients[4];
  float shift[2];
  alignas(64) float total[2][kLanes];
  // The tile.
  const void* tile_rows;
  int64_t tile_row_stride;
  const void* tile_lines;
};
