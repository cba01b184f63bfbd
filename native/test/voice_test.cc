// The voice detector: against the network written out term by term, the same bits from every instruction set
// and however the stream is cut, and the weights it must refuse.
#include "voice/silero.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "test/check.h"
#include "test/random.h"
#include "test/runnable.h"

namespace tilescribe::test {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int kFrame = Silero::kFrame;
constexpr int kCells = 128;

// Weights of the right shapes: the true basis (a Hann window, as the file has it), the rest random and small.
struct Network {
  std::vector<float> basis;
  std::vector<float> convolution[4];
  std::vector<float> convolution_bias[4];
  std::vector<float> input_weight, input_bias, hidden_weight, hidden_bias, output_weight, output_bias;

  Network() {
    for (int part = 0; part < 2; part++) {
      for (int k = 0; k < kSpectrumBins; k++) {
        for (int i = 0; i < kSpectrumSamples; i++) {
          const double window = 0.5 - 0.5 * std::cos(2 * kPi * i / kSpectrumSamples);
          const double angle = 2 * kPi * (k * i % kSpectrumSamples) / kSpectrumSamples;
          basis.push_back(static_cast<float>(window * (part == 0 ? std::cos(angle) : -std::sin(angle))));
        }
      }
    }
    Random random(7);
    const auto fill = [&random](int count, float scale) {
      std::vector<float> values;
      for (int i = 0; i < count; i++) values.push_back(scale * random.signed_unit());
      return values;
    };
    constexpr int kOutputs[] = {128, 64, 64, 128};
    constexpr int kInputs[] = {129, 128, 64, 64};
    for (int i = 0; i < 4; i++) {
      convolution[i] = fill(kOutputs[i] * kInputs[i] * 3, 0.1f);
      convolution_bias[i] = fill(kOutputs[i], 0.1f);
    }
    input_weight = fill(512 * kCells, 0.2f);
    input_bias = fill(512, 0.2f);
    hidden_weight = fill(512 * kCells, 0.2f);
    hidden_bias = fill(512, 0.2f);
    output_weight = fill(kCells, 0.5f);
    output_bias = fill(1, 0.5f);
  }

  SileroTensors tensors() const {
    SileroTensors all;
    all.basis = basis.data();
    for (int i = 0; i < 4; i++) {
      all.convolution[i] = convolution[i].data();
      all.convolution_bias[i] = convolution_bias[i].data();
    }
    all.input_weight = input_weight.data();
    all.input_bias = input_bias.data();
    all.hidden_weight = hidden_weight.data();
    all.hidden_bias = hidden_bias.data();
    all.output_weight = output_weight.data();
    all.output_bias = output_bias.data();
    return all;
  }
};

// [positions][channels] -> [positions out][outputs], in double precision.
using Map = std::vector<std::vector<double>>;

Map convolve(const Map& from, const std::vector<float>& weight, const std::vector<float>& bias, int stride) {
  const int positions = static_cast<int>(from.size());
  const int channels = static_cast<int>(from[0].size());
  const int outputs = static_cast<int>(bias.size());
  Map to;
  for (int at = 0; at < positions; at += stride) {
    std::vector<double> row;
    for (int n = 0; n < outputs; n++) {
      double sum = bias[n];
      for (int tap = 0; tap < 3; tap++) {
        const int position = at + tap - 1;
        if (position < 0 || position >= positions) continue;
        for (int c = 0; c < channels; c++) {
          sum += from[position][c] * static_cast<double>(weight[(n * channels + c) * 3 + tap]);
        }
      }
      row.push_back(std::max(sum, 0.0));
    }
    to.push_back(row);
  }
  return to;
}

double squash(double x) { return 1 / (1 + std::exp(-x)); }

class Reference {
 public:
  explicit Reference(const Network& network) : network_(network) {}

  double step(const float* frame) {
    std::vector<double> x(context_);
    x.insert(x.end(), frame, frame + kFrame);
    for (int i = 0; i < 64; i++) x.push_back(x[574 - i]);
    context_.assign(frame + kFrame - 64, frame + kFrame);
    Map map;
    for (int s = 0; s < 4; s++) {
      std::vector<double> bins;
      for (int k = 0; k < kSpectrumBins; k++) {
        double real = 0;
        double imaginary = 0;
        for (int i = 0; i < kSpectrumSamples; i++) {
          real += x[s * 128 + i] * static_cast<double>(network_.basis[k * 256 + i]);
          imaginary += x[s * 128 + i] * static_cast<double>(network_.basis[(k + kSpectrumBins) * 256 + i]);
        }
        bins.push_back(std::sqrt(real * real + imaginary * imaginary));
      }
      map.push_back(bins);
    }
    constexpr int kStrides[] = {1, 2, 2, 1};
    for (int i = 0; i < 4; i++) map = convolve(map, network_.convolution[i], network_.convolution_bias[i], kStrides[i]);
    return recur(map[0]);
  }

 private:
  double recur(const std::vector<double>& input) {
    std::vector<double> gates;
    for (int n = 0; n < 4 * kCells; n++) {
      double sum = static_cast<double>(network_.input_bias[n]) + static_cast<double>(network_.hidden_bias[n]);
      for (int k = 0; k < kCells; k++) {
        sum += input[k] * static_cast<double>(network_.input_weight[n * kCells + k]);
        sum += hidden_[k] * static_cast<double>(network_.hidden_weight[n * kCells + k]);
      }
      gates.push_back(sum);
    }
    double result = network_.output_bias[0];
    for (int i = 0; i < kCells; i++) {
      cell_[i] = squash(gates[kCells + i]) * cell_[i] + squash(gates[i]) * std::tanh(gates[2 * kCells + i]);
      hidden_[i] = squash(gates[3 * kCells + i]) * std::tanh(cell_[i]);
      result += static_cast<double>(network_.output_weight[i]) * std::max(hidden_[i], 0.0);
    }
    return squash(result);
  }

