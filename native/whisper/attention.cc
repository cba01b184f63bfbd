#include "whisper/attention.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

namespace tilescribe {
namespace {

// Positions whose values share the four bytes of a lane.
constexpr int kTogether = 4;
// Heads quantised at once; bounds the work space.
constexpr int kHeadsAtOnce = 8;

struct Rows {
  int8_t q[kTogether][kHeadsAtOnce][kHeadWidth];
  float scale[kTogether][kHeadsAtOnce];
};

void quantize(const Kernels& kernels, const float* x, int count, int stride, int heads, Rows* rows) {
  int32_t sums[kHeadsAtOnce];
  for (int r = 0; r < count; r++) {
    kernels.quantize(x + static_cast<int64_t>(r) * stride, heads, kHeadWidth, kHeadWidth, rows->q[r][0], kHeadWidth,
                     rows->scale[r], sums);
  }
}

// Keys [position / 16][64 / 4][16][4] with 128 added, four numbers at a time.
void store_key(const int8_t* q, int position, uint8_t* keys) {
  uint8_t* to = keys + static_cast<int64_t>(position / kLanes) * kHeadWidth * kLanes + (position % kLanes) * 4;
  for (int i = 0; i < kHeadWidth; i += 4) {
    uint32_t four;
    std::memcpy(&four, q + i, sizeof four);
    four ^= 0x80808080u;
    std::memcpy(to + i * kLanes, &four, sizeof four);
  }
}

}  // namespace

size_t KeyValues::bytes(int heads, int capacity) {
  const size_t positions = static_cast<size_t>(round_up(capacity, kLanes));
  return static_cast<size_t>(heads) * positions * (2 * kHeadWidth + 3 * sizeof(float));
}

KeyValues::KeyValues(int heads, int capacity, uint8_t* memory)
    : heads_(heads), capacity_(round_up(capacity, kLanes)), memory_(memory) {}

void KeyValues::store(const Kernels& kernels, Range heads, int position, int count, const float* keys,
                      const float* values, int stride) {
  Rows k, v;
  for (int first = heads.begin; first < heads.end; first += kHeadsAtOnce) {
    const int some = std::min(kHeadsAtOnce, heads.end - first);
    for (int done = 0; done < count;) {
      const int at = position + done;
      const int rows = std::min(count - done, kTogether - at % kTogether);
      const int64_t offset = static_cast<int64_t>(done) * stride + first * kHeadWidth;
      quantize(kernels, keys + offset, rows, stride, some, &k);
      quantize(kernels, values + offset, rows, stride, some, &v);
      for (int h = 0; h < some; h++) {
        float* scale = floats(first + h) + at;
        int8_t* to = this->values(first + h) + static_cast<int64_t>(at / kTogether) * kTogether * kHeadWidth;
        for (int r = 0; r < rows; r++) {
          store_key(k.q[r][h], at + r, this->keys(first + h));
          // A row of zeros has no scale of its own.
          const float size = v.scale[r][h] > 0.0f ? v.scale[r][h] : 1.0f;
          scale[r] = k.scale[r][h];
          scale[capacity_ + r] = std::log2(size);
          scale[2 * capacity_ + r] = 1.0f / size;
        }
        if (rows == kTogether) {
          for (int i = 0; i < kHeadWidth; i++) {
            for (int r = 0; r < kTogether; r++) to[i * kTogether + r] = v.q[r][h][i];
          }
        } else {
          for (int r = 0; r < rows; r++) {
            for (int i = 0; i < kHeadWidth; i++) to[i * kTogether + (at + r) % kTogether] = v.q[r][h][i];
          }
        }
      }
      done += rows;
    }
  }
}

void KeyValues::put(int head, int position, const int8_t* key, const int8_t* value, const float* scales) {
  store_key(key, position, keys(head));
  int8_t* to = values(head) + static_cast<int64_t>(position / kTogether) * kTogether * kHeadWidth;
  for (int i = 0; i < kHeadWidth; i++) to[i * kTogether + position % kTogether] = value[i];
  for (int i = 0; i < 3; i++) floats(head)[i * capacity_ + position] = scales[i];
}

AttentionMemory KeyValues::head(int head, int positions) const {
  const float* scale = floats(head);
  return {keys(head), values(head), scale, scale + capacity_, scale + 2 * capacity_, positions};
}

void KeyValues::copy_from(const KeyValues& other, int count) {
  const size_t padded = static_cast<size_t>(round_up(count, kLanes));
  for (int head = 0; head < heads_; head++) {
    std::memcpy(keys(head), other.keys(head), padded * kHeadWidth);
    std::memcpy(values(head), other.values(head), padded * kHeadWidth);
    for (int i = 0; i < 3; i++) {
      std::memcpy(floats(head) + i * capacity_, other.floats(head) + i * capacity_, padded * sizeof(float));
    }
  }
}

LayerMemory::LayerMemory(const Config& config, int capacity)
    : memory_(KeyValues::bytes(config.heads, capacity) * static_cast<size_t>(config.decoder_layers)) {
  const size_t layer_bytes = KeyValues::bytes(config.heads, capacity);
  for (size_t i = 0; i < static_cast<size_t>(config.decoder_layers); i++) {
    layers.emplace_back(config.heads, capacity, memory_.data() + i * layer_bytes);
  }
  renew_stamp();
}

void LayerMemory::renew_stamp() {
  static std::atomic<uint64_t> last{0};
  stamp_ = ++last;
}

Queries::Queries(int rows)
    : q_(static_cast<size_t>(rows) * kHeadWidth), scale_(static_cast<size_t>(rows)), sum_(static_cast<size_t>(rows)) {}

Activations Queries::quantize(const Kernels& kernels, const float* query, int rows, int stride) {
  kernels.quantize(query, rows, kHeadWidth, stride, q_.data(), kHeadWidth, scale_.data(), sum_.data());
  for (int r = 0; r < rows; r++) scale_[static_cast<size_t>(r)] *= kQueryFactor;
  return {q_.data(), scale_.data(), sum_.data(), rows, kHeadWidth};
}

}  // namespace tilescribe
