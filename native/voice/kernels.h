// The arithmetic of the voice detector, once per instruction set, with the same bits from each: only
// additions, multiplications, divisions and roots that IEEE 754 rounds in one way, each output summed in one
// order. Vectors run over outputs or over spectra that are computed side by side, never along a sum.
#pragma once

#include <cstdint>

namespace tilescribe {

// Outputs of a matrix stand in panels of 32: [outputs / 32][inputs][32], so that a panel is read in a line.
inline constexpr int kPanel = 32;
// Spectra are computed this many at a time.
inline constexpr int kSpectra = 16;
inline constexpr int kSpectrumSamples = 256;
inline constexpr int kSpectrumBins = 129;

// Rows of float32, `stride` apart.
struct VoiceRows {
  const float* at = nullptr;
  int count = 0;
  int64_t stride = 0;
};

// Inputs [begin, end) of a packed matrix of float32 weights.
struct VoiceMatrix {
  const float* panels = nullptr;  // [outputs / 32][inputs][32]
  const float* bias = nullptr;    // [outputs]
  int outputs = 0;                // a multiple of 32
  int inputs = 0;
  int begin = 0;
  int end = 0;
};

// Tables of the transform, see silero.cc.
struct SpectrumTables {
  const float* window = nullptr;   // [256]
  const int* reversed = nullptr;   // [128] indices with their seven bits in reverse
  const float* cosines = nullptr;  // [129] cos(2 pi k / 256)
  const float* sines = nullptr;    // [129] sin(2 pi k / 256)
};

struct VoiceKernels {
  const char* name;

  // y[r][n] = bias[n] + sum over k of x[r][k] * w[n][begin + k]; with `rectify`, max(0, that).
  void (*multiply)(const VoiceRows& x, const VoiceMatrix& w, bool rectify, float* y, int64_t y_stride);

  // Magnitudes of the windowed Fourier transform of sixteen stretches of 256 samples.
  // from [16] pointers; to [16] pointers to 129 floats.
  void (*spectra)(const float* const* from, const SpectrumTables& tables, float* const* to);

  // One step of an LSTM of 128 cells in PyTorch's order of gates (input, forget, cell, output).
  // gates [512]: what comes from the input, overwritten; w: 512 outputs of 128 inputs, its bias not used;
  // hidden and cell [128] are updated.
  void (*advance)(float* gates, const VoiceMatrix& w, float* hidden, float* cell);
};

// The best this CPU can run; or a named one ("generic", "avx2", "avx512vnni"), nullptr if it cannot.
const VoiceKernels& best_voice_kernels();
const VoiceKernels* find_voice_kernels(const char* name);

}  // namespace tilescribe
