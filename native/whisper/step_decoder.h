// A device that runs steps of the decoder in the CPU's place: one token for each of some rows that are sequences of
// their own. Prompts and alignment stay with Decoder, which also holds the results, so that whoever chooses tokens
// need not know where the logits come from.
#pragma once

#include <string>

#include "base/status.h"
#include "whisper/decoder.h"

namespace tilescribe {

class StepDecoder {
 public:
  virtual ~StepDecoder() = default;

  // Runs the rows, adds their tokens to their memories and leaves logits and hidden states in `decoder`, as its
  // forward() would. kDeviceFault when the device failed: then no memory has changed.
  virtual Status step(const DecoderRow* rows, int count, Decoder& decoder) = 0;

  // After a fault: makes the device ready again. False when it is given up.
  virtual bool recover() = 0;

  // Times of steps by layer and operation.
  virtual Timings& timings() = 0;
};

}  // namespace tilescribe
