// The decoder: tokens in, hidden states or logits out, for any number of rows at once.
//
//   x = embedding(token) + position
//   layers x { x += self_out(attention over the text so far); x += cross_out(attention over the window);
//              x += down(GELU(up(norm(x)))) } -> norm -> vocabulary
//
// A row is one token of one sequence: several rows of one sequence are a prompt (each sees itself and what
// is before it), rows of different sequences are beams or different windows. One read of the weights serves
// all rows. Threads divide outputs or heads between them; the small steps between (norms, quantising) every
// thread does for itself, which is cheaper than a barrier.
#pragma once

#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "whisper/alignment.h"
#include "whisper/attention.h"
#include "whisper/encoder.h"
#include "whisper/timings.h"
#include "whisper/weights.h"

namespace tilescribe {

// The text so far of one sequence: keys and values of every layer.
struct TextMemory : LayerMemory {
  explicit TextMemory(const Config& config) : LayerMemory(config, config.text_context) {}
  void copy_from(const TextMemory& other);
  void clear();
  int length = 0;
};

struct DecoderRow {
  int token;
  // Position of the token; the sequence's memory holds (or gets in the same call) all before it.
  int position;
  TextMemory* text;
  const WindowMemory* window;
  // Whether the vocabulary projection of this row is wanted.
  bool wants_logits;
};

// x of a token at a position, float32 [width].
void embed_token(const Model& model, int token, int position, float* x);

class Decoder {
 public:
  // At most this many rows at once.
  static constexpr int kMaxRows = 256;

  Decoder(const Model& model, const Kernels& kernels, ThreadPool& pool);
  ~Decoder();

  // Runs the rows and adds their tokens to their memories. logits() then has a row for each row that wants
  // it, in order. If `queries` is given, it has as many rows, and gets the queries of its heads.
  void forward(const DecoderRow* rows, int count, Timings* timings, CrossQueries* queries = nullptr);

  // As if forward() had left the hidden states float32 [count, width] of as many rows that wanted logits, which
  // another device computed. The logits are the caller's to fill.
  void adopt(const float* hidden, int count);

  // float32 [wanted rows, logits_stride]: the projection of all tokens. |logit - exact| <= error(row), where
  // exact is the projection of the float32 hidden state by the (dequantised) weights in exact arithmetic.
  float* logits(int row) { return logits_.data() + static_cast<int64_t>(row) * model_.tokens.outputs; }
  int logits_stride() const { return model_.tokens.outputs; }

  // The bound for one token of one row, and the product in double precision.
  double error(int row, int token) const;
  // The largest of any token whose logit is above -10,000; those of a model are within some tens of zero.
  double largest_error(int row) const;
  double exact_logit(int row, int token) const;

  // float32 [rows, width]: hidden states after the final norm, of the rows that wanted logits.
  const float* hidden(int row) const { return hidden_.data() + static_cast<int64_t>(row) * model_.config.width; }

 private:
  struct Scratch;
  void embed(const DecoderRow* rows, int count, int thread);
  void self_attention(const DecoderRow* rows, int count, int layer, int thread);
  void cross_attention(const DecoderRow* rows, int count, int layer, int thread, CrossQueries* kept);
  void feed_forward(int count, int layer, int thread);
  void project(const DecoderRow* rows, int count, int thread);
  void make_room(int wanted);
  Activations normalize(int count, const Norm& norm, int thread);

  const Model& model_;
  const Kernels& kernels_;
  ThreadPool& pool_;
  float largest_norm_ = 0;
  std::vector<float> token_norm_;  // Euclidean norm of each token's (dequantised) weights, rounded up
  std::vector<float> x_;
  std::vector<float> wide_;  // [rows, 4 * width]: queries/keys/values, or the inner feed-forward layer
  std::vector<float> attended_;
  std::vector<float> hidden_;
  std::vector<float> logits_;
  std::vector<double> residual_;  // norm of what quantising left of each hidden state
  std::vector<std::unique_ptr<Scratch>> scratch_;
};

}  // namespace tilescribe
