#include "whisper/decoder.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace tilescribe {
namespace {

// q of one token's input k in the layout n16k4.
int weight_at(const Weights& w, int token, int k) {
  return w.q[(token / kLanes) * w.group_stride + (k / 4) * 4 * kLanes + (token % kLanes) * 4 + k % 4];
}

// Sums of squares of the weights of sixteen tokens from `token` on. Line by line as they lie, and in 32 bits, which
// hold 255 * 255 * 2048: all of the vocabulary is read at every start.
void sum_squares(const Weights& w, int token, int32_t (&squares)[kLanes]) {
  int32_t sums[4 * kLanes] = {};
  const uint8_t* line = w.q + token / kLanes * w.group_stride;
  const int zero = w.zero[token];
  for (int k = 0; k < w.inputs; k += 4, line += 4 * kLanes) {
    for (int i = 0; i < 4 * kLanes; i++) sums[i] += (line[i] - zero) * (line[i] - zero);
  }
  for (int i = 0; i < kLanes; i++) squares[i] = sums[4 * i] + sums[4 * i + 1] + sums[4 * i + 2] + sums[4 * i + 3];
}

// Rows [first, first + returned) share text memory (a prompt), or window memory (for cross-attention).
template <typename Same>
int count_run(const DecoderRow* rows, int count, int first, Same same) {
  int end = first + 1;
  while (end < count && same(rows[first], rows[end])) end++;
  return end - first;
}

// h ~ scale * (127 * high + low) with |low| <= 63, 15 bits; and the norm of what is left.
struct Planes {
  float scale;
  int32_t high_sum;
  int32_t low_sum;
  double residual;
};
Planes split_planes(const Kernels& kernels, const float* hidden, int width, int8_t* high, int8_t* low) {
  const float largest = std::max(kernels.maximum(hidden, width), -*std::min_element(hidden, hidden + width));
  Planes planes{largest > 0.0f ? largest / 16128.0f : 1.0f, 0, 0, 0};
  for (int k = 0; k < width; k++) {
    const int value = static_cast<int>(std::nearbyint(hidden[k] / planes.scale));
    const int upper = static_cast<int>(std::nearbyint(value / 127.0));
    high[k] = static_cast<int8_t>(upper);
    low[k] = static_cast<int8_t>(value - 127 * upper);
    planes.high_sum += high[k];
    planes.low_sum += low[k];
    const double left = static_cast<double>(hidden[k]) - static_cast<double>(planes.scale) * value;
    planes.residual += left * left;
  }
  planes.residual = std::sqrt(planes.residual);
  return planes;
}

// Queries of one head at once; bounds the work space.
constexpr int kQueryRows = 48;

}  // namespace

void TextMemory::copy_from(const TextMemory& other) {
  renew_stamp();
  length = other.length;
  for (size_t i = 0; i < layers.size(); i++) layers[i].copy_from(other.layers[i], length);
}

void TextMemory::clear() {
  renew_stamp();
  length = 0;
}

void embed_token(const Model& model, int token, int position, float* x) {
  const int width = model.config.width;
  const float scale = model.tokens.scale[token];
  const int zero = model.tokens.zero[token];
  const float* from = model.decoder_positions + static_cast<int64_t>(position) * width;
  for (int k = 0; k < width; k++) {
    x[k] = static_cast<float>(weight_at(model.tokens, token, k) - zero) * scale + from[k];
  }
}

// Work space of one thread. `q` holds a whole set of rows, or two planes of the hidden states.
struct Decoder::Scratch {
  explicit Scratch(int width)
      : normal(static_cast<size_t>(kMaxRows) * width),
        q(static_cast<size_t>(kMaxRows) * 4 * width),
        scale(2 * kMaxRows),
        sum(2 * kMaxRows),
        queries(kQueryRows) {}

  Activations quantize(const Kernels& kernels, const float* x, int rows, int columns) {
    kernels.quantize(x, rows, columns, columns, q.data(), columns, scale.data(), sum.data());
    return {q.data(), scale.data(), sum.data(), rows, columns};
  }

  std::vector<float> normal;
  std::vector<int8_t> q;
  std::vector<float> scale;
  std::vector<int32_t> sum;
  std::vector<int32_t> products;
  Queries queries;
};

