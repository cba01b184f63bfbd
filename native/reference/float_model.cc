#include "reference/float_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "reference/float_alignment.h"

namespace tilescribe::reference {
namespace {

// Positions along a row are padded to whole lanes of a product.
constexpr int kPadding = 8;

void add(FloatRows* x, const FloatRows& y) {
  for (size_t i = 0; i < x->values.size(); i++) x->values[i] += y.values[i];
}

void apply_gelu(FloatRows* x) {
  for (float& value : x->values) value = value * 0.5f * (1 + std::erf(value * 0.70710678f));
}

// Raw scores to weights whose sum is 1; what is behind `count` becomes 0.
void apply_softmax(float* row, int count, int padded) {
  const float highest = *std::max_element(row, row + count);
  double total = 0;
  for (int i = 0; i < count; i++) {
    row[i] = std::exp((row[i] - highest) * 0.125f);
    total += row[i];
  }
  const float inverse = static_cast<float>(1 / total);
  for (int i = 0; i < count; i++) row[i] *= inverse;
  std::fill(row + count, row + padded, 0.0f);
}

}  // namespace

FloatMemory::FloatMemory(int positions, int width)
    : keys(positions, width), values(width, round_up(positions, kPadding)) {}

void FloatMemory::append(const FloatRows& rows, int first_column) {
  const int width = keys.width;
  for (int t = 0; t < rows.count; t++, length++) {
    const float* from = rows.row(t) + first_column;
    std::copy_n(from, width, keys.row(length));
    for (int i = 0; i < width; i++) values.row(i)[length] = from[width + i];
  }
}

// Looks tensors up, and keeps what was wrong with the first that did not fit.
class FloatModel::Finder {
 public:
  explicit Finder(const FloatTensors& tensors) : tensors_(tensors) {}

  const float* floats(const std::string& name, int64_t count) {
    const auto found = tensors_.find(name);
    const bool fits = found != tensors_.end() && static_cast<int64_t>(found->second.size()) == count;
    if (fits) return found->second.data();
    if (problem_.empty())
      problem_ = "the tensor " + name + " is missing or has not " + std::to_string(count) + " values";
    return nullptr;
  }
  Matrix matrix(const std::string& name, int outputs, int inputs) {
    const float* weights = floats(name + ".weight", static_cast<int64_t>(outputs) * inputs);
    return {{weights, outputs, inputs}, inputs, floats(name + ".bias", outputs)};
  }
  Norm norm(const std::string& name, int width) {
    return {floats(name + ".weight", width), floats(name + ".bias", width)};
  }
  FeedForward feed_forward(const std::string& layer, int width) {
    return {norm(layer + "feed_forward_norm", width), matrix(layer + "feed_forward_up", 4 * width, width),
            matrix(layer + "feed_forward_down", width, 4 * width)};
  }
  const std::string& problem() const { return problem_; }

