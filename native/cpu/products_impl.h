// Products of int8 rows by packed weights; see kernels_impl.h for how this file is compiled.
//
// A tile is up to kTileRows rows by four groups of 16 outputs, whose sums stay in registers over all inputs.
// A group's outputs have one zero point, so that sum_k a[k] * (w[k] - zero) is a subtraction of one number.

// finish(row, n)(r, g, sums) for row `row` + r and the outputs from `n` + 16 g on, of each group of each row.
template <int kRows, int kGroups, int kAhead, typename Finish>
inline void run_tile(const Activations& a, const Weights& w, int row, int n, int64_t ahead, const Finish finish) {
  // Before the tile, and through memory: from an ordinary register a number takes long to get to all lanes, and so many
  // instructions between two tiles keep the processor from beginning the next.
  constexpr int kSpace = kRows > 2 ? 8 : kRows;
  int32_t sums_of_rows[kSpace] = {};
  __builtin_memcpy(sums_of_rows, a.sum + row, sizeof(int32_t) * kRows);
  int32_t offsets[kGroups][kSpace];
  for (int g = 0; g < kGroups; g++) {
    const int32_t zero = w.zero[n + g * kLanes];
    for (int r = 0; r < kSpace; r++) offsets[g][r] = product(zero, sums_of_rows[r]);
  }
  const int32_t* offset = offsets[0];
  KEEP_IN_MEMORY(offset);
  auto finish_from_here = finish(row, n);
  multiply_tile<kRows, kGroups, false, kAhead>(a.q + static_cast<int64_t>(row) * a.stride, a.stride,
                                               w.q + (n / kLanes) * w.group_stride, w.group_stride, 4 * kLanes,
                                               w.inputs, ahead, [&](int r, int g, const I16& sums) ALWAYS_INLINE {
                                                 finish_from_here(r, g, sums - I16::set(offset[g * kSpace + r]));
                                               });
}

template <int kGroups, int kAhead, typename Finish>
inline void run_rows(const Activations& a, const Weights& w, int row, int n, int64_t ahead, const Finish& finish) {
  switch (a.rows - row) {
    case 0: break;
    case 1: run_tile<1, kGroups, kAhead>(a, w, row, n, ahead, finish); break;
    case 2: run_tile<2, kGroups, kAhead>(a, w, row, n, ahead, finish); break;
    case 3: run_tile<3, kGroups, kAhead>(a, w, row, n, ahead, finish); break;
    case 4: run_tile<4, kGroups, kAhead>(a, w, row, n, ahead, finish); break;
    case 5: run_tile<5, kGroups, kAhead>(a, w, row, n, ahead, finish); break;
    default: run_tile<kTileRows, kGroups, kAhead>(a, w, row, n, ahead, finish); break;
  }
}

// run_rows with kAhead = share, which is at most kMost.
template <int kGroups, int kMost, typename Finish>
inline void run_asking(int share, const Activations& a, const Weights& w, int row, int n, int64_t ahead,
                       const Finish& finish) {
  if constexpr (kMost > 0) {
    if (share < kMost) return run_asking<kGroups, kMost - 1>(share, a, w, row, n, ahead, finish);
  }
  run_rows<kGroups, kMost>(a, w, row, n, ahead, finish);
}

// While a panel is multiplied the next one is asked for, its lines shared out among the tiles by their rows: memory is
// slow beside the products of few rows, and would be idle while those of the others are computed.
template <int kGroups, typename Finish>
inline void run_panel(const Activations& a, const Weights& w, int n, const Finish& finish) {
  // One or two rows read it line by line, and so can ask for just as much as is needed.
  int64_t ahead = a.rows <= 2 ? kFar : kGroups * w.group_stride;
  int left = kGroups;  // lines to ask for at each step, by all tiles together
  for (int row = 0; row < a.rows; row += kTileRows) {
    const int rows = a.rows - row;
    const int share = rows <= kTileRows ? left : (2 * left * kTileRows + rows) / (2 * rows);
    run_asking<kGroups, kGroups>(share, a, w, row, n, ahead, finish);
    left -= share;
    ahead += static_cast<int64_t>(share) * w.inputs * kLanes;
  }
}

template <typename Finish>
inline void run_product(const Activations& a, const Weights& w, int begin, int end, const Finish& finish) {
  int n = begin;
  for (; n + 4 * kLanes <= end; n += 4 * kLanes) run_panel<4>(a, w, n, finish);
  for (; n + 2 * kLanes <= end; n += 2 * kLanes) run_panel<2>(a, w, n, finish);
  for (; n < end; n += kLanes) run_panel<1>(a, w, n, finish);
}

template <bool kBias, bool kAdd>
inline void multiply_rows(const Activations& a, const Weights& w, int begin, int end, float* y, int64_t y_stride) {
  const float* row_scale = a.scale;
  const float* scale = w.scale;
  const float* bias = w.bias;
  run_product(a, w, begin, end, [=](int row, int n) ALWAYS_INLINE {
    const float* row_scale_here = row_scale + row;
    const float* scale_here = scale + n;
    const float* bias_here = kBias ? bias + n : nullptr;
    float* to = y + row * y_stride + n;
    F16 of_row = F16::set(0.0f);
    return [=](int r, int g, const I16& sums) mutable ALWAYS_INLINE {
      // Once a row: it would be read again after each store.
      if (g == 0) of_row = F16::set(row_scale_here[r]);
      float* at = to + r * y_stride + g * kLanes;
      const F16 factor = of_row * F16::load(scale_here + g * kLanes);
      F16 value = sums.to_float();
      if constexpr (kBias) {
        value = F16::fma(value, factor, F16::load(bias_here + g * kLanes));
      } else {
        value = value * factor;
      }
      if constexpr (kAdd) value = F16::load(at) + value;
      value.store(at);
    };
  });
}

void multiply(const Activations& a, const Weights& w, int begin, int end, bool add, float* y, int y_stride) {
  if (w.bias != nullptr) {
    add ? multiply_rows<true, true>(a, w, begin, end, y, y_stride)
        : multiply_rows<true, false>(a, w, begin, end, y, y_stride);
  } else {
    add ? multiply_rows<false, true>(a, w, begin, end, y, y_stride)
        : multiply_rows<false, false>(a, w, begin, end, y, y_stride);
  }
}

void multiply_exact(const Activations& a, const Weights& w, int begin, int end, int32_t* acc, int acc_stride) {
  run_product(a, w, begin, end, [=](int row, int n) ALWAYS_INLINE {
    int32_t* to = acc + static_cast<int64_t>(row) * acc_stride + n;
    return [=](int r, int g, const I16& sums)
               ALWAYS_INLINE { sums.store(to + static_cast<int64_t>(r) * acc_stride + g * kLanes); };
  });
}

void join_planes(const int32_t* high, const int32_t* low, float scale, const float* w_scale, int count, float* y) {
  for (int n = 0; n < count; n += kLanes) {
    I16::join(I16::load(high + n), I16::load(low + n), scale, F16::load(w_scale + n)).store(y + n);
  }
}
