// Attention of one head with online softmax (M. Milakov and N. Gimelshein, Online normalizer calculation for
// softmax, arXiv:1805.02867; by blocks as in T. Dao et al., FlashAttention, arXiv:2205.14135), in integers; see
// kernels_impl.h for how this file is compiled.
//
// For each block of kAttentionBlock positions: scores, as binary logarithms of the weights times their values'
// scales; their maximum; the weights as bytes, 255 being the largest; their products with the values. Sums and
// products so far are brought to the new maximum. Nothing but 6 rows of two blocks
// and the sums of 48 rows ever lies in memory.

// Lower than any score; its weight is 0.
constexpr float kNever = -1e30f;
constexpr float kLog2Of255 = 7.99435344f;
constexpr float kLowestPower = -100.0f;
constexpr float kPower[] = {0.05517166907f, 0.2426111222f, 0.6932609855f, 0.9999280735f};

// 2^x for x <= 8 to 8e-5, a fortieth of a step of 8 bits: minimax polynomial of degree 3 on [-1/2, 1/2] (Remez,
// relative error). Below -100 the result is that of -100.
template <typename V>
inline V power_of_two(V x) {
  x = V::max(x, V::set(kLowestPower));
  const V n = V::round_half_even(x);
  const V r = x - n;
  V p = V::set(kPower[0]);
  p = V::fma(p, r, V::set(kPower[1]));
  p = V::fma(p, r, V::set(kPower[2]));
  p = V::fma(p, r, V::set(kPower[3]));
  return V::scale(p, n);
}

// How many lines are asked for at each step. Few rows read each byte but once, so that memory sets the pace; the
// encoder's many find all in the cache. Asked for is what comes next: with a block's keys its values, with those the
// keys of the next block, or of what is attended to after this.
template <int kRows, int kGroups>
constexpr int kAhead = kRows < kTileRows ? kGroups : 0;

// A block of positions for up to kTileRows rows, under way.
struct BlockWork {
  alignas(64) float scores[kTileRows][kAttentionBlock];
  alignas(64) uint8_t weights[kTileRows][kAttentionBlock];
  alignas(64) float tops[kTileRows][kLanes];    // lane by lane
  alignas(64) float totals[kTileRows][kLanes];  // lane by lane
  // One row a lane: what the sums so far and those of the block are multiplied by, and what the scores are measured
  // from.
  alignas(64) float before[kLanes];
  alignas(64) float now[kLanes];
  alignas(64) float shift[kLanes];
  // What the scores' products have too much, because keys are stored with 128 added.
  int32_t offsets[kTileRows];
  // How many rows are weighed.
  int weighed;
};

// Of up to kTileRows rows over the blocks so far; total and highest are one row a lane.
struct RowSums {
  alignas(64) float sums[kTileRows][kHeadWidth];
  alignas(64) float total[kLanes];
  alignas(64) float highest[kLanes];
};

struct Ahead {
  const AttentionMemory* memory;
  int first;
};

// What comes after the block from `first` on.
inline Ahead block_after(const AttentionMemory& memory, int first) {
  if (first + kAttentionBlock < memory.positions) return {&memory, first + kAttentionBlock};
  return {memory.next != nullptr ? memory.next : &memory, 0};
}

// Asks for its scales.
inline void ask_for_scales(const Ahead& ahead) {
  const int left = ahead.memory->positions - ahead.first;
  for (int i = 0; i < kAttentionBlock && i < left; i += kLanes) {
    __builtin_prefetch(ahead.memory->key_scale + ahead.first + i, 0, 2);
    __builtin_prefetch(ahead.memory->value_log2 + ahead.first + i, 0, 2);
    __builtin_prefetch(ahead.memory->value_inverse + ahead.first + i, 0, 2);
  }
}

// From one to the other, which are in different memory.
inline int64_t distance(const void* from, const void* to) {
  return static_cast<int64_t>(reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from));
}

