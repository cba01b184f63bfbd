// The emulated silicon as one plain C function, for a fake driver that executes the commands of the real runtime
// with it (test/xrt). In the static library tilescribe_npu.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

struct tilescribe_npu_buffer {
  uint8_t* data;
  size_t bytes;
};

// Runs the emulated design named `design` ("decoder_step"; program.h) over an instruction stream as
// npu/instructions.h encodes it and the data buffers in the order of the design's arguments. 0 when it completed;
// otherwise an ERT_CMD_STATE_* number: 5 (error) for a stream or buffers that the design cannot have, with the
// reason in `message` (at most `capacity` bytes with the final zero), which may be null.
int tilescribe_npu_run_design(const char* design, const uint32_t* words, size_t word_count,
                              const struct tilescribe_npu_buffer* buffers, size_t buffer_count, char* message,
                              size_t capacity);
}
