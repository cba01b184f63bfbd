// Whisper's input features: the log-mel spectrogram of one window, with the definition of
// src/engine/mel/log-mel.ts (openai/whisper audio.py, log_mel_spectrogram). Frames of 400 samples, 160 apart,
// periodic Hann window, power, mel, log10 with a floor of 1e-10, clamped to 8 below the maximum, then
// (x + 4) / 4.
#pragma once

#include <vector>

#include "audio/mel_block.h"
#include "base/thread_pool.h"
#include "cpu/kernels.h"

namespace tilescribe {

class LogMel {
 public:
  // Computes with the instruction set of `kernels`.
  LogMel(const Kernels& kernels, ThreadPool& pool);

  // The first `frames` (1 to 3000) of a window, as if it ended there: the maximum is theirs. It is that of the
  // whole window when what follows is zeros, because no value is less than that of a frame of zeros.
  //
  // `samples` is float32 [kSamplesWithEdges]; `mel` is float32 [80, 3000], row by row, of which columns from
  // `frames` on hold nothing of meaning afterwards.
  void compute(const float* samples, int frames, float* mel);

 private:
  double compute_part(const float* samples, int begin, int end, float* mel) const;

  const MelTables tables_;
  const MelBlock compute_block_;
  ThreadPool& pool_;
  std::vector<double> maxima_;  // of each thread
};

}  // namespace tilescribe