// Two rows of `work`, a whole block, that are still to be weighed.
inline WeighedRows begin_weighing(const AttentionMemory& memory, int first, BlockWork* work) {
  const int r = work->weighed;
  WeighedRows rows;
  rows.scores = work->scores[r];
  rows.weights = work->weights[r];
  rows.inverse = memory.value_inverse + first;
  rows.lowest = kLowestPower;
  for (int i = 0; i < 4; i++) rows.coefficients[i] = kPower[i];
  for (int i = 0; i < 2; i++) {
    rows.shift[i] = work->shift[r + i];
    F16::set(0.0f).store(rows.total[i]);
  }
  return rows;
}

inline void end_weighing(const WeighedRows& rows, BlockWork* work) {
  for (int i = 0; i < 2; i++) F16::load(rows.total[i]).store(work->totals[work->weighed++]);
}

// Scores of the groups from position `at` of the block on, which is position `first` + `at`. Weighs two rows of another
// block meanwhile, if there is one.
template <int kRows, int kGroups>
inline void score_tile(const AttentionMemory& memory, const Activations& queries, int row, int first, int at,
                       BlockWork* work, WeighedRows* meanwhile) {
  const int position = first + at;
  const int left = memory.positions - position;
  const int8_t* rows = queries.q + static_cast<int64_t>(row) * queries.stride;
  const uint8_t* keys = memory.keys + static_cast<int64_t>(position) * kHeadWidth;
  const float* key_scale = memory.key_scale + position;
  const float* value_log2 = memory.value_log2 + position;
  const float* scale = queries.scale + row;
  const int32_t* offsets = work->offsets;
  float* scores = work->scores[0] + at;
  float* tops = work->tops[0];
  // Of the row under way.
  F16 factor, top;
  const auto finish = [=, &factor, &top](int r, int g, const I16& sums) ALWAYS_INLINE {
    if (g == 0) {
      factor = F16::set(scale[r]);
      top = F16::load(tops + r * kLanes);
    }
    const F16 product = (sums - I16::set(offsets[r])).to_float() * F16::load(key_scale + g * kLanes);
    F16 score = F16::fma(product, factor, F16::load(value_log2 + g * kLanes));
    if (kGroups < 4 && left - g * kLanes < kLanes) score = F16::keep_first(score, left - g * kLanes, kNever);
    score.store(scores + r * kAttentionBlock + g * kLanes);
    top = F16::max(top, score);
    if (g == kGroups - 1) top.store(tops + r * kLanes);
  };
  if constexpr (kWeighsMeanwhile && kRows == kTileRows && kGroups == 4) {
    if (meanwhile != nullptr) return multiply_tile_weighing(rows, queries.stride, keys, meanwhile, finish);
  }
  multiply_tile<kRows, kGroups, false, kAhead<kRows, kGroups>>(rows, queries.stride, keys, kHeadWidth * kLanes,
                                                               4 * kLanes, kHeadWidth,
                                                               distance(memory.keys, memory.values), finish);
}

// The weights of row r as bytes, and their sum in units of a byte's step without the values' scales.
inline void weigh(const AttentionMemory& memory, int first, int count, int r, BlockWork* work) {
  const F16 shift = F16::set(work->shift[r]);
  const float* scores = work->scores[r];
  const float* inverse = memory.value_inverse + first;
  F16 total = F16::set(0.0f);
  int i = 0;
  for (; kManyRegisters && i + 4 * kLanes <= count; i += 4 * kLanes) {
    const Four weight = power_of_two(Four::load(scores + i) - Four::all(shift));
    uint8_t* to = work->weights[r] + i;
    I16::round(weight.a).store_uint8(to);
    I16::round(weight.b).store_uint8(to + kLanes);
    I16::round(weight.c).store_uint8(to + 2 * kLanes);
    I16::round(weight.d).store_uint8(to + 3 * kLanes);
    total = F16::fma(weight.a, F16::load(inverse + i), total);
    total = F16::fma(weight.b, F16::load(inverse + i + kLanes), total);
    total = F16::fma(weight.c, F16::load(inverse + i + 2 * kLanes), total);
    total = F16::fma(weight.d, F16::load(inverse + i + 3 * kLanes), total);
  }
  for (; i + kLanes <= count; i += kLanes) {
    const F16 weight = power_of_two(F16::load(scores + i) - shift);
    I16::round(weight).store_uint8(work->weights[r] + i);
    total = F16::fma(weight, F16::load(inverse + i), total);
  }
  if (i < count) {
    const F16 weight = F16::keep_first(power_of_two(F16::load(scores + i) - shift), count - i, 0.0f);
    I16::round(weight).store_uint8(work->weights[r] + i);
    total = F16::fma(weight, F16::keep_first(F16::load(inverse + i), count - i, 0.0f), total);
  }
  total.store(work->totals[r]);
}

