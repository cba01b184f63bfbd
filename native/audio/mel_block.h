// The arithmetic of the log-mel spectrogram for a few frames at once, once per instruction set.
//
// Frames are the lanes of a vector, so nothing is shuffled, and a lane's result does not depend on how
// many there are: every implementation gives the same bits (float64, no fused multiply-add).
#pragma once

#include <cstdint>

#include "audio/sizes.h"

namespace tilescribe {

// Frames of one call. Divides kWindowFrames, and is a multiple of the lanes of every instruction set.
inline constexpr int kBlockFrames = 8;
// Samples from the first of a block's first frame to the last of its last.
inline constexpr int kBlockSamples = (kBlockFrames - 1) * kHopSamples + kFrameSamples;

// The real transform of 400 is a complex one of half the length.
inline constexpr int kTransform = kFrameSamples / 2;
// Bins from 0 to Nyquist.
inline constexpr int kPowerBins = kTransform + 1;

inline constexpr double kPowerFloor = 1e-10;
// Its log10: that of every mel energy of a frame of zeros, and the least there is.
inline constexpr double kSilence = -10.0;

struct MelTables {
  double window[kFrameSamples];  // half the periodic Hann window
  double turns200[40][4][2];     // exp(-2 pi i j p / 200), re and im, at [j][p - 1]
  double turns40[8][4][2];       // exp(-2 pi i j p / 40) at [j][p - 1]
  double turns400[101][2];       // exp(-2 pi i k / 400)
  uint8_t place[kTransform];     // where the transform leaves its bin k
  // Filter m weighs the powers of bins first[m], first[m] + 1, ... with weights[begin[m]] to
  // weights[begin[m + 1] - 1]. No bin is in more than two triangles.
  int first[kMelBins];
  int begin[kMelBins + 1];
  double weights[2 * kPowerBins];
};

// log10 of the mel energies, no less than kPowerFloor, of kBlockFrames frames, the first of which begins at
// `samples`: mel[bin * kWindowFrames + frame] for frame in [0, kBlockFrames). Reads kBlockFrames + 2 hops of
// samples. Returns the largest value of the first `count` frames, before it is rounded to float32. An energy that is
// not a number counts as none.
using MelBlock = double (*)(const MelTables& tables, const float* samples, int count, float* mel);

}  // namespace tilescribe
