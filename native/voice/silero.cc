#include "voice/silero.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tilescribe {
namespace {

constexpr int kKernel = 3;
constexpr double kPi = 3.14159265358979323846;
// How far an entry of the basis may be from window times cosine or sine; its float32 values are within 1e-6.
constexpr double kBasisTolerance = 1e-4;

// weight(output, input) into panels.
template <typename Weight>
std::vector<float> pack(int outputs, int inputs, Weight weight) {
  std::vector<float> panels(static_cast<size_t>(outputs) * static_cast<size_t>(inputs));
  size_t at = 0;
  for (int panel = 0; panel < outputs; panel += kPanel) {
    for (int k = 0; k < inputs; k++) {
      for (int n = 0; n < kPanel; n++) panels[at++] = weight(panel + n, k);
    }
  }
  return panels;
}

}  // namespace

Status Silero::open(const SileroTensors& tensors, const VoiceKernels& kernels, std::unique_ptr<Silero>* silero) {
  std::unique_ptr<Silero> made(new Silero(kernels));
  const Status basis = made->take_basis(tensors.basis);
  if (!basis.ok()) return basis;
  constexpr int kOutputs[] = {128, 64, 64, 128};
  constexpr int kChannels[] = {kSpectrumBins, 128, 64, 64};
  for (int i = 0; i < 4; i++) {
    made->convolutions_[i] =
        pack_convolution(tensors.convolution[i], tensors.convolution_bias[i], kOutputs[i], kChannels[i]);
  }
  const auto pack_gates = [](const float* weight) {
    Layer layer;
    layer.outputs = 4 * kCells;
    layer.inputs = kCells;
    layer.panels = pack(4 * kCells, kCells, [weight](int n, int k) { return weight[n * kCells + k]; });
    return layer;
  };
  made->input_ = pack_gates(tensors.input_weight);
  made->hidden_ = pack_gates(tensors.hidden_weight);
  // Both biases are added once, before the recurrence.
  for (int i = 0; i < 4 * kCells; i++) made->input_.bias.push_back(tensors.input_bias[i] + tensors.hidden_bias[i]);
  made->output_.assign(tensors.output_weight, tensors.output_weight + kCells);
  made->output_bias_ = tensors.output_bias[0];
  *silero = std::move(made);
  return Status();
}

// Rows 0 to 128 of the basis are window[i] * cos(2 pi k i / 256), rows 129 to 257 are window[i] * sin, of one
// sign or the other, which a magnitude does not show.
Status Silero::take_basis(const float* basis) {
  window_.assign(basis, basis + kSpectrumSamples);
  for (int k = 0; k < kSpectrumBins; k++) {
    const double angle = 2 * kPi * k / kSpectrumSamples;
    cosines_.push_back(static_cast<float>(std::cos(angle)));
    sines_.push_back(static_cast<float>(std::sin(angle)));
    const float* cosine_row = basis + k * kSpectrumSamples;
    const float* sine_row = cosine_row + kSpectrumBins * kSpectrumSamples;
    for (int i = 0; i < kSpectrumSamples; i++) {
      // The angle of k * i mod 256, which loses no digits.
      const double turn = 2 * kPi * (k * i % kSpectrumSamples) / kSpectrumSamples;
      const double weight = window_[static_cast<size_t>(i)];
      const double cosine_error = std::abs(cosine_row[i] - weight * std::cos(turn));
      const double sine_error = std::abs(std::abs(sine_row[i]) - std::abs(weight * std::sin(turn)));
      if (!(cosine_error <= kBasisTolerance && sine_error <= kBasisTolerance)) {
        return Status(Code::kModelCorrupt, "the voice model's basis is not that of a Fourier transform");
      }
    }
  }
  constexpr int kBits = 7;
  for (int i = 0; i < kSpectrumSamples / 2; i++) {
    int reversed = 0;
    for (int bit = 0; bit < kBits; bit++) reversed |= (i >> bit & 1) << (kBits - 1 - bit);
    reversed_.push_back(reversed);
  }
  return Status();
}

// Input k of the product is channel k mod channels of tap k / channels, as the positions lie in memory.
Silero::Layer Silero::pack_convolution(const float* weight, const float* bias, int outputs, int channels) {
  Layer layer;
  layer.outputs = outputs;
  layer.inputs = kKernel * channels;
  layer.panels = pack(outputs, layer.inputs, [weight, channels](int n, int k) {
    return weight[(n * channels + k % channels) * kKernel + k / channels];
  });
  layer.bias.assign(bias, bias + outputs);
  return layer;
}