// sums = sums * before + weights . values * now
template <int kRows>
inline void add_values(const AttentionMemory& memory, int first, int count, const BlockWork& work, RowSums* rows) {
  const int8_t* values = memory.values + static_cast<int64_t>(first) * kHeadWidth;
  float* sums = rows->sums[0];
  const float* before = work.before;
  const float* now = work.now;
  const Ahead ahead = block_after(memory, first);
  const int64_t far = distance(values, ahead.memory->keys + static_cast<int64_t>(ahead.first) * kHeadWidth);
  multiply_tile<kRows, 4, true, kAhead<kRows, 4>>(
      &work.weights[0][0], kAttentionBlock, values, 4 * kLanes, 4 * kHeadWidth, (count + 3) / 4 * 4, far,
      [=](int r, int g, const I16& products) ALWAYS_INLINE {
        float* to = sums + r * kHeadWidth + g * kLanes;
        F16::fma(F16::load(to), F16::set(before[r]), products.to_float() * F16::set(now[r])).store(to);
      });
}

inline int block_length(const AttentionMemory& memory, int first) {
  const int left = memory.positions - first;
  return left < kAttentionBlock ? left : kAttentionBlock;
}

template <int kRows>
inline void clear_sums(RowSums* rows) {
  for (int r = 0; r < kRows; r++) {
    for (int i = 0; i < kHeadWidth; i += kLanes) F16::set(0.0f).store(rows->sums[r] + i);
  }
  F16::set(0.0f).store(rows->total);
  F16::set(kNever).store(rows->highest);
}

// The scores of the block from `first` on, and what follows from the largest of each row. Of `last`, the whole block
// from `last_first` on or none, as many rows are weighed meanwhile as there are whole tiles for.
template <int kRows>
inline void score_block(const AttentionMemory& memory, const Activations& queries, int row, int first, RowSums* rows,
                        BlockWork* work, int last_first, BlockWork* last) {
  const int count = block_length(memory, first);
  for (int r = 0; r < kRows; r++) {
    F16::set(kNever).store(work->tops[r]);
    work->offsets[r] = product(128, queries.sum[row + r]);
  }
  int at = 0;
  for (; at + 4 * kLanes <= count; at += 4 * kLanes) {
    if (last != nullptr && last->weighed < kRows) {
      WeighedRows meanwhile = begin_weighing(memory, last_first, last);
      score_tile<kRows, 4>(memory, queries, row, first, at, work, &meanwhile);
      end_weighing(meanwhile, last);
    } else {
      score_tile<kRows, 4>(memory, queries, row, first, at, work, nullptr);
    }
  }
  if (at + kLanes < count) {
    score_tile<kRows, 2>(memory, queries, row, first, at, work, nullptr);
    at += 2 * kLanes;
  }
  for (; at < count; at += kLanes) score_tile<kRows, 1>(memory, queries, row, first, at, work, nullptr);

  alignas(64) float block_highest[kLanes];
  F16::set(kNever).store(block_highest);
  for (int r = 0; r < kRows; r++) block_highest[r] = F16::reduce_max(F16::load(work->tops[r]));
  const F16 highest = F16::max(F16::load(rows->highest), F16::load(block_highest));
  power_of_two(F16::load(rows->highest) - highest).store(work->before);
  power_of_two(F16::load(block_highest) - highest).store(work->now);
  (F16::load(block_highest) - F16::set(kLog2Of255)).store(work->shift);
  highest.store(rows->highest);
  work->weighed = 0;
}

