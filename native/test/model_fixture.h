// A small random Whisper model: as a packed weights file (docs/weights.md), and as plain floats for a
// reference to compute with. The floats are those that the file's integers stand for, so a difference
// between engine and reference is the engine's own rounding, not that of the weights.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "test/random.h"
#include "whisper/config.h"

namespace tilescribe::test {

// For work that nobody ends.
inline const std::atomic<bool> kNotCancelled{false};

// A file as it will be written: change it to make a bad one.
struct PackedTensor {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
  std::string bytes;
};

struct Package {
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<PackedTensor> tensors;
};

inline std::string quote(const std::string& text) { return '"' + text + '"'; }

inline std::string describe_tensor(const PackedTensor& tensor, size_t begin, size_t end) {
  std::string text = quote(tensor.name) + ":{\"dtype\":" + quote(tensor.dtype) + ",\"shape\":[";
  for (size_t i = 0; i < tensor.shape.size(); i++) text += (i == 0 ? "" : ",") + std::to_string(tensor.shape[i]);
  return text + "],\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

inline std::string make_header(const Package& package) {
  std::string header = "{\"__metadata__\":{";
  for (size_t i = 0; i < package.metadata.size(); i++) {
    header += (i == 0 ? "" : ",") + quote(package.metadata[i].first) + ":" + quote(package.metadata[i].second);
  }
  header += "}";
  size_t begin = 0;
  for (const PackedTensor& tensor : package.tensors) {
    header += "," + describe_tensor(tensor, begin, begin + tensor.bytes.size());
    begin += tensor.bytes.size();
  }
  return header + "}";
}

inline std::string make_prefix(uint64_t length) {
  std::string prefix;
  for (int i = 0; i < 8; i++) prefix.push_back(static_cast<char>(length >> (8 * i) & 0xff));
  return prefix;
}

// The file of a header, padded so that the data is aligned, and the package's data.
inline std::string make_file(std::string header, const Package& package) {
  while ((8 + header.size()) % 64 != 0) header.push_back(' ');
  std::string file = make_prefix(header.size()) + header;
  for (const PackedTensor& tensor : package.tensors) file += tensor.bytes;
  return file;
}

// A folder that goes with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tilescribe-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

// float32 [outputs, inputs] and [outputs].
struct Matrix {
  int outputs = 0;
  int inputs = 0;
  std::vector<float> weights;
  std::vector<float> bias;
};

struct FixtureSizes {
  int heads = 2;
  int encoder_layers = 2;
  int decoder_layers = 2;
  int text_context = 448;
  // Not a multiple of 16, as in the real models.
  int vocabulary = 1203;
  // Tokens come in groups of this many, spread over the vocabulary, that differ in inputs where all hidden
  // states are nearly the same, in directions that cancel: logits as near one another as rounding, and some
  // the very same.
  int tie_group = 1;
  float token_scale = 3.0f;
};

class ModelFixture {
 public:
  explicit ModelFixture(const FixtureSizes& sizes, uint64_t seed = 7) : random_(seed) {
    const int width = sizes.heads * kHeadWidth;
    config_ = {width, sizes.heads, sizes.encoder_layers, sizes.decoder_layers, sizes.text_context, sizes.vocabulary};
    const std::pair<const char*, int> numbers[] = {{"width", width},
                                                   {"heads", sizes.heads},
                                                   {"encoderLayers", sizes.encoder_layers},
                                                   {"decoderLayers", sizes.decoder_layers},
                                                   {"audioContext", kAudioContext},
                                                   {"textContext", sizes.text_context},
                                                   {"vocabularySize", sizes.vocabulary},
                                                   {"melBins", kMelBins}};
    package_.metadata = {{"format", "tilescribe-weights"}, {"version", "2"}, {"layout", "n16k4"}, {"model", "random"}};
    for (const auto& [name, value] : numbers) package_.metadata.emplace_back(name, std::to_string(value));
    add_encoder(width);
    add_decoder(width, sizes);
  }

  const Config& config() const { return config_; }
  const Package& package() const { return package_; }
  const Matrix& matrix(const std::string& name) const { return matrices_.at(name); }
  const std::vector<float>& floats(const std::string& name) const { return floats_.at(name); }
  std::string bytes() const { return make_file(make_header(package_), package_); }

 private:
  void add_encoder(int width) {
    add_matrix("encoder.conv1", width, 3 * kMelBins, 1.0f);
    add_matrix("encoder.conv2", width, 3 * width, 1.0f);
    add_floats("encoder.positions", {kAudioContext, width}, 0.0f, 0.5f);
    for (int i = 0; i < config_.encoder_layers; i++) {
      const std::string name = "encoder.layers." + std::to_string(i) + ".";
      add_norm(name + "attention_norm", width);
      add_matrix(name + "qkv", 3 * width, width, 1.0f);
      add_matrix(name + "attention_out", width, width, 1.0f);
      add_feed_forward(name, width);
    }
    add_norm("encoder.norm", width);
  }

  void add_decoder(int width, const FixtureSizes& sizes) {
    add_floats("decoder.positions", {config_.text_context, width}, 0.0f, 0.5f);
    add_matrix("decoder.tokens", config_.vocabulary, width, sizes.token_scale, sizes.tie_group);
    for (int i = 0; i < config_.decoder_layers; i++) {
      const std::string name = "decoder.layers." + std::to_string(i) + ".";
      add_norm(name + "self_norm", width);
      add_matrix(name + "self_qkv", 3 * width, width, 1.0f);
      add_matrix(name + "self_out", width, width, 1.0f);
      add_norm(name + "cross_norm", width);
      add_matrix(name + "cross_query", width, width, 1.0f);
      add_matrix(name + "cross_key_value", 2 * width, width, 1.0f);
      add_matrix(name + "cross_out", width, width, 1.0f);
      add_feed_forward(name, width);
    }
    if (sizes.tie_group == 1) {
      add_norm("decoder.norm", width);
      return;
    }
    std::vector<float> gain, bias;
    for (int i = 0; i < width; i++) {
      gain.push_back(i % 2 == 0 ? 1.0f + 0.2f * random_.signed_unit() : 5e-5f);
      bias.push_back(i % 2 == 0 ? 0.2f * random_.signed_unit() : 0.37f);
    }
    add_floats("decoder.norm.weight", {width}, gain);
    add_floats("decoder.norm.bias", {width}, bias);
  }

  void add_feed_forward(const std::string& name, int width) {
    add_norm(name + "feed_forward_norm", width);
    add_matrix(name + "feed_forward_up", 4 * width, width, 1.0f);
    add_matrix(name + "feed_forward_down", width, 4 * width, 1.0f);
  }

  void add_norm(const std::string& name, int width) {
    add_floats(name + ".weight", {width}, 1.0f, 0.2f);
    add_floats(name + ".bias", {width}, 0.0f, 0.2f);
  }

  void add_floats(const std::string& name, const std::vector<int64_t>& shape, float middle, float spread) {
    int64_t count = 1;
    for (int64_t length : shape) count *= length;
    std::vector<float> values;
    for (int64_t i = 0; i < count; i++) values.push_back(middle + spread * random_.signed_unit());
    add_floats(name, shape, values);
  }

  void add_floats(const std::string& name, const std::vector<int64_t>& shape, const std::vector<float>& values) {
    floats_[name] = values;
    add_tensor(name, "F32", shape, values);
  }

  template <typename T>
  void add_tensor(const std::string& name, const char* dtype, const std::vector<int64_t>& shape,
                  const std::vector<T>& values) {
    package_.tensors.push_back(
        {name, dtype, shape, std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T))});
  }

