// The device of device.h in this process: Machine for what it computes, faults where a test asks for them, and the
// modelled time of what it did.
#pragma once

#include <memory>
#include <string>

#include "base/thread_pool.h"
#include "npu/device.h"
#include "npu/program.h"

namespace tilescribe::npu {

// kFlippedBit: a bit of the weights of the vocabulary is another from there on, and the runs complete.
enum class Fault { kNone, kTimeout, kAbort, kContextLost, kWrongFirmware, kDeviceGone, kFlippedBit };

struct FaultPlan {
  Fault fault = Fault::kNone;
  // Of the runs since the device was made, the first is 1. A wrong firmware aborts all from there on, a device that
  // is gone stays so; the others happen once.
  int at_run = 1;
};

// "timeout@3"; empty is no fault. False for what is not one.
bool parse_fault(const std::string& text, FaultPlan* plan);

// What kFlippedBit does, for others who want that fault.
void flip_bit_of_vocabulary(const ProgramPlan& program, uint8_t* weights);

// The pool belongs to the caller, runs nothing else during a run, and outlives the device.
std::unique_ptr<Device> make_emulator(const ProgramPlan& program, ThreadPool& pool, const FaultPlan& fault);

}  // namespace tilescribe::npu
