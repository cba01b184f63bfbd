// Whisper in float32, for the evaluation alone: weights as they are stored, no activation, key or value rounded to
// fewer bits, exact GELU, softmax over the whole row. What the product's integers cost is measured against it. It is
// no part of the product: only native/reference/addon.cc, which the evaluation builds, and the tests reach it.
//
// In: weights by the names of docs/weights.md, a log-mel spectrogram or an encoder's output, tokens. Out: hidden
// states, logits, alignment scores.
//
// The surprising thing: every long sum is a product of rows (float_products.h), attention too; for that the values of
// attention are kept with positions along the row. One thread; nothing is fast but that loop.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "reference/float_products.h"
#include "whisper/alignment.h"
#include "whisper/config.h"

namespace tilescribe::reference {

// A matrix X is "X.weight" [outputs, inputs] and "X.bias" [outputs], row by row; a norm is "X.weight" and "X.bias".
using FloatTensors = std::map<std::string, std::vector<float>>;

// float32 [count, width].
struct FloatRows {
  FloatRows() = default;
  FloatRows(int rows, int columns)
      : count(rows), width(columns), values(static_cast<size_t>(rows) * static_cast<size_t>(columns), 0.0f) {}
  float* row(int i) { return values.data() + static_cast<int64_t>(i) * width; }
  const float* row(int i) const { return values.data() + static_cast<int64_t>(i) * width; }
  FloatView view() const { return {values.data(), count, width}; }
  int count = 0;
  int width = 0;
  std::vector<float> values;
};

// Keys and values of attention, of all heads.
struct FloatMemory {
  FloatMemory(int positions, int width);
  // Appends rows whose columns from `first_column` on are keys, and then values.
  void append(const FloatRows& rows, int first_column);
  int length = 0;
  FloatRows keys;    // [positions, width]
  FloatRows values;  // [width, positions rounded up], zero where nothing was appended
};

// Of each decoder layer.
using FloatWindow = std::vector<FloatMemory>;
using FloatText = std::vector<FloatMemory>;

// The softmax of cross-attention that `align` looks at.
struct CrossWeights {
  AlignmentHead head;
  int positions;
  FloatRows rows;  // [tokens, positions]
};

class FloatModel {
 public:
  // kModelCorrupt names what is missing, or of another size.
  static Status make(const Config& config, FloatTensors tensors, std::unique_ptr<FloatModel>* model);

  const Config& config() const { return config_; }

  // The first `positions` of a window, after the final norm, as if the window ended there. `mel` is float32 [80, 3000].
  FloatRows encode(const float* mel, int positions) const;
  // Of an encoder's output: ours, or another's.
  FloatWindow remember(const FloatRows& audio) const;
  FloatText begin_text() const;
  // Adds the tokens to the text. The hidden state after the final norm of each of them. `watched` may be nullptr.
  FloatRows decode(const FloatWindow& window, FloatText* text, const std::vector<int>& tokens,
                   std::vector<CrossWeights>* watched = nullptr) const;
  // Of one hidden state: `to` is float32 [vocabulary].
  void project(const float* hidden, float* to) const;
  // float32 [tokens - first_row, positions], as score_alignment (whisper/alignment.h) has it.
  FloatRows align(const FloatWindow& window, const std::vector<int>& tokens, int first_row, int positions,
                  const std::vector<AlignmentHead>& heads) const;

 private:
  struct Matrix {
    FloatView weights;
    int inputs;
    const float* bias;
  };
  struct Norm {
    const float* gain;
    const float* bias;
  };
  struct FeedForward {
    Norm norm;
    Matrix up;
    Matrix down;
  };
  struct EncoderLayer {
    Norm attention_norm;
    Matrix qkv;
    Matrix out;
    FeedForward feed_forward;
  };
  struct DecoderLayer {
    Norm self_norm;
    Matrix self_qkv;
    Matrix self_out;
    Norm cross_norm;
    Matrix cross_query;
    Matrix cross_key_value;
    Matrix cross_out;
    FeedForward feed_forward;
  };
  class Finder;

  FloatModel(const Config& config, FloatTensors tensors) : config_(config), tensors_(std::move(tensors)) {}
  void find_tensors(Finder* finder);
  FloatRows multiply(const FloatRows& x, const Matrix& matrix) const;
  FloatRows convolve(const FloatRows& x, const Matrix& matrix, int stride) const;
  FloatRows normalize(const FloatRows& x, const Norm& norm) const;
  // Row t of the queries sees the first `first_count` + t positions if causal, and all of them if not.
  FloatRows attend(const FloatView& queries, const FloatMemory& memory, int first_count, bool is_causal) const;
  void feed_forward(FloatRows* x, const FeedForward& layer) const;

  const Config config_;
  const FloatTensors tensors_;
  Matrix conv1_;
  Matrix conv2_;
  const float* encoder_positions_;
  std::vector<EncoderLayer> encoder_;
  Norm encoder_norm_;
  const float* decoder_positions_;
  Matrix tokens_;
  std::vector<DecoderLayer> decoder_;
  Norm decoder_norm_;
};

}  // namespace tilescribe::reference
