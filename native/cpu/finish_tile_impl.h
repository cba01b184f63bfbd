// What the instruction sets share of a tile's end; included after their I16.

// finish(r, g, sums[r][g]) for each row and group of 16 outputs.
template <int kRows, int kGroups, typename Finish>
inline void finish_tile(const int32_t (&sums)[kRows][kGroups][kLanes], const Finish& finish) {
  for (int r = 0; r < kRows; r++) {
    for (int g = 0; g < kGroups; g++) finish(r, g, I16::load(sums[r][g]));
  }
}