Decoder::Decoder(const Model& model, const Kernels& kernels, ThreadPool& pool)
    : model_(model),
      kernels_(kernels),
      pool_(pool),
      token_norm_(static_cast<size_t>(model.tokens.outputs)),
      x_(static_cast<size_t>(kMaxRows) * model.config.width),
      wide_(static_cast<size_t>(kMaxRows) * 4 * model.config.width),
      attended_(static_cast<size_t>(kMaxRows) * model.config.width) {
  for (int i = 0; i < pool.threads(); i++) scratch_.push_back(std::make_unique<Scratch>(model.config.width));
  pool.run([&](int thread) {
    const Range mine = split_range(model.tokens.outputs, kLanes, thread, pool.threads());
    for (int token = mine.begin; token < mine.end; token += kLanes) {
      int32_t squares[kLanes];
      sum_squares(model.tokens, token, squares);
      for (int i = 0; i < kLanes; i++) {
        const double norm = std::sqrt(static_cast<double>(squares[i])) * std::fabs(model.tokens.scale[token + i]);
        token_norm_[static_cast<size_t>(token + i)] = static_cast<float>(norm * (1 + 1e-6));
      }
    }
  });
  largest_norm_ = *std::max_element(token_norm_.begin(), token_norm_.end());
}

Decoder::~Decoder() = default;

void Decoder::forward(const DecoderRow* rows, int count, Timings* timings, CrossQueries* queries) {
  const int wanted =
      static_cast<int>(std::count_if(rows, rows + count, [](const DecoderRow& r) { return r.wants_logits; }));
  make_room(wanted);
  pool_.run([&](int thread) {
    const bool first = thread == 0;
    embed(rows, count, thread);
    for (int layer = 0; layer < model_.config.decoder_layers; layer++) {
      {
        Timed timed(timings->at(Part::kDecoder, layer, Operation::kSelfAttention), first);
        self_attention(rows, count, layer, thread);
      }
      {
        Timed timed(timings->at(Part::kDecoder, layer, Operation::kCrossAttention), first);
        cross_attention(rows, count, layer, thread, queries);
      }
      Timed timed(timings->at(Part::kDecoder, layer, Operation::kFeedForward), first);
      feed_forward(count, layer, thread);
    }
    Timed timed(timings->at(Part::kDecoder, 0, Operation::kVocabulary), first);
    project(rows, count, thread);
  });
  for (int r = 0; r < count; r++) rows[r].text->length = std::max(rows[r].text->length, rows[r].position + 1);
}

void Decoder::make_room(int wanted) {
  const size_t logits = static_cast<size_t>(wanted) * static_cast<size_t>(model_.tokens.outputs);
  if (logits_.size() < logits) logits_.resize(logits);
  hidden_.resize(static_cast<size_t>(wanted) * static_cast<size_t>(model_.config.width));
  residual_.assign(static_cast<size_t>(wanted), 0.0);
}

void Decoder::adopt(const float* hidden, int count) {
  make_room(count);
  const int width = model_.config.width;
  std::copy_n(hidden, hidden_.size(), hidden_.begin());
  std::vector<int8_t> planes(static_cast<size_t>(2 * width));
  for (int i = 0; i < count; i++) {
    residual_[static_cast<size_t>(i)] =
        split_planes(kernels_, this->hidden(i), width, planes.data(), planes.data() + width).residual;
  }
}

void Decoder::embed(const DecoderRow* rows, int count, int thread) {
  const int width = model_.config.width;
  for (int r = thread; r < count; r += pool_.threads()) {
    embed_token(model_, rows[r].token, rows[r].position, x_.data() + static_cast<int64_t>(r) * width);
  }
  pool_.barrier();
}

Activations Decoder::normalize(int count, const Norm& norm, int thread) {
  Scratch& scratch = *scratch_[static_cast<size_t>(thread)];
  const int width = model_.config.width;
  kernels_.layer_norm(x_.data(), count, width, norm.gain, norm.bias, scratch.normal.data());
  return scratch.quantize(kernels_, scratch.normal.data(), count, width);
}

