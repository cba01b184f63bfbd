#include "whisper/weights.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "whisper/safetensors.h"

namespace tilescribe {
namespace {

constexpr const char* kFormat = "tilescribe-weights";
constexpr const char* kVersion = "2";
constexpr const char* kLayout = "n16k4";

// Finds tensors by name and shape; the first failure is kept.
class Finder {
 public:
  Finder(const SafetensorsHeader& header, const uint8_t* bytes) : header_(header), data_(bytes + header.data) {}

  Status status;

  template <typename T>
  const T* find(const std::string& name, const char* dtype, const std::vector<int64_t>& shape) {
    const auto found = header_.tensors.find(name);
    if (found == header_.tensors.end() || found->second.dtype != dtype || found->second.shape != shape) {
      if (status.ok()) {
        status = Status(Code::kModelCorrupt, "The packed weights file has no tensor " + name + " of the right shape.");
      }
      return nullptr;
    }
    return reinterpret_cast<const T*>(data_ + found->second.begin);
  }

  const float* floats(const std::string& name, const std::vector<int64_t>& shape) {
    return find<float>(name, "F32", shape);
  }

  Norm norm(const std::string& name, int width) {
    return {floats(name + ".weight", {width}), floats(name + ".bias", {width})};
  }

  Weights weights(const std::string& name, int outputs, int inputs) {
    const int padded = round_up(outputs, kLanes);
    Weights w;
    w.q = find<uint8_t>(name + ".weight", "U8", {padded / kLanes, inputs / 4, kLanes, 4});
    w.scale = floats(name + ".scale", {padded});
    w.zero = zeros(name + ".zero", outputs, padded);
    w.bias = floats(name + ".bias", {padded});
    w.outputs = padded;
    w.inputs = inputs;
    w.group_stride = static_cast<int64_t>(inputs) * kLanes;
    return w;
  }

 private:
  // The products of integers are exact only for zero points that are themselves bytes, and the kernels subtract
  // one for a group of 16 outputs. (Outputs past the last are nobody's.)
  const int32_t* zeros(const std::string& name, int outputs, int padded) {
    const int32_t* zero = find<int32_t>(name, "I32", {padded});
    for (int n = 0; zero != nullptr && status.ok() && n < outputs; n++) {
      if (zero[n] >= 0 && zero[n] <= 255 && zero[n] == zero[n / kLanes * kLanes]) continue;
      status = Status(Code::kModelCorrupt, "The packed weights file is damaged: " + name + " is out of range.");
    }
    return zero;
  }

