// Whisper in double precision, as plainly as it can be written: the definition that encoder and decoder
// approximate with integers. Weights are the fixture's; nothing else is quantised.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "test/model_fixture.h"

namespace tilescribe::test {

// float64 [count, width].
struct Rows {
  Rows(int rows, int columns)
      : count(rows), width(columns), values(static_cast<size_t>(rows) * static_cast<size_t>(columns), 0.0) {}
  double* row(int i) { return values.data() + static_cast<int64_t>(i) * width; }
  const double* row(int i) const { return values.data() + static_cast<int64_t>(i) * width; }
  int count;
  int width;
  std::vector<double> values;
};

class ReferenceModel {
 public:
  explicit ReferenceModel(const ModelFixture& fixture) : fixture_(fixture), width_(fixture.config().width) {}

  // The first `positions` of a window, after the final norm.
  Rows encode(const float* mel, int positions) const {
    Rows frames(2 * positions, kMelBins);
    for (int t = 0; t < frames.count; t++) {
      for (int bin = 0; bin < kMelBins; bin++) frames.row(t)[bin] = mel[bin * kWindowFrames + t];
    }
    Rows x = gelu(convolve(gelu(convolve(frames, "encoder.conv1", 1)), "encoder.conv2", 2));
    add_positions(&x, "encoder.positions");
    for (int i = 0; i < fixture_.config().encoder_layers; i++) {
      const std::string name = "encoder.layers." + std::to_string(i) + ".";
      const Rows qkv = multiply(normalize(x, name + "attention_norm"), name + "qkv");
      add(&x, multiply(attend(part(qkv, 0), part(qkv, 1), part(qkv, 2), false), name + "attention_out"));
      feed_forward(&x, name);
    }
    return normalize(x, "encoder.norm");
  }

  // Keys and values [positions, 2 * width] that a decoder layer makes of an encoded window.
  Rows keys_and_values(const Rows& audio, int layer) const {
    return multiply(audio, "decoder.layers." + std::to_string(layer) + ".cross_key_value");
  }

  // The hidden state after the final norm of every token of a text.
  Rows decode(const Rows& audio, const std::vector<int>& tokens) const {
    const Matrix& embedding = fixture_.matrix("decoder.tokens");
    Rows x(static_cast<int>(tokens.size()), width_);
    for (int t = 0; t < x.count; t++) {
      const float* from = embedding.weights.data() + static_cast<int64_t>(tokens[static_cast<size_t>(t)]) * width_;
      for (int i = 0; i < width_; i++) x.row(t)[i] = from[i];
    }
    add_positions(&x, "decoder.positions");
    for (int i = 0; i < fixture_.config().decoder_layers; i++) {
      const std::string name = "decoder.layers." + std::to_string(i) + ".";
      const Rows qkv = multiply(normalize(x, name + "self_norm"), name + "self_qkv");
      add(&x, multiply(attend(part(qkv, 0), part(qkv, 1), part(qkv, 2), true), name + "self_out"));
      const Rows query = multiply(normalize(x, name + "cross_norm"), name + "cross_query");
      const Rows memory = keys_and_values(audio, i);
      add(&x, multiply(attend(query, part(memory, 0), part(memory, 1), false), name + "cross_out"));
      feed_forward(&x, name);
    }
    return normalize(x, "decoder.norm");
  }

 private:
  // Three taps, one row of zeros at each end. Input of the matrix: tap * channels + channel.
  Rows convolve(const Rows& x, const std::string& name, int stride) const {
    Rows taps(x.count / stride, 3 * x.width);
    for (int t = 0; t < taps.count; t++) {
      for (int tap = 0; tap < 3; tap++) {
        const int from = t * stride + tap - 1;
        if (from < 0 || from >= x.count) continue;
        for (int i = 0; i < x.width; i++) taps.row(t)[tap * x.width + i] = x.row(from)[i];
      }
    }
    return multiply(taps, name);
  }

  Rows multiply(const Rows& x, const std::string& name) const {
    const Matrix& matrix = fixture_.matrix(name);
    Rows y(x.count, matrix.outputs);
    for (int t = 0; t < x.count; t++) {
      const double* row = x.row(t);
      for (int n = 0; n < matrix.outputs; n++) {
        const float* weights = matrix.weights.data() + static_cast<int64_t>(n) * matrix.inputs;
        double sum = matrix.bias[static_cast<size_t>(n)];
        for (int k = 0; k < matrix.inputs; k++) sum += row[k] * weights[k];
        y.row(t)[n] = sum;
      }
    }
    return y;
  }