void Decoder::self_attention(const DecoderRow* rows, int count, int layer, int thread) {
  Scratch& scratch = *scratch_[static_cast<size_t>(thread)];
  const DecoderLayer& weights = model_.decoder[static_cast<size_t>(layer)];
  const int width = model_.config.width;
  const int threads = pool_.threads();

  const Activations normal = normalize(count, weights.self_norm, thread);
  const Range outputs = split_range(3 * width, kLanes, thread, threads);
  kernels_.multiply(normal, weights.self_qkv, outputs.begin, outputs.end, false, wide_.data(), 3 * width);
  pool_.barrier();

  const Range heads = split_range(model_.config.heads, 1, thread, threads);
  const auto memory = [&](int r, int head) {
    return rows[r].text->layers[static_cast<size_t>(layer)].head(head, rows[r].position + 1);
  };
  for (int r = 0; r < count; r++) {
    const float* row = wide_.data() + static_cast<int64_t>(r) * 3 * width;
    KeyValues& text = rows[r].text->layers[static_cast<size_t>(layer)];
    text.store(kernels_, heads, rows[r].position, 1, row + width, row + 2 * width, 3 * width);
    for (int head = heads.begin; head < heads.end; head++) {
      const Activations query = scratch.queries.quantize(kernels_, row + head * kHeadWidth, 1, 3 * width);
      AttentionMemory now = memory(r, head);
      const AttentionMemory next =
          head + 1 < heads.end ? memory(r, head + 1) : memory(std::min(r + 1, count - 1), heads.begin);
      now.next = &next;
      kernels_.attend(now, query, attended_.data() + static_cast<int64_t>(r) * width + head * kHeadWidth, width);
    }
  }
  pool_.barrier();

  const Activations attended = scratch.quantize(kernels_, attended_.data(), count, width);
  const Range out = split_range(width, kLanes, thread, threads);
  kernels_.multiply(attended, weights.self_out, out.begin, out.end, true, x_.data(), width);
  pool_.barrier();
}

void Decoder::cross_attention(const DecoderRow* rows, int count, int layer, int thread, CrossQueries* kept) {
  Scratch& scratch = *scratch_[static_cast<size_t>(thread)];
  const DecoderLayer& weights = model_.decoder[static_cast<size_t>(layer)];
  const int width = model_.config.width;
  const int threads = pool_.threads();

  const Activations normal = normalize(count, weights.cross_norm, thread);
  const Range outputs = split_range(width, kLanes, thread, threads);
  kernels_.multiply(normal, weights.cross_query, outputs.begin, outputs.end, false, wide_.data(), width);
  pool_.barrier();

  const Range heads = split_range(model_.config.heads, 1, thread, threads);
  const auto memory = [&](int head, int r) {
    const WindowMemory& window = *rows[r].window;
    return window.layers[static_cast<size_t>(layer)].head(head, window.positions);
  };
  for (int head = heads.begin; head < heads.end; head++) {
    for (int r = 0; r < count;) {
      // Beams and prompts share a window: its keys and values are read once for all of them.
      const int run = std::min(kQueryRows, count_run(rows, count, r, [](const DecoderRow& a, const DecoderRow& b) {
                                 return a.window == b.window;
                               }));
      const int64_t at = static_cast<int64_t>(r) * width + head * kHeadWidth;
      const Activations queries = scratch.queries.quantize(kernels_, wide_.data() + at, run, width);
      if (kept != nullptr) kept->keep({layer, head}, r, queries);
      AttentionMemory now = memory(head, r);
      const AttentionMemory next =
          r + run < count ? memory(head, r + run) : memory(std::min(head + 1, heads.end - 1), 0);
      now.next = &next;
      kernels_.attend(now, queries, attended_.data() + at, width);
      r += run;
    }
  }
  pool_.barrier();

  const Activations attended = scratch.quantize(kernels_, attended_.data(), count, width);
  kernels_.multiply(attended, weights.cross_out, outputs.begin, outputs.end, true, x_.data(), width);
  pool_.barrier();
}

void Decoder::feed_forward(int count, int layer, int thread) {
  Scratch& scratch = *scratch_[static_cast<size_t>(thread)];
  const DecoderLayer& weights = model_.decoder[static_cast<size_t>(layer)];
  const int width = model_.config.width;
  const int threads = pool_.threads();

  const Activations normal = normalize(count, weights.feed_forward_norm, thread);
  const Range inner = split_range(4 * width, kLanes, thread, threads);
  kernels_.multiply(normal, weights.up, inner.begin, inner.end, false, wide_.data(), 4 * width);
  for (int r = 0; r < count; r++) {
    kernels_.gelu(wide_.data() + static_cast<int64_t>(r) * 4 * width + inner.begin, inner.end - inner.begin);
  }
  pool_.barrier();

  const Activations wide = scratch.quantize(kernels_, wide_.data(), count, 4 * width);
  const Range out = split_range(width, kLanes, thread, threads);
  kernels_.multiply(wide, weights.down, out.begin, out.end, true, x_.data(), width);
  pool_.barrier();
}

