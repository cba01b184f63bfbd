// Sizes of a Whisper model.
#pragma once

#include "audio/sizes.h"
#include "cpu/kernels.h"

namespace tilescribe {

// Encoder positions of a 30 s window: the second convolution has stride 2.
inline constexpr int kAudioContext = kWindowFrames / 2;

struct Config {
  int width = 0;
  int heads = 0;
  int encoder_layers = 0;
  int decoder_layers = 0;
  int text_context = 0;
  int vocabulary = 0;
};

// Keys of attention are stored in groups of 16.
inline constexpr int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace tilescribe
