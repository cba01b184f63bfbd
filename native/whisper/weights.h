// The packed weights file (safetensors, layout n16k4, written by src/engine/weights), mapped read-only
// and shared by all sessions of all processes.
#pragma once

#include <time.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "cpu/kernels.h"
#include "whisper/config.h"

namespace tilescribe {

struct Norm {
  const float* gain = nullptr;  // [width]
  const float* bias = nullptr;
};

struct EncoderLayer {
  Norm attention_norm;
  Weights qkv;  // outputs: queries, keys, values
  Weights attention_out;
  Norm feed_forward_norm;
  Weights up;
  Weights down;
};

struct DecoderLayer {
  Norm self_norm;
  Weights self_qkv;
  Weights self_out;
  Norm cross_norm;
  Weights cross_query;
  Weights cross_key_value;  // outputs: keys, values
  Weights cross_out;
  Norm feed_forward_norm;
  Weights up;
  Weights down;
};

class Model {
 public:
  // Maps the file and finds every tensor; kModelMissing or kModelCorrupt with what is wrong.
  static Status open(const std::string& path, std::unique_ptr<Model>* model);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // kModelCorrupt when the mapped file has been written to or cut since it was opened, by size and time of
  // change. Costs one fstat. To be asked before each use: what lies beyond a new end is SIGBUS to whoever
  // reads it, so what remains is a file that is cut while a call is at work.
  Status check_unchanged() const;

  Config config;
  Weights conv1;                             // inputs: 3 taps x 80 mel bins
  Weights conv2;                             // inputs: 3 taps x width
  const float* encoder_positions = nullptr;  // [1500, width]
  std::vector<EncoderLayer> encoder;
  Norm encoder_norm;
  const float* decoder_positions = nullptr;  // [text_context, width]
  Weights tokens;                            // the vocabulary: embedding and projection
  std::vector<DecoderLayer> decoder;
  Norm decoder_norm;

 private:
  Model() = default;
  const uint8_t* map_ = nullptr;
  size_t size_ = 0;
  int file_ = -1;
  struct timespec modified_ = {};
};

}  // namespace tilescribe