// The vocabulary, from hidden states in two planes.
void Decoder::project(const DecoderRow* rows, int count, int thread) {
  Scratch& scratch = *scratch_[static_cast<size_t>(thread)];
  const int width = model_.config.width;
  const Weights& tokens = model_.tokens;
  int wanted = 0;
  for (int r = 0; r < count; r++) {
    if (!rows[r].wants_logits) continue;
    float* hidden = scratch.normal.data() + static_cast<int64_t>(wanted) * width;
    kernels_.layer_norm(x_.data() + static_cast<int64_t>(r) * width, 1, width, model_.decoder_norm.gain,
                        model_.decoder_norm.bias, hidden);
    wanted++;
  }
  for (int i = 0; i < wanted; i++) {
    const float* hidden = scratch.normal.data() + static_cast<int64_t>(i) * width;
    int8_t* high = scratch.q.data() + static_cast<int64_t>(2 * i) * width;
    int8_t* low = high + width;
    const Planes made = split_planes(kernels_, hidden, width, high, low);
    scratch.scale[static_cast<size_t>(2 * i)] = made.scale;
    scratch.sum[static_cast<size_t>(2 * i)] = made.high_sum;
    scratch.sum[static_cast<size_t>(2 * i + 1)] = made.low_sum;
    if (thread == 0) {
      residual_[static_cast<size_t>(i)] = made.residual;
      std::copy_n(hidden, width, hidden_.data() + static_cast<int64_t>(i) * width);
    }
  }
  const Activations planes{scratch.q.data(), nullptr, scratch.sum.data(), 2 * wanted, width};
  // A line of 64 tokens at a time: its integers are joined while they are in the first-level cache.
  constexpr int kLine = 4 * kLanes;
  scratch.products.resize(static_cast<size_t>(2 * wanted) * kLine);
  const Range mine = split_range(tokens.outputs, kLine, thread, pool_.threads());
  for (int begin = mine.begin; begin < mine.end; begin += kLine) {
    const int end = std::min(begin + kLine, mine.end);
    Weights line = tokens;
    line.q += (begin / kLanes) * tokens.group_stride;
    line.zero += begin;
    kernels_.multiply_exact(planes, line, 0, end - begin, scratch.products.data(), kLine);
    for (int i = 0; i < wanted; i++) {
      const int32_t* high = scratch.products.data() + static_cast<int64_t>(2 * i) * kLine;
      kernels_.join_planes(high, high + kLine, scratch.scale[static_cast<size_t>(2 * i)], tokens.scale + begin,
                           end - begin, logits(i) + begin);
    }
  }
}

double Decoder::error(int row, int token) const {
  // What quantising left of the hidden state (Cauchy-Schwarz), and the rounding of the sum to float32.
  const double logit = std::fabs(
      logits_[static_cast<size_t>(row) * static_cast<size_t>(model_.tokens.outputs) + static_cast<size_t>(token)]);
  return residual_[static_cast<size_t>(row)] * token_norm_[static_cast<size_t>(token)] * (1 + 1e-6) +
         logit * FLT_EPSILON;
}

double Decoder::largest_error(int row) const {
  const float* all = logits_.data() + static_cast<int64_t>(row) * model_.tokens.outputs;
  const float largest = std::max(kernels_.maximum(all, model_.config.vocabulary), 1e4f);
  return residual_[static_cast<size_t>(row)] * largest_norm_ * (1 + 1e-6) + largest * FLT_EPSILON;
}

double Decoder::exact_logit(int row, int token) const {
  const float* h = hidden(row);
  double sum = 0;
  for (int k = 0; k < model_.config.width; k++) {
    sum += static_cast<double>(h[k]) * (weight_at(model_.tokens, token, k) - model_.tokens.zero[token]);
  }
  return sum * model_.tokens.scale[token];
}

}  // namespace tilescribe