  const Network& network_;
  std::vector<double> context_ = std::vector<double>(64);
  std::vector<double> hidden_ = std::vector<double>(kCells);
  std::vector<double> cell_ = std::vector<double>(kCells);
};

std::unique_ptr<Silero> open(const Network& network, const VoiceKernels& kernels) {
  std::unique_ptr<Silero> silero;
  CHECK(Silero::open(network.tensors(), kernels, &silero).ok());
  return silero;
}

std::vector<float> make_sound(int frames) {
  Random random(11);
  std::vector<float> sound;
  for (int i = 0; i < frames * kFrame; i++) {
    const float loudness = i / 4096 % 3 == 0 ? 0.001f : 0.4f;
    sound.push_back(loudness * (std::sin(0.05f * static_cast<float>(i % 9001)) + random.signed_unit()));
  }
  return sound;
}

// 70 frames: a group of 48 and one of 22, which is not a multiple of what any kernel takes at once.
void test_network(const Network& network, const VoiceKernels& kernels) {
  constexpr int kFrames = 70;
  const std::vector<float> sound = make_sound(kFrames);
  std::vector<float> found(kFrames);
  open(network, kernels)->process(sound.data(), kFrames, found.data());
  Reference reference(network);
  double worst = 0;
  for (int f = 0; f < kFrames; f++) {
    const double error = std::abs(static_cast<double>(found[f]) - reference.step(sound.data() + f * kFrame));
    // Not std::max, which would pass over a NaN.
    if (!(error <= worst)) worst = error;
  }
  std::printf("%s: largest error of a probability %.2g\n", kernels.name, worst);
  CHECK(worst < 1e-5);
  const auto [low, high] = std::minmax_element(found.begin(), found.end());
  CHECK(*high - *low > 0.05f);
}

void test_cuts(const Network& network, const VoiceKernels& kernels) {
  constexpr int kFrames = 70;
  const std::vector<float> sound = make_sound(kFrames);
  const std::unique_ptr<Silero> silero = open(network, kernels);
  std::vector<float> whole(kFrames);
  silero->process(sound.data(), kFrames, whole.data());
  for (const int step : {1, 3, 33}) {
    silero->reset();
    std::vector<float> pieces(kFrames);
    for (int f = 0; f < kFrames; f += step) {
      silero->process(sound.data() + f * kFrame, std::min(step, kFrames - f), pieces.data() + f);
    }
    CHECK(same_bits(whole, pieces));
  }
  std::vector<float> again(kFrames);
  silero->process(sound.data(), kFrames, again.data());
  CHECK(!same_bits(whole, again));  // without a reset the stream goes on
}

void test_same_bits(const Network& network) {
  constexpr int kFrames = 40;
  const std::vector<float> sound = make_sound(kFrames);
  std::vector<float> expected(kFrames);
  open(network, *find_voice_kernels("generic"))->process(sound.data(), kFrames, expected.data());
  for (const Kernels* kernels : runnable()) {
    const VoiceKernels* voice = find_voice_kernels(kernels->name);
    if (voice == nullptr) continue;
    std::vector<float> found(kFrames);
    open(network, *voice)->process(sound.data(), kFrames, found.data());
    CHECK(same_bits(expected, found));
  }
}

// Silence, full scale and the smallest numbers give probabilities.
void test_extremes(const Network& network, const VoiceKernels& kernels) {
  for (const float level : {0.0f, 1.0f, -1.0f, 1e-38f, 1e4f}) {
    const std::vector<float> sound(8 * kFrame, level);
    std::vector<float> found(8);
    open(network, kernels)->process(sound.data(), 8, found.data());
    CHECK(std::all_of(found.begin(), found.end(), [](float p) { return p >= 0 && p <= 1; }));
  }
}

void test_wrong_basis() {
  for (const int place : {3, 100 * 256 + 7, 200 * 256 + 9}) {
    Network network;
    network.basis[static_cast<size_t>(place)] += 0.01f;
    std::unique_ptr<Silero> silero;
    const Status status = Silero::open(network.tensors(), best_voice_kernels(), &silero);
    CHECK(status.code() == Code::kModelCorrupt);
    CHECK(silero == nullptr);
  }
}

}  // namespace
}  // namespace tilescribe::test

int main() {
  using namespace tilescribe::test;
  const Network network;
  for (const tilescribe::Kernels* kernels : runnable()) {
    // AVX-VNNI is about integers: such a CPU listens with the kernels of AVX2.
    const tilescribe::VoiceKernels* voice = tilescribe::find_voice_kernels(kernels->name);
    CHECK((voice == nullptr) == (std::strcmp(kernels->name, "avxvnni") == 0));
    if (voice == nullptr) continue;
    test_network(network, *voice);
    test_cuts(network, *voice);
    test_extremes(network, *voice);
  }
  test_same_bits(network);
  test_wrong_basis();
  CHECK(tilescribe::find_voice_kernels("sse9") == nullptr);
  return finish("voice");
}