  const SafetensorsHeader& header_;
  const uint8_t* data_;
};

bool read_size(const SafetensorsHeader& header, const char* name, int low, int high, int* value) {
  const auto found = header.metadata.find(name);
  if (found == header.metadata.end() || found->second.empty() || found->second.size() > 6) return false;
  int result = 0;
  for (char c : found->second) {
    if (c < '0' || c > '9') return false;
    result = result * 10 + (c - '0');
  }
  *value = result;
  return result >= low && result <= high;
}

bool read_config(const SafetensorsHeader& header, Config* config) {
  int mel_bins = 0;
  int audio_context = 0;
  return read_size(header, "width", kHeadWidth, 2048, &config->width) &&
         read_size(header, "heads", 1, 32, &config->heads) && config->heads * kHeadWidth == config->width &&
         read_size(header, "encoderLayers", 1, 64, &config->encoder_layers) &&
         read_size(header, "decoderLayers", 1, 64, &config->decoder_layers) &&
         read_size(header, "textContext", 16, 448, &config->text_context) &&
         read_size(header, "vocabularySize", 1000, 60000, &config->vocabulary) &&
         read_size(header, "melBins", kMelBins, kMelBins, &mel_bins) &&
         read_size(header, "audioContext", kAudioContext, kAudioContext, &audio_context);
}

void find_encoder(Finder& find, Model* model) {
  const int width = model->config.width;
  model->conv1 = find.weights("encoder.conv1", width, 3 * kMelBins);
  model->conv2 = find.weights("encoder.conv2", width, 3 * width);
  model->encoder_positions = find.floats("encoder.positions", {kAudioContext, width});
  for (int i = 0; i < model->config.encoder_layers; i++) {
    const std::string name = "encoder.layers." + std::to_string(i) + ".";
    EncoderLayer layer;
    layer.attention_norm = find.norm(name + "attention_norm", width);
    layer.qkv = find.weights(name + "qkv", 3 * width, width);
    layer.attention_out = find.weights(name + "attention_out", width, width);
    layer.feed_forward_norm = find.norm(name + "feed_forward_norm", width);
    layer.up = find.weights(name + "feed_forward_up", 4 * width, width);
    layer.down = find.weights(name + "feed_forward_down", width, 4 * width);
    model->encoder.push_back(layer);
  }
  model->encoder_norm = find.norm("encoder.norm", width);
}

void find_decoder(Finder& find, Model* model) {
  const int width = model->config.width;
  model->decoder_positions = find.floats("decoder.positions", {model->config.text_context, width});
  model->tokens = find.weights("decoder.tokens", model->config.vocabulary, width);
  for (int i = 0; i < model->config.decoder_layers; i++) {
    const std::string name = "decoder.layers." + std::to_string(i) + ".";
    DecoderLayer layer;
    layer.self_norm = find.norm(name + "self_norm", width);
    layer.self_qkv = find.weights(name + "self_qkv", 3 * width, width);
    layer.self_out = find.weights(name + "self_out", width, width);
    layer.cross_norm = find.norm(name + "cross_norm", width);
    layer.cross_query = find.weights(name + "cross_query", width, width);
    layer.cross_key_value = find.weights(name + "cross_key_value", 2 * width, width);
    layer.cross_out = find.weights(name + "cross_out", width, width);
    layer.feed_forward_norm = find.norm(name + "feed_forward_norm", width);
    layer.up = find.weights(name + "feed_forward_up", 4 * width, width);
    layer.down = find.weights(name + "feed_forward_down", width, 4 * width);
    model->decoder.push_back(layer);
  }
  model->decoder_norm = find.norm("decoder.norm", width);
}

bool has(const SafetensorsHeader& header, const char* key, const char* value) {
  const auto found = header.metadata.find(key);
  return found != header.metadata.end() && found->second == value;
}

}  // namespace

Status Model::open(const std::string& path, std::unique_ptr<Model>* out) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    return Status(Code::kModelMissing,
                  "The packed weights file cannot be opened: " + std::string(std::strerror(errno)));
  }
  struct stat info = {};
  const bool known = ::fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
  void* map = known ? ::mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
  if (map == MAP_FAILED) {
    ::close(file);
    return Status(Code::kModelCorrupt, "The packed weights file is empty or cannot be mapped.");
  }
  std::unique_ptr<Model> model(new Model());
  model->map_ = static_cast<const uint8_t*>(map);
  model->size_ = static_cast<size_t>(info.st_size);
  model->file_ = file;
  model->modified_ = info.st_mtim;
  SafetensorsHeader header;
  Status status = read_safetensors(model->map_, model->size_, &header);
  if (!status.ok()) return status;
  if (!has(header, "format", kFormat) || !has(header, "layout", kLayout)) {
    return Status(Code::kModelCorrupt, "The packed weights file is not one of ours.");
  }
  if (!has(header, "version", kVersion)) {
    return Status(Code::kModelCorrupt, "The packed weights file was written by another version of Tilescribe.");
  }
  if (!read_config(header, &model->config)) {
    return Status(Code::kModelCorrupt, "The packed weights file does not state the sizes of a Whisper model.");
  }
  Finder find(header, model->map_);
  find_encoder(find, model.get());
  find_decoder(find, model.get());
  if (!find.status.ok()) return find.status;
  *out = std::move(model);
  return Status();
}

Status Model::check_unchanged() const {
  struct stat info = {};
  // Not the time of the last status change: that also moves when the file is renamed over or deleted, and
  // then the mapped one is as whole as before.
  const bool is_same = ::fstat(file_, &info) == 0 && static_cast<size_t>(info.st_size) == size_ &&
                       info.st_mtim.tv_sec == modified_.tv_sec && info.st_mtim.tv_nsec == modified_.tv_nsec;
  return is_same ? Status() : Status(Code::kModelCorrupt, "The packed weights file was changed while it was in use.");
}

Model::~Model() {
  if (map_ != nullptr) ::munmap(const_cast<uint8_t*>(map_), size_);
  if (file_ >= 0) ::close(file_);
}

}  // namespace tilescribe
