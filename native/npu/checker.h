// Proves that a program is within the limits of the silicon, before anything is run or compiled. Each limit has its
// source; what the checker cannot prove is said in docs/npu.md.
#pragma once

#include <string>
#include <vector>

#include "npu/program.h"

namespace tilescribe::npu {

// AM020 (Versal AI Engine-ML architecture manual) for memories, channels, descriptors and locks; the fields of
// descriptors as mlir-aie's AIE2 target model has them; contexts from amdxdna's npu1_regs.c.
struct Limits {
  uint32_t core_memory = 64 * 1024;
  uint32_t program_memory = 16 * 1024;
  uint32_t minimum_stack = 2048;
  uint32_t memory_tile = 512 * 1024;
  int core_channels = 2;  // each way
  int memory_channels = 6;
  int shim_channels = 2;
  int core_descriptors = 16;
  int memory_descriptors = 48;
  int shim_descriptors = 16;
  int core_locks = 16;
  int memory_locks = 64;
  int lock_maximum = 63;
  uint32_t core_transfer_words = (1u << 14) - 1;
  uint32_t memory_transfer_words = (1u << 17) - 1;
  uint32_t stride_words = 1u << 20;
  uint32_t wrap = 1023;
  uint32_t iteration = 64;
  int core_dimensions = 3;
  int memory_dimensions = 4;
  int queue_depth = 4;
  int columns = 4;
  int core_rows = 4;
  int contexts = 6;
  int arguments = 5;
};

// What is wrong, one sentence each; none if the program is within the limits.
std::vector<std::string> check_program(const ProgramPlan& program, const Limits& limits = {});

}  // namespace tilescribe::npu
