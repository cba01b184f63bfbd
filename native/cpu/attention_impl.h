// Attention of one head with online softmax (M. Milakov and N. Gimelshein, Online normalizer calculation for
// softmax, arXiv:1805.02867; by blocks as in T. Dao et al., FlashAttention, arXiv:2205.14135), in integers; see
// kernels_impl.h for how this file is compiled.
//
// For each block of kAttentionBlock positions: scores, as binary logarithms of the weights times their values'
// scales; their maximum; the weights as bytes, 255 being the largest; their products with the values. Sums and
// products so far are brought to the new maximum. Nothing but 6 rows of a block ever lies in memory.

// Lower than any score; its weight is 0.
constexpr float kNever = -1e30f;

// 2^x for x <= 8 to 8e-5, a fortieth of a step of 8 bits: minimax polynomial of degree 3 on [-1/2, 1/2] (Remez,
// relative error). Below -100 the result is that of -100.
template <typename V>
inline V power_of_two(V x) {
  x = V::max(x, V::set(-100.0f));
  const V n = V::round_half_even(x);
  const V r = x - n;
  V p = V::set(0.05517166907f);
  p = V::fma(p, r, V::set(0.2426111222f));
  p = V::fma(p, r, V::set(0.6932609855f));
  p = V::fma(p, r, V::set(0.9999280735f));
  return V::scale(p, n);
}

// How many lines are asked for at each step. Few rows read each byte but once, so that memory sets the pace; the
// encoder's many find all in the cache. Asked for is what comes next: with a block's keys its values, with those the
// keys of the next block, or of what is attended to after this.
template <int kRows, int kGroups>
constexpr int kAhead = kRows < kTileRows ? kGroups : 0;

// What a block of positions adds to the sums of up to kTileRows rows.
struct AttentionRows {
  alignas(64) float scores[kTileRows][kAttentionBlock];
  alignas(64) uint8_t weights[kTileRows][kAttentionBlock];
  alignas(64) float top[kTileRows][kLanes];  // lane by lane
  alignas(64) float sums[kTileRows][kHeadWidth];
  // One row a lane.
  alignas(64) float highest[kLanes];
  alignas(64) float block_highest[kLanes];
  alignas(64) float total[kLanes];
  alignas(64) float block_total[kLanes];
  // What the scores' products have too much, because keys are stored with 128 added.
  int32_t offsets[kTileRows];
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

// Scores of the groups from position `at` of the block on, which is position `first` + `at`.
template <int kRows, int kGroups>
inline void score_tile(const AttentionMemory& memory, const Activations& queries, int row, int first, int at,
                       AttentionRows* work) {
  const int position = first + at;
  const int left = memory.positions - position;
  const uint8_t* keys = memory.keys + static_cast<int64_t>(position) * kHeadWidth;
  const float* key_scale = memory.key_scale + position;
  const float* value_log2 = memory.value_log2 + position;
  const float* scale = queries.scale + row;
  const int32_t* offsets = work->offsets;
  float* scores = work->scores[0] + at;
  float* tops = work->top[0];
  // Of the row under way.
  F16 factor, top;
  multiply_tile<kRows, kGroups, false, kAhead<kRows, kGroups>>(
      queries.q + static_cast<int64_t>(row) * queries.stride, queries.stride, keys, kHeadWidth * kLanes, 4 * kLanes,
      kHeadWidth, distance(memory.keys, memory.values),
      [=, &factor, &top](int r, int g, const I16& sums) ALWAYS_INLINE {
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
      });
}

// The weights of row r as bytes, and their sum in units of a byte's step without the values' scales.
inline void weigh(const AttentionMemory& memory, int first, int count, int r, AttentionRows* work) {
  const F16 shift = F16::set(work->block_highest[r] - 7.99435344f);  // log2(255)
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
  work->block_total[r] = F16::reduce_add(total);
}

// sums = sums * before + weights . values * now
template <int kRows>
inline void add_values(const AttentionMemory& memory, int first, int count, const float* before, const float* now,
                       AttentionRows* work) {
  const int8_t* values = memory.values + static_cast<int64_t>(first) * kHeadWidth;
  float* sums = work->sums[0];
  const Ahead ahead = block_after(memory, first);
  const int64_t far = distance(values, ahead.memory->keys + static_cast<int64_t>(ahead.first) * kHeadWidth);
  multiply_tile<kRows, 4, true, kAhead<kRows, 4>>(
      &work->weights[0][0], kAttentionBlock, values, 4 * kLanes, 4 * kHeadWidth, (count + 3) / 4 * 4, far,
      [=](int r, int g, const I16& products) ALWAYS_INLINE {
        float* to = sums + r * kHeadWidth + g * kLanes;
        F16::fma(F16::load(to), F16::set(before[r]), products.to_float() * F16::set(now[r])).store(to);
      });
}

template <int kRows>
inline void attend_rows(const AttentionMemory& memory, const Activations& queries, int row, float* out,
                        int out_stride) {
  AttentionRows work;
  for (int r = 0; r < kRows; r++) {
    for (int i = 0; i < kHeadWidth; i += kLanes) F16::set(0.0f).store(work.sums[r] + i);
    work.offsets[r] = product(128, queries.sum[row + r]);
  }
  F16::set(0.0f).store(work.total);
  F16::set(0.0f).store(work.block_total);
  F16::set(kNever).store(work.highest);
  F16::set(kNever).store(work.block_highest);
  for (int first = 0; first < memory.positions; first += kAttentionBlock) {
    const int left = memory.positions - first;
    const int count = left < kAttentionBlock ? left : kAttentionBlock;
    for (int r = 0; r < kRows; r++) F16::set(kNever).store(work.top[r]);
    int at = 0;
    for (; at + 4 * kLanes <= count; at += 4 * kLanes) {
      score_tile<kRows, 4>(memory, queries, row, first, at, &work);
    }
    if (at + kLanes < count) {
      score_tile<kRows, 2>(memory, queries, row, first, at, &work);
      at += 2 * kLanes;
    }
    for (; at < count; at += kLanes) score_tile<kRows, 1>(memory, queries, row, first, at, &work);
    for (int r = 0; r < kRows; r++) work.block_highest[r] = F16::reduce_max(F16::load(work.top[r]));

    const F16 highest = F16::max(F16::load(work.highest), F16::load(work.block_highest));
    const F16 before = power_of_two(F16::load(work.highest) - highest);
    const F16 now = power_of_two(F16::load(work.block_highest) - highest);
    highest.store(work.highest);
    if constexpr (kRows < kTileRows) ask_for_scales(block_after(memory, first));
    for (int r = 0; r < kRows; r++) weigh(memory, first, count, r, &work);
    F16::fma(F16::load(work.total), before, F16::load(work.block_total) * now).store(work.total);
    alignas(64) float factors[2][kLanes];
    before.store(factors[0]);
    now.store(factors[1]);
    add_values<kRows>(memory, first, count, factors[0], factors[1], &work);
  }
  for (int r = 0; r < kRows; r++) {
    const F16 inverse = F16::set(1.0f / work.total[r]);
    float* to = out + static_cast<int64_t>(row + r) * out_stride;
    for (int i = 0; i < kHeadWidth; i += kLanes) (F16::load(work.sums[r] + i) * inverse).store(to + i);
  }
}

void attend(const AttentionMemory& memory, const Activations& queries, float* out, int out_stride) {
  int row = 0;
  for (; row + kTileRows <= queries.rows; row += kTileRows) {
    attend_rows<kTileRows>(memory, queries, row, out, out_stride);
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