  Rows normalize(const Rows& x, const std::string& name) const {
    const std::vector<float>& gain = fixture_.floats(name + ".weight");
    const std::vector<float>& bias = fixture_.floats(name + ".bias");
    Rows y(x.count, x.width);
    for (int t = 0; t < x.count; t++) {
      double mean = 0;
      double variance = 0;
      for (int i = 0; i < x.width; i++) mean += x.row(t)[i] / x.width;
      for (int i = 0; i < x.width; i++) variance += (x.row(t)[i] - mean) * (x.row(t)[i] - mean) / x.width;
      for (int i = 0; i < x.width; i++) {
        const size_t at = static_cast<size_t>(i);
        y.row(t)[i] = (x.row(t)[i] - mean) / std::sqrt(variance + 1e-5) * gain[at] + bias[at];
      }
    }
    return y;
  }

  Rows attend(const Rows& query, const Rows& key, const Rows& value, bool is_causal) const {
    Rows out(query.count, width_);
    std::vector<double> weights(static_cast<size_t>(key.count));
    for (int head = 0; head < width_; head += kHeadWidth) {
      for (int t = 0; t < query.count; t++) {
        const int count = is_causal ? t + 1 : key.count;
        const double* q = query.row(t) + head;
        double* to = out.row(t) + head;
        double total = 0;
        for (int j = 0; j < count; j++) {
          const double* k = key.row(j) + head;
          double score = 0;
          for (int i = 0; i < kHeadWidth; i++) score += q[i] * k[i];
          weights[static_cast<size_t>(j)] = std::exp(score / 8);
          total += weights[static_cast<size_t>(j)];
        }
        for (int j = 0; j < count; j++) {
          const double weight = weights[static_cast<size_t>(j)] / total;
          const double* v = value.row(j) + head;
          for (int i = 0; i < kHeadWidth; i++) to[i] += weight * v[i];
        }
      }
    }
    return out;
  }

  void feed_forward(Rows* x, const std::string& name) const {
    const Rows inner = gelu(multiply(normalize(*x, name + "feed_forward_norm"), name + "feed_forward_up"));
    add(x, multiply(inner, name + "feed_forward_down"));
  }

  // Columns [index * width, (index + 1) * width).
  Rows part(const Rows& x, int index) const {
    Rows y(x.count, width_);
    for (int t = 0; t < x.count; t++) {
      for (int i = 0; i < width_; i++) y.row(t)[i] = x.row(t)[index * width_ + i];
    }
    return y;
  }

  void add_positions(Rows* x, const std::string& name) const {
    const std::vector<float>& positions = fixture_.floats(name);
    for (size_t i = 0; i < x->values.size(); i++) x->values[i] += positions[i];
  }

  static void add(Rows* x, const Rows& y) {
    for (size_t i = 0; i < x->values.size(); i++) x->values[i] += y.values[i];
  }

  static Rows gelu(Rows x) {
    for (double& value : x.values) value = value * 0.5 * (1 + std::erf(value / std::sqrt(2.0)));
    return x;
  }

  const ModelFixture& fixture_;
  const int width_;
};

// How far approximate rows are from exact ones.
struct Distance {
  double relative = 0;       // norm of the difference over the norm of the exact, of all rows
  double lowest_cosine = 1;  // of any row
};

inline Distance measure(const std::vector<float>& approximate, const Rows& exact) {
  Distance distance;
  double difference = 0;
  double size = 0;
  for (int t = 0; t < exact.count; t++) {
    double dot = 0, a = 0, b = 0;
    for (int i = 0; i < exact.width; i++) {
      const double x = approximate[static_cast<size_t>(t) * static_cast<size_t>(exact.width) + static_cast<size_t>(i)];
      const double y = exact.row(t)[i];
      dot += x * y;
      a += x * x;
      b += y * y;
      difference += (x - y) * (x - y);
    }
    size += b;
    distance.lowest_cosine = std::min(distance.lowest_cosine, dot / std::sqrt(a * b));
  }
  distance.relative = std::sqrt(difference / size);
  return distance;
}

}  // namespace tilescribe::test