  // Uniform weights of variance size^2 / inputs, so that a normalised row gives results of about `size`.
  void add_matrix(const std::string& name, int outputs, int inputs, float size, int tie_group = 1) {
    const int padded = round_up(outputs, kLanes);
    std::vector<uint8_t> packed(static_cast<size_t>(padded) * inputs, 0);
    std::vector<float> scale(static_cast<size_t>(padded), 0.0f);
    std::vector<float> bias(static_cast<size_t>(padded), 0.0f);
    std::vector<int32_t> zero(static_cast<size_t>(padded), 0);
    Matrix matrix{outputs, inputs, {}, {}};
    const int groups = (outputs + tie_group - 1) / tie_group;
    std::vector<std::vector<int>> first_rows;
    for (int n = 0; n < outputs; n++) {
      const size_t at = static_cast<size_t>(n);
      const size_t first = static_cast<size_t>(n % groups);
      const bool is_tied = n >= groups;
      const std::vector<int> row = is_tied ? nearly(first_rows[first]) : random_row(inputs);
      if (!is_tied) first_rows.push_back(row);
      // One zero point for a group of 16 outputs, and for all where rows are tied to one another.
      const int group = tie_group > 1 ? 0 : n / kLanes * kLanes;
      zero[at] = n == group ? random_.between(120, 136) : zero[static_cast<size_t>(group)];
      const float spread = 1.0f + 0.2f * random_.signed_unit();
      scale[at] = is_tied ? scale[first] : size * std::sqrt(3.0f / static_cast<float>(inputs)) / 127.0f * spread;
      bias[at] = name == "decoder.tokens" ? 0.0f : 0.2f * random_.signed_unit();
      for (int k = 0; k < inputs; k++) {
        const int q = row[static_cast<size_t>(k)];
        packed[static_cast<size_t>((n / 16 * (inputs / 4) + k / 4) * 64 + n % 16 * 4 + k % 4)] =
            static_cast<uint8_t>(q);
        matrix.weights.push_back(static_cast<float>(q - zero[at]) * scale[at]);
      }
    }
    matrix.bias.assign(bias.begin(), bias.begin() + outputs);
    add_tensor(name + ".weight", "U8", {padded / kLanes, inputs / 4, kLanes, 4}, packed);
    add_tensor(name + ".scale", "F32", {padded}, scale);
    add_tensor(name + ".zero", "I32", {padded}, zero);
    add_tensor(name + ".bias", "F32", {padded}, bias);
    matrices_[name] = std::move(matrix);
  }

  std::vector<int> random_row(int inputs) {
    std::vector<int> row;
    for (int k = 0; k < inputs; k++) row.push_back(random_.between(1, 254));
    return row;
  }

  // One in four is the very same; the others go up a step in one odd input and down in the next.
  std::vector<int> nearly(std::vector<int> row) {
    if (random_.between(0, 3) == 0) return row;
    for (size_t k = 1; k + 2 < row.size(); k += 4) {
      const int step = random_.between(-1, 1);
      row[k] += step;
      row[k + 2] -= step;
    }
    return row;
  }

  Random random_;
  Config config_;
  Package package_;
  std::map<std::string, Matrix> matrices_;
  std::map<std::string, std::vector<float>> floats_;
};

// A spectrogram with the range of a real one, float32 [80, 3000].
inline std::vector<float> make_mel(Random& random) {
  std::vector<float> mel(static_cast<size_t>(kMelBins) * kWindowFrames);
  for (float& value : mel) value = random.signed_unit();
  return mel;
}

// Noise for a window and its edges, float32 [kSamplesWithEdges].
inline std::vector<float> make_samples(Random& random) {
  std::vector<float> samples(static_cast<size_t>(kSamplesWithEdges));
  for (float& sample : samples) sample = 0.3f * random.signed_unit();
  return samples;
}

}  // namespace tilescribe::test
