#include "whisper/attention.h"

#include <cstring>

namespace tilescribe {
namespace {

constexpr int kZero = 128;

// One zero point for every key and value.
const int32_t* zeros() {
  static const std::vector<int32_t> all(kAudioContext + kLanes, kZero);
  return all.data();
}

struct Row {
  float scale;
  int8_t q[kHeadWidth];
};

Row quantize_row(const Kernels& kernels, const float* x) {
  Row row;
  int32_t sum;
  kernels.quantize(x, 1, kHeadWidth, kHeadWidth, row.q, kHeadWidth, &row.scale, &sum);
  return row;
}

}  // namespace

KeyValues::KeyValues(int heads, int capacity)
    : heads_(heads),
      capacity_(round_up(capacity, kLanes)),
      keys_(static_cast<size_t>(heads) * capacity_ * kHeadWidth, kZero),
      values_(static_cast<size_t>(heads) * capacity_ * kHeadWidth, kZero),
      key_scale_(static_cast<size_t>(heads) * capacity_, 0.0f),
      value_scale_(static_cast<size_t>(heads) * capacity_, 0.0f) {}

void KeyValues::store(const Kernels& kernels, int head, int position, const float* key, const float* value) {
  const int64_t slot = static_cast<int64_t>(head) * capacity_ + position;
  const Row k = quantize_row(kernels, key);
  key_scale_[static_cast<size_t>(slot)] = k.scale;
  // [position / 16][64 / 4][16][4]
  uint8_t* to = keys_.data() + head_size() * head + static_cast<int64_t>(position / kLanes) * kHeadWidth * kLanes +
                (position % kLanes) * 4;
  for (int i = 0; i < kHeadWidth; i++) to[(i / 4) * 4 * kLanes + i % 4] = static_cast<uint8_t>(k.q[i] + kZero);

  const Row v = quantize_row(kernels, value);
  value_scale_[static_cast<size_t>(slot)] = v.scale;
  // [64 / 16][capacity / 4][16][4]
  to = values_.data() + head_size() * head + static_cast<int64_t>(position / 4) * 4 * kLanes + position % 4;
  for (int i = 0; i < kHeadWidth; i++) {
    to[static_cast<int64_t>(i / kLanes) * capacity_ * kLanes + (i % kLanes) * 4] = static_cast<uint8_t>(v.q[i] + kZero);
  }
}

Weights KeyValues::keys(int head, int positions) const {
  Weights w;
  w.q = keys_.data() + head_size() * head;
  w.scale = key_scale_.data() + static_cast<int64_t>(head) * capacity_;
  w.zero = zeros();
  w.outputs = round_up(positions, kLanes);
  w.inputs = kHeadWidth;
  w.group_stride = kHeadWidth * kLanes;
  return w;
}

Weights KeyValues::values(int head, int positions) const {
  Weights w;
  w.q = values_.data() + head_size() * head;
  w.zero = zeros();
  w.outputs = kHeadWidth;
  w.inputs = round_up(positions, kLanes);
  w.group_stride = static_cast<int64_t>(capacity_) * kLanes;
  return w;
}

void KeyValues::copy_from(const KeyValues& other, int count) {
  const int padded = round_up(count, kLanes);
  for (int head = 0; head < heads_; head++) {
    const size_t bytes = static_cast<size_t>(padded) * kHeadWidth;
    std::memcpy(keys_.data() + head_size() * head, other.keys_.data() + head_size() * head, bytes);
    for (int group = 0; group < kHeadWidth / kLanes; group++) {
      const int64_t from = head_size() * head + static_cast<int64_t>(group) * capacity_ * kLanes;
      std::memcpy(values_.data() + from, other.values_.data() + from, static_cast<size_t>(padded) * kLanes);
    }
    const int64_t slot = static_cast<int64_t>(head) * capacity_;
    std::memcpy(key_scale_.data() + slot, other.key_scale_.data() + slot, sizeof(float) * static_cast<size_t>(padded));
    std::memcpy(value_scale_.data() + slot, other.value_scale_.data() + slot,
                sizeof(float) * static_cast<size_t>(padded));
  }
}

AttentionScratch::AttentionScratch(int rows, int positions)
    : stride_(round_up(positions, kLanes)),
      query_(static_cast<size_t>(rows) * kHeadWidth),
      query_scale_(static_cast<size_t>(rows)),
      query_sum_(static_cast<size_t>(rows)),
      scores_(static_cast<size_t>(rows) * stride_),
      sums_(static_cast<size_t>(rows)),
      planes_(static_cast<size_t>(rows) * 2 * stride_),
      plane_scale_(static_cast<size_t>(rows)),
      plane_sum_(static_cast<size_t>(rows) * 2),
      products_(static_cast<size_t>(rows) * 2 * kHeadWidth) {}

void AttentionScratch::attend(const Kernels& kernels, const KeyValues& memory, int head, int positions,
                              const float* query, int rows, int query_stride, float* out, int out_stride) {
  kernels.quantize(query, rows, kHeadWidth, query_stride, query_.data(), kHeadWidth, query_scale_.data(),
                   query_sum_.data());
  // The scores are divided by sqrt(64), exactly, in the queries' scales.
  for (int r = 0; r < rows; r++) query_scale_[static_cast<size_t>(r)] *= 0.125f;
  const Activations q{query_.data(), query_scale_.data(), query_sum_.data(), rows, kHeadWidth};
  const Weights keys = memory.keys(head, positions);
  const int padded = keys.outputs;
  kernels.multiply(q, keys, 0, padded, false, scores_.data(), padded);
  kernels.exponentials(scores_.data(), rows, padded, positions, sums_.data());
  kernels.quantize_planes(scores_.data(), rows, padded, positions, memory.value_scales(head), planes_.data(), padded,
                          plane_scale_.data(), plane_sum_.data());

  const Activations planes{planes_.data(), nullptr, plane_sum_.data(), 2 * rows, padded};
  kernels.multiply_exact(planes, memory.values(head, positions), 0, kHeadWidth, products_.data(), kHeadWidth);
  for (int r = 0; r < rows; r++) {
    const int32_t* high = products_.data() + static_cast<int64_t>(r) * kHeadWidth;
    const int32_t* low = products_.data() + static_cast<int64_t>(rows + r) * kHeadWidth;
    const float factor = plane_scale_[static_cast<size_t>(r)] / sums_[static_cast<size_t>(r)];
    float* to = out + static_cast<int64_t>(r) * out_stride;
    // |high| <= 127 * 127 * 1504 < 2^25: times 128 needs more than 32 bits.
    for (int i = 0; i < kHeadWidth; i++) {
      to[i] = static_cast<float>(static_cast<int64_t>(high[i]) * 128 + low[i]) * factor;
    }
  }
}

}  // namespace tilescribe