VoiceMatrix Silero::take_inputs(const Layer& layer, int begin, int end) {
  return {layer.panels.data(), layer.bias.data(), layer.outputs, layer.inputs, begin, end};
}

void Silero::reset() {
  std::fill(context_.begin(), context_.end(), 0.0f);
  std::fill(hidden_state_.begin(), hidden_state_.end(), 0.0f);
  std::fill(cell_state_.begin(), cell_state_.end(), 0.0f);
}

void Silero::process(const float* samples, int frames, float* probabilities) {
  for (int done = 0; done < frames; done += kMost) {
    const int some = std::min(kMost, frames - done);
    process_some(samples + static_cast<int64_t>(done) * kFrame, some, probabilities + done);
  }
}

void Silero::process_some(const float* samples, int frames, float* probabilities) {
  compute_spectra(samples, frames);
  convolve(0, spectra_.data(), 4, 1, frames, first_.data());
  convolve(1, first_.data(), 4, 2, frames, second_.data());
  convolve(2, second_.data(), 2, 2, frames, third_.data());
  convolve(3, third_.data(), 1, 1, frames, fourth_.data());
  const VoiceMatrix input = take_inputs(input_, 0, kCells);
  const VoiceMatrix hidden = take_inputs(hidden_, 0, kCells);
  kernels_.multiply({fourth_.data(), frames, kCells}, input, false, gates_.data(), 4 * kCells);
  for (int f = 0; f < frames; f++) {
    kernels_.advance(gates_.data() + f * 4 * kCells, hidden, hidden_state_.data(), cell_state_.data());
    probabilities[f] = decide();
  }
}

void Silero::compute_spectra(const float* samples, int frames) {
  constexpr int kStretch = kContext + kFrame;
  constexpr int kPadded = kStretch + kContext;
  constexpr int kTogether = kSpectra / kSpectraOfFrame;
  float padded[kTogether][kPadded];
  const SpectrumTables tables = {window_.data(), reversed_.data(), cosines_.data(), sines_.data()};
  for (int begin = 0; begin < frames; begin += kTogether) {
    const float* from[kSpectra];
    float* to[kSpectra];
    // The last group may be short: its last frame then takes the places left, to the same result.
    for (int i = 0; i < kTogether; i++) {
      const int f = std::min(begin + i, frames - 1);
      const float* frame = samples + f * kFrame;
      float* row = padded[i];
      std::memcpy(row, f == 0 ? context_.data() : frame - kContext, kContext * sizeof(float));
      std::memcpy(row + kContext, frame, kFrame * sizeof(float));
      for (int k = 0; k < kContext; k++) row[kStretch + k] = row[kStretch - 2 - k];
      for (int s = 0; s < kSpectraOfFrame; s++) {
        from[i * kSpectraOfFrame + s] = row + s * (kSpectrumSamples / 2);
        to[i * kSpectraOfFrame + s] = spectra_.data() + (f * kSpectraOfFrame + s) * kSpectrumBins;
      }
    }
    kernels_.spectra(from, tables, to);
  }
  const float* last = samples + frames * kFrame - kContext;
  std::copy(last, last + kContext, context_.begin());
}

// One product for each position of the output, over the frames; a tap that falls on the padding is left out.
void Silero::convolve(int layer, const float* from, int positions, int stride, int frames, float* to) const {
  const Layer& weights = convolutions_[layer];
  const int channels = weights.inputs / kKernel;
  const int outputs = (positions - 1) / stride + 1;
  for (int position = 0; position < outputs; position++) {
    const int first = position * stride - 1;
    const int begin = std::max(first, 0);
    const int end = std::min(first + kKernel, positions);
    const VoiceMatrix matrix = take_inputs(weights, (begin - first) * channels, (end - first) * channels);
    kernels_.multiply({from + begin * channels, frames, static_cast<int64_t>(positions) * channels}, matrix, true,
                      to + position * weights.outputs, static_cast<int64_t>(outputs) * weights.outputs);
  }
}

float Silero::decide() const {
  double sum = output_bias_;
  for (int i = 0; i < kCells; i++) {
    const size_t cell = static_cast<size_t>(i);
    sum += static_cast<double>(output_[cell]) * static_cast<double>(std::max(hidden_state_[cell], 0.0f));
  }
  return static_cast<float>(1.0 / (1.0 + std::exp(-sum)));
}

}  // namespace tilescribe
