#include "whisper/encoder.h"

#include <algorithm>
#include <cstring>

namespace tilescribe {
namespace {

// A multiple of the product's 6 rows and of the 16 positions that share a line of keys.
constexpr int kBlock = 48;
constexpr int kPaddedFrames = kWindowFrames + 2;
// What a block is a multiple of: the positions that share a line of keys.
constexpr int kSharedPositions = 16;

}  // namespace

// Work space of one thread.
struct Encoder::Scratch {
  explicit Scratch(int width)
      : q(static_cast<size_t>(kBlock) * 4 * width),
        scale(kBlock),
        sum(kBlock),
        normal(static_cast<size_t>(kBlock) * width),
        wide(static_cast<size_t>(kBlock) * 4 * width) {}

  Activations quantize(const Kernels& kernels, const float* x, int rows, int columns, int stride) {
    kernels.quantize(x, rows, columns, stride, q.data(), columns, scale.data(), sum.data());
    return {q.data(), scale.data(), sum.data(), rows, columns};
  }

  std::vector<int8_t> q;
  std::vector<float> scale;
  std::vector<int32_t> sum;
  std::vector<float> normal;
  std::vector<float> wide;
};

Encoder::Encoder(const Model& model, const Kernels& kernels, ThreadPool& pool)
    : model_(model),
      kernels_(kernels),
      pool_(pool),
      frames_(static_cast<size_t>(kPaddedFrames) * kMelBins, 0.0f),
      convolved_(static_cast<size_t>(kPaddedFrames) * model.config.width, 0.0f),
      x_(static_cast<size_t>(kAudioContext) * model.config.width),
      normal_(x_.size()),
      query_(x_.size()),
      query_scale_(static_cast<size_t>(model.config.heads) * kAudioContext),
      query_sum_(query_scale_.size()),
      attended_(x_.size()),
      layer_memory_(KeyValues::bytes(model.config.heads, kAudioContext)),
      layer_(model.config.heads, kAudioContext, layer_memory_.data()) {
  for (int i = 0; i < pool.threads(); i++) scratch_.push_back(std::make_unique<Scratch>(model.config.width));
}

Encoder::~Encoder() = default;

std::unique_ptr<WindowMemory> Encoder::encode(const float* mel, int positions, const std::atomic<bool>& cancelled,
                                              Timings* timings) {
  cancelled_ = &cancelled;
  const int blocks = count_blocks(positions);
  std::unique_ptr<WindowMemory> memory = std::move(spare_);
  if (!memory || memory->positions != positions) memory = std::make_unique<WindowMemory>(model_.config, positions);
  const int layers = model_.config.encoder_layers;
  pool_.run([&](int thread) {
    const bool first = thread == 0;
    {
      Timed timed(timings->at(Part::kEncoder, 0, Operation::kConvolution), first);
      convolve(mel, thread, positions);
    }
    for (int i = 0; i < layers; i++) {
      const EncoderLayer& layer = model_.encoder[static_cast<size_t>(i)];
      {
        Timed timed(timings->at(Part::kEncoder, i, Operation::kSelfAttention), first);
        project(layer, thread, positions);
        pool_.barrier();
        attend(thread, positions);
        pool_.barrier();
      }
      Timed timed(timings->at(Part::kEncoder, i, Operation::kFeedForward), first);
      if (first) pool_.reset_counter();
      pool_.barrier();
      for (int block = next(thread, blocks); block < blocks; block = next(thread, blocks)) {
        const Range rows = block_rows(positions, block);
        feed_forward(layer, *scratch_[static_cast<size_t>(thread)], rows.begin, rows.end);
      }
      pool_.barrier();
    }
    Timed timed(timings->at(Part::kEncoder, 0, Operation::kCrossAttention), first);
    remember(memory.get(), thread, positions);
  });
  return cancelled.load(std::memory_order_relaxed) ? nullptr : std::move(memory);
}

int Encoder::count_blocks(int positions) const { return round_up((positions + kBlock - 1) / kBlock, pool_.threads()); }

Range Encoder::block_rows(int positions, int block) const {
  return split_range(positions, kSharedPositions, block, count_blocks(positions));
}

void Encoder::convolve(const float* mel, int thread, int positions) {
  Scratch& scratch = *scratch_[static_cast<size_t>(thread)];
  const int width = model_.config.width;
  const int frames = 2 * positions;
  // The window ends with `positions`: the frame after its last is silence, as after a whole window.
  const Range mine = split_range(frames, kBlock, thread, pool_.threads());
  for (int frame = mine.begin; frame < mine.end; frame++) {
    for (int bin = 0; bin < kMelBins; bin++) {
      frames_[static_cast<size_t>(frame + 1) * kMelBins + static_cast<size_t>(bin)] = mel[bin * kWindowFrames + frame];
    }
  }
  if (thread == 0) std::fill_n(frames_.begin() + static_cast<int64_t>(frames + 1) * kMelBins, kMelBins, 0.0f);
  pool_.barrier();

  // Three neighbouring frames are 240 consecutive numbers: the row of output t begins at padded frame t.
  for (int begin = mine.begin; begin < mine.end; begin += kBlock) {
    const int rows = std::min(kBlock, mine.end - begin);
    const Activations a = scratch.quantize(kernels_, frames_.data() + static_cast<int64_t>(begin) * kMelBins, rows,
                                           3 * kMelBins, kMelBins);
    float* to = convolved_.data() + static_cast<int64_t>(begin + 1) * width;
    kernels_.multiply(a, model_.conv1, 0, width, false, to, width);
    kernels_.gelu(to, rows * width);
  }
  pool_.barrier();

  const Range half = split_range(positions, kBlock, thread, pool_.threads());
  for (int begin = half.begin; begin < half.end; begin += kBlock) {
    const int rows = std::min(kBlock, half.end - begin);
    const Activations a = scratch.quantize(kernels_, convolved_.data() + static_cast<int64_t>(begin) * 2 * width, rows,
                                           3 * width, 2 * width);
    float* to = x_.data() + static_cast<int64_t>(begin) * width;
    kernels_.multiply(a, model_.conv2, 0, width, false, to, width);
    kernels_.gelu(to, rows * width);
    const float* positions_at = model_.encoder_positions + static_cast<int64_t>(begin) * width;
    for (int i = 0; i < rows * width; i++) to[i] += positions_at[i];
  }
  if (thread == 0) pool_.reset_counter();
  pool_.barrier();
}

// Queries to query_, keys and values to layer_.
void Encoder::project(const EncoderLayer& layer, int thread, int positions) {
  Scratch& scratch = *scratch_[static_cast<size_t>(thread)];
  const int width = model_.config.width;
  const int heads = model_.config.heads;
  if (thread == 0) pool_.reset_counter();
  pool_.barrier();
  const int blocks = count_blocks(positions);
  for (int block = next(thread, blocks); block < blocks; block = next(thread, blocks)) {
    const auto [begin, end] = block_rows(positions, block);
    const int rows = end - begin;
    kernels_.layer_norm(x_.data() + static_cast<int64_t>(begin) * width, rows, width, layer.attention_norm.gain,
                        layer.attention_norm.bias, scratch.normal.data());
    const Activations a = scratch.quantize(kernels_, scratch.normal.data(), rows, width, width);
    const float* wide = scratch.wide.data();
    kernels_.multiply(a, layer.qkv, 0, 3 * width, false, scratch.wide.data(), 3 * width);
    layer_.store(kernels_, {0, heads}, begin, rows, wide + width, wide + 2 * width, 3 * width);
    for (int r = 0; r < rows; r++) {
      float* scale = scratch.scale.data();
      int32_t* sum = scratch.sum.data();
      kernels_.quantize(wide + static_cast<int64_t>(r) * 3 * width, heads, kHeadWidth, kHeadWidth,
                        query_.data() + static_cast<int64_t>(begin + r) * width, kHeadWidth, scale, sum);
      for (int head = 0; head < heads; head++) {
        const size_t at = static_cast<size_t>(head * kAudioContext + begin + r);
        query_scale_[at] = scale[head] * kQueryFactor;
        query_sum_[at] = sum[head];
      }
    }
  }
}

void Encoder::attend(int thread, int positions) {
  const int width = model_.config.width;
  const int heads = model_.config.heads;
  if (thread == 0) pool_.reset_counter();
  pool_.barrier();
  // A thread's share is its blocks by all heads, one head after the other.
  const int blocks = count_blocks(positions) / pool_.threads();
  const int share = blocks * heads;
  const int items = share * pool_.threads();
  for (int item = next(thread, items); item < items; item = next(thread, items)) {
    const int head = item % share / blocks;
    const auto [begin, end] = block_rows(positions, item / share * blocks + item % blocks);
    const int64_t at = static_cast<int64_t>(begin) * width + head * kHeadWidth;
    const int first = head * kAudioContext + begin;
    const Activations queries{query_.data() + at, query_scale_.data() + first, query_sum_.data() + first, end - begin,
                              width};
    kernels_.attend(layer_.head(head, positions), queries, attended_.data() + at, width);
  }
}

// Attention's output projection, then the feed-forward network, for rows [begin, end).
void Encoder::feed_forward(const EncoderLayer& layer, Scratch& scratch, int begin, int end) {
  const int width = model_.config.width;
  const int rows = end - begin;
  float* x = x_.data() + static_cast<int64_t>(begin) * width;
  const Activations attended =
      scratch.quantize(kernels_, attended_.data() + static_cast<int64_t>(begin) * width, rows, width, width);
  kernels_.multiply(attended, layer.attention_out, 0, width, true, x, width);

  kernels_.layer_norm(x, rows, width, layer.feed_forward_norm.gain, layer.feed_forward_norm.bias,
                      scratch.normal.data());
  const Activations normal = scratch.quantize(kernels_, scratch.normal.data(), rows, width, width);
  kernels_.multiply(normal, layer.up, 0, 4 * width, false, scratch.wide.data(), 4 * width);
  kernels_.gelu(scratch.wide.data(), rows * 4 * width);
  const Activations wide = scratch.quantize(kernels_, scratch.wide.data(), rows, 4 * width, 4 * width);
  kernels_.multiply(wide, layer.down, 0, width, true, x, width);
}

// The final norm, and every decoder layer's keys and values of it.
void Encoder::remember(WindowMemory* memory, int thread, int positions) {
  Scratch& scratch = *scratch_[static_cast<size_t>(thread)];
  const int width = model_.config.width;
  if (thread == 0) pool_.reset_counter();
  pool_.barrier();
  const int blocks = count_blocks(positions);
  for (int block = next(thread, blocks); block < blocks; block = next(thread, blocks)) {
    const auto [begin, end] = block_rows(positions, block);
    const int rows = end - begin;
    float* normal = normal_.data() + static_cast<int64_t>(begin) * width;
    kernels_.layer_norm(x_.data() + static_cast<int64_t>(begin) * width, rows, width, model_.encoder_norm.gain,
                        model_.encoder_norm.bias, normal);
    const Activations a = scratch.quantize(kernels_, normal, rows, width, width);
    for (size_t layer = 0; layer < model_.decoder.size(); layer++) {
      kernels_.multiply(a, model_.decoder[layer].cross_key_value, 0, 2 * width, false, scratch.wide.data(), 2 * width);
      memory->layers[layer].store(kernels_, {0, model_.config.heads}, begin, rows, scratch.wide.data(),
                                  scratch.wide.data() + width, 2 * width);
    }
  }
}

}  // namespace tilescribe
