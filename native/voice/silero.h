// Silero VAD (MIT, https://github.com/snakers4/silero-vad), versions 5 and 6 at 16 kHz: the probability of
// speech in each frame of 512 samples (32 ms). The network, as its ONNX file has it:
//
//   576 samples   64 of the frame before, 512 of the frame; 64 more on the right by reflection
//   spectrum      magnitudes of four windowed transforms of 256 samples, 128 apart   [4, 129]
//   convolution   129 -> 128, kernel 3, stride 1, padding 1, rectified              [4, 128]
//   convolution   128 -> 64,  kernel 3, stride 2, padding 1, rectified              [2, 64]
//   convolution    64 -> 64,  kernel 3, stride 2, padding 1, rectified              [1, 64]
//   convolution    64 -> 128, kernel 3, stride 1, padding 1, rectified              [1, 128]
//   LSTM          128 cells, state carried from frame to frame
//   output        sigmoid(bias + weights . max(0, hidden))
//
// All but the LSTM's own product is computed for many frames at a time, which is where the speed comes from;
// the spectrum, a convolution in the file, is a fast Fourier transform here.
#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "voice/kernels.h"

namespace tilescribe {

// The tensors of the ONNX file, float32, shapes as there. Only read while the detector is made.
struct SileroTensors {
  const float* basis = nullptr;  // [258, 1, 256]
  // encoder.0 to encoder.3, shapes [128, 129, 3], [64, 128, 3], [64, 64, 3], [128, 64, 3]
  const float* convolution[4] = {};
  const float* convolution_bias[4] = {};  // [128], [64], [64], [128]
  const float* input_weight = nullptr;    // [512, 128], gates in PyTorch's order
  const float* input_bias = nullptr;      // [512]
  const float* hidden_weight = nullptr;   // [512, 128]
  const float* hidden_bias = nullptr;     // [512]
  const float* output_weight = nullptr;   // [1, 128, 1]
  const float* output_bias = nullptr;     // [1]
};

class Silero {
 public:
  static constexpr int kFrame = 512;
  static constexpr int kTensors = 15;

  // Fails with kModelCorrupt when the basis is not that of a windowed Fourier transform.
  static Status open(const SileroTensors& tensors, const VoiceKernels& kernels, std::unique_ptr<Silero>* silero);

  // Probabilities of the next `frames` frames of the stream; samples float32 [frames * 512].
  void process(const float* samples, int frames, float* probabilities);

  // Forgets what was heard: the next frame is the first of a stream.
  void reset();

  const char* kernels_name() const { return kernels_.name; }

 private:
  static constexpr int kContext = 64;
  static constexpr int kCells = 128;
  static constexpr int kSpectraOfFrame = 4;
  // Frames computed side by side: whole tiles of every kernel, and their activations stay in the core's cache.
  static constexpr int kMost = 48;

  struct Layer {
    std::vector<float> panels;
    std::vector<float> bias;
    int outputs = 0;
    int inputs = 0;
  };

  explicit Silero(const VoiceKernels& kernels) : kernels_(kernels) {}

  static Layer pack_convolution(const float* weight, const float* bias, int outputs, int channels);
  static VoiceMatrix take_inputs(const Layer& layer, int begin, int end);
  Status take_basis(const float* basis);
  void process_some(const float* samples, int frames, float* probabilities);
  void compute_spectra(const float* samples, int frames);
  void convolve(int layer, const float* from, int positions, int stride, int frames, float* to) const;
  float decide() const;

  const VoiceKernels& kernels_;
  std::vector<float> window_;
  std::vector<int> reversed_;
  std::vector<float> cosines_;
  std::vector<float> sines_;
  Layer convolutions_[4];
  Layer input_;
  Layer hidden_;
  std::vector<float> output_;
  float output_bias_ = 0;

  // Of the stream.
  std::vector<float> context_ = std::vector<float>(kContext);
  std::vector<float> hidden_state_ = std::vector<float>(kCells);
  std::vector<float> cell_state_ = std::vector<float>(kCells);

  // Of the frames at work: [kMost][positions][channels].
  std::vector<float> spectra_ = std::vector<float>(kMost * kSpectraOfFrame * kSpectrumBins);
  std::vector<float> first_ = std::vector<float>(kMost * 4 * 128);
  std::vector<float> second_ = std::vector<float>(kMost * 2 * 64);
  std::vector<float> third_ = std::vector<float>(kMost * 64);
  std::vector<float> fourth_ = std::vector<float>(kMost * 128);
  std::vector<float> gates_ = std::vector<float>(kMost * 4 * kCells);
};

}  // namespace tilescribe