// Adds the block from `first` on, whose scores are there.
template <int kRows>
inline void add_block(const AttentionMemory& memory, int first, BlockWork* work, RowSums* rows) {
  const int count = block_length(memory, first);
  if constexpr (kRows < kTileRows) ask_for_scales(block_after(memory, first));
  for (int r = work->weighed; r < kRows; r++) weigh(memory, first, count, r, work);
  alignas(64) float totals[kLanes];
  F16::set(0.0f).store(totals);
  for (int r = 0; r < kRows; r++) totals[r] = F16::reduce_add(F16::load(work->totals[r]));
  F16::fma(F16::load(rows->total), F16::load(work->before), F16::load(totals) * F16::load(work->now))
      .store(rows->total);
  add_values<kRows>(memory, first, count, *work, rows);
}

template <int kRows>
inline void divide_by_totals(const RowSums& rows, float* out, int out_stride) {
  for (int r = 0; r < kRows; r++) {
    const F16 inverse = F16::set(1.0f / rows.total[r]);
    float* to = out + static_cast<int64_t>(r) * out_stride;
    for (int i = 0; i < kHeadWidth; i += kLanes) (F16::load(rows.sums[r] + i) * inverse).store(to + i);
  }
}

template <int kRows>
inline void attend_rows(const AttentionMemory& memory, const Activations& queries, int row, float* out,
                        int out_stride) {
  BlockWork work;
  RowSums rows;
  clear_sums<kRows>(&rows);
  for (int first = 0; first < memory.positions; first += kAttentionBlock) {
    score_block<kRows>(memory, queries, row, first, &rows, &work, 0, nullptr);
    add_block<kRows>(memory, first, &work, &rows);
  }
  divide_by_totals<kRows>(rows, out + static_cast<int64_t>(row) * out_stride, out_stride);
}

// `tiles` times kTileRows rows: block by block, so that its keys and values are in the first-level cache for all of
// them, and each tile's block is weighed and added behind the scores of the next.
constexpr int kMostTiles = 8;
inline void attend_tiles(const AttentionMemory& memory, const Activations& queries, int row, int tiles, float* out,
                         int out_stride) {
  BlockWork works[2];
  BlockWork* work = &works[0];
  RowSums rows[kMostTiles];
  for (int tile = 0; tile < tiles; tile++) clear_sums<kTileRows>(&rows[tile]);
  // What is scored and not yet added.
  BlockWork* last = nullptr;
  RowSums* last_rows = nullptr;
  int last_first = 0;
  for (int first = 0; first < memory.positions; first += kAttentionBlock) {
    for (int tile = 0; tile < tiles; tile++) {
      const bool weighs = kWeighsMeanwhile && last != nullptr && block_length(memory, last_first) == kAttentionBlock;
      score_block<kTileRows>(memory, queries, row + tile * kTileRows, first, &rows[tile], work, last_first,
                             weighs ? last : nullptr);
      if (last != nullptr) add_block<kTileRows>(memory, last_first, last, last_rows);
      last = work;
      last_rows = &rows[tile];
      last_first = first;
      work = work == &works[0] ? &works[1] : &works[0];
    }
  }
  if (last != nullptr) add_block<kTileRows>(memory, last_first, last, last_rows);
  for (int tile = 0; tile < tiles; tile++) {
    divide_by_totals<kTileRows>(rows[tile], out + static_cast<int64_t>(row + tile * kTileRows) * out_stride,
                                out_stride);
  }
}

void attend(const AttentionMemory& memory, const Activations& queries, float* out, int out_stride) {
  int row = 0;
  while (row + kTileRows <= queries.rows) {
    const int left = (queries.rows - row) / kTileRows;
    const int tiles = left < kMostTiles ? left : kMostTiles;
    attend_tiles(memory, queries, row, tiles, out, out_stride);
    row += tiles * kTileRows;
  }
  switch (queries.rows - row) {
    case 5: attend_rows<5>(memory, queries, row, out, out_stride); break;
    case 4: attend_rows<4>(memory, queries, row, out, out_stride); break;
    case 3: attend_rows<3>(memory, queries, row, out, out_stride); break;
    case 2: attend_rows<2>(memory, queries, row, out, out_stride); break;
    case 1: attend_rows<1>(memory, queries, row, out, out_stride); break;
    default: break;
  }
}
