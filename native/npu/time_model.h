// What a step would take on the silicon, as far as its bytes, its products and its dispatch say. Modelled, never
// measured: nothing of this has run on an NPU. It is a floor: no stall, no late lock, no slow kernel is in it.
#pragma once

#include <string>
#include <vector>

#include "npu/program.h"

namespace tilescribe::npu {

// Each with its source in docs/npu.md, "Where the numbers come from".
struct Rates {
  double read_gb_per_s = 42;  // DDR to the NPU by 8 channels at 1.6 GHz, scaled from 47.6 measured at 1.8 GHz
  double dispatch_ms = 0.108;
  double clock_ghz = 1.6;
  double macs_per_cycle = 256;  // int8, of one core
};

struct PartCost {
  std::string name;
  double bytes = 0;  // read from DDR
  double macs = 0;   // that count; rows that are not there do not
  double ms = 0;     // the longer of reading and computing on the busiest core
};

struct StepCost {
  std::vector<PartCost> parts;
  double bytes = 0;
  double bytes_written = 0;
  double macs = 0;
  double dispatch_ms = 0;
  double ms = 0;
  double exchange_ms = 0;  // in which no core computes; reading goes on into the rings, so it is not in `ms`
};

// Of `rows` rows with texts of `text_positions` over `runs` windows of `window_positions`.
StepCost estimate_step(const ProgramPlan& program, int rows, int runs, int text_positions, int window_positions,
                       bool is_sparse, const Rates& rates);

}  // namespace tilescribe::npu