 private:
  const FloatTensors& tensors_;
  std::string problem_;
};

Status FloatModel::make(const Config& config, FloatTensors tensors, std::unique_ptr<FloatModel>* model) {
  if (config.width != config.heads * kHeadWidth) return Status(Code::kModelCorrupt, "heads are not 64 wide");
  std::unique_ptr<FloatModel> made(new FloatModel(config, std::move(tensors)));
  Finder finder(made->tensors_);
  made->find_tensors(&finder);
  if (!finder.problem().empty()) return Status(Code::kModelCorrupt, finder.problem());
  *model = std::move(made);
  return Status();
}

void FloatModel::find_tensors(Finder* finder) {
  const int width = config_.width;
  conv1_ = finder->matrix("encoder.conv1", width, 3 * kMelBins);
  conv2_ = finder->matrix("encoder.conv2", width, 3 * width);
  encoder_positions_ = finder->floats("encoder.positions", static_cast<int64_t>(kAudioContext) * width);
  for (int i = 0; i < config_.encoder_layers; i++) {
    const std::string name = "encoder.layers." + std::to_string(i) + ".";
    encoder_.push_back({finder->norm(name + "attention_norm", width), finder->matrix(name + "qkv", 3 * width, width),
                        finder->matrix(name + "attention_out", width, width), finder->feed_forward(name, width)});
  }
  encoder_norm_ = finder->norm("encoder.norm", width);
  decoder_positions_ = finder->floats("decoder.positions", static_cast<int64_t>(config_.text_context) * width);
  tokens_ = finder->matrix("decoder.tokens", config_.vocabulary, width);
  for (int i = 0; i < config_.decoder_layers; i++) {
    const std::string name = "decoder.layers." + std::to_string(i) + ".";
    decoder_.push_back({finder->norm(name + "self_norm", width), finder->matrix(name + "self_qkv", 3 * width, width),
                        finder->matrix(name + "self_out", width, width), finder->norm(name + "cross_norm", width),
                        finder->matrix(name + "cross_query", width, width),
                        finder->matrix(name + "cross_key_value", 2 * width, width),
                        finder->matrix(name + "cross_out", width, width), finder->feed_forward(name, width)});
  }
  decoder_norm_ = finder->norm("decoder.norm", width);
}

FloatRows FloatModel::encode(const float* mel, int positions) const {
  FloatRows frames(2 * positions, kMelBins);
  for (int t = 0; t < frames.count; t++) {
    for (int bin = 0; bin < kMelBins; bin++) frames.row(t)[bin] = mel[bin * kWindowFrames + t];
  }
  FloatRows first = convolve(frames, conv1_, 1);
  apply_gelu(&first);
  FloatRows x = convolve(first, conv2_, 2);
  apply_gelu(&x);
  for (size_t i = 0; i < x.values.size(); i++) x.values[i] += encoder_positions_[i];
  for (const EncoderLayer& layer : encoder_) {
    const FloatRows qkv = multiply(normalize(x, layer.attention_norm), layer.qkv);
    FloatMemory memory(positions, config_.width);
    memory.append(qkv, config_.width);
    add(&x, multiply(attend(qkv.view(), memory, positions, false), layer.out));
    feed_forward(&x, layer.feed_forward);
  }
  return normalize(x, encoder_norm_);
}

FloatWindow FloatModel::remember(const FloatRows& audio) const {
  FloatWindow window;
  for (const DecoderLayer& layer : decoder_) {
    window.emplace_back(audio.count, config_.width);
    window.back().append(multiply(audio, layer.cross_key_value), 0);
  }
  return window;
}

FloatText FloatModel::begin_text() const {
  return FloatText(decoder_.size(), FloatMemory(config_.text_context, config_.width));
}

FloatRows FloatModel::decode(const FloatWindow& window, FloatText* text, const std::vector<int>& tokens,
                             std::vector<CrossWeights>* watched) const {
  const int width = config_.width;
  const int begin = text->front().length;
  FloatRows x(static_cast<int>(tokens.size()), width);
  for (int t = 0; t < x.count; t++) {
    const float* token = tokens_.weights.data + static_cast<int64_t>(tokens[static_cast<size_t>(t)]) * width;
    const float* position = decoder_positions_ + static_cast<int64_t>(begin + t) * width;
    for (int i = 0; i < width; i++) x.row(t)[i] = token[i] + position[i];
  }
  for (size_t l = 0; l < decoder_.size(); l++) {
    const DecoderLayer& layer = decoder_[l];
    FloatMemory& memory = (*text)[l];
    const FloatRows qkv = multiply(normalize(x, layer.self_norm), layer.self_qkv);
    memory.append(qkv, width);
    add(&x, multiply(attend(qkv.view(), memory, begin + 1, true), layer.self_out));
    const FloatRows query = multiply(normalize(x, layer.cross_norm), layer.cross_query);
    if (watched != nullptr) {
      for (CrossWeights& cross : *watched) {
        if (cross.head.layer != static_cast<int>(l)) continue;
        const int column = cross.head.head * kHeadWidth;
        cross.rows = FloatRows(x.count, cross.positions);
        const FloatView keys{window[l].keys.values.data() + column, cross.positions, width};
        reference::multiply({query.values.data() + column, x.count, width}, keys, kHeadWidth, nullptr,
                            cross.rows.values.data(), cross.positions);
        for (int t = 0; t < x.count; t++) apply_softmax(cross.rows.row(t), cross.positions, cross.positions);
      }
    }
    add(&x, multiply(attend(query.view(), window[l], window[l].length, false), layer.cross_out));
    feed_forward(&x, layer.feed_forward);
  }
  return normalize(x, decoder_norm_);
}

void FloatModel::project(const float* hidden, float* to) const {
  reference::multiply({hidden, 1, config_.width}, tokens_.weights, config_.width, tokens_.bias, to, config_.vocabulary);
}

FloatRows FloatModel::align(const FloatWindow& window, const std::vector<int>& tokens, int first_row, int positions,
                            const std::vector<AlignmentHead>& heads) const {
  std::vector<CrossWeights> watched;
  for (const AlignmentHead& head : heads) watched.push_back({head, positions, {}});
  FloatText text = begin_text();
  decode(window, &text, tokens, &watched);
  std::vector<FloatRows> weights;
  for (CrossWeights& cross : watched) weights.push_back(std::move(cross.rows));
  return score_alignment(std::move(weights), first_row);
}

FloatRows FloatModel::multiply(const FloatRows& x, const Matrix& matrix) const {
  FloatRows y(x.count, matrix.weights.count);
  reference::multiply(x.view(), matrix.weights, matrix.inputs, matrix.bias, y.values.data(), y.width);
  return y;
}

// Three taps, one row of zeros at each end. Input of the matrix: tap * channels + channel.
FloatRows FloatModel::convolve(const FloatRows& x, const Matrix& matrix, int stride) const {
  FloatRows taps(x.count / stride, 3 * x.width);
  for (int t = 0; t < taps.count; t++) {
    for (int tap = 0; tap < 3; tap++) {
      const int from = t * stride + tap - 1;
      if (from >= 0 && from < x.count) std::copy_n(x.row(from), x.width, taps.row(t) + tap * x.width);
    }
  }
  return multiply(taps, matrix);
}

FloatRows FloatModel::normalize(const FloatRows& x, const Norm& norm) const {
  FloatRows y(x.count, x.width);
  for (int t = 0; t < x.count; t++) {
    const float* from = x.row(t);
    double mean = 0;
    double variance = 0;
    for (int i = 0; i < x.width; i++) mean += from[i];
    mean /= x.width;
    for (int i = 0; i < x.width; i++) variance += (from[i] - mean) * (from[i] - mean);
    const double scale = 1 / std::sqrt(variance / x.width + 1e-5);
    for (int i = 0; i < x.width; i++) {
      y.row(t)[i] = static_cast<float>((from[i] - mean) * scale) * norm.gain[i] + norm.bias[i];
    }
  }
  return y;
}

FloatRows FloatModel::attend(const FloatView& queries, const FloatMemory& memory, int first_count,
                             bool is_causal) const {
  const int padded = memory.values.width;
  FloatRows out(queries.count, config_.width);
  FloatRows scores(queries.count, padded);
  for (int column = 0; column < config_.width; column += kHeadWidth) {
    reference::multiply({queries.data + column, queries.count, queries.stride},
                        {memory.keys.values.data() + column, memory.length, config_.width}, kHeadWidth, nullptr,
                        scores.values.data(), padded);
    for (int t = 0; t < queries.count; t++) {
      apply_softmax(scores.row(t), is_causal ? first_count + t : memory.length, padded);
    }
    reference::multiply(scores.view(), {memory.values.row(column), kHeadWidth, padded}, padded, nullptr,
                        out.values.data() + column, config_.width);
  }
  return out;
}

void FloatModel::feed_forward(FloatRows* x, const FeedForward& layer) const {
  FloatRows inner = multiply(normalize(*x, layer.norm), layer.up);
  apply_gelu(&inner);
  add(x, multiply(inner, layer.down));
}

}  // namespace tilescribe::reference
