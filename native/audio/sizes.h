// Sizes of a window of sound and of its spectrogram (openai/whisper audio.py).
#pragma once

namespace tilescribe {

inline constexpr int kMelBins = 80;
// Mel frames of a 30 s window at 16 kHz: 400 samples each, 160 apart, centred on their position.
inline constexpr int kWindowFrames = 3000;
inline constexpr int kFrameSamples = 400;
inline constexpr int kHopSamples = 160;
inline constexpr int kWindowSamples = kWindowFrames * kHopSamples;
// How far the frames of a window reach to either side of it.
inline constexpr int kEdgeSamples = kFrameSamples / 2;
inline constexpr int kSamplesWithEdges = kEdgeSamples + kWindowSamples + kEdgeSamples;

}  // namespace tilescribe
