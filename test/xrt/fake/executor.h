// What the fake device does with a command: reads XRT's packet as the firmware would, finds the buffers by their
// device addresses and runs the design that the context was configured with.
//
// The design is named by the PDI, the part of the xclbin that would configure the array: ours holds a line of text
// (test/xrt/make-xclbin.sh). "add-one" is a design for testing the driver and the plugin alone; the decoder's is
// executed by the emulator (native/npu), on the memory of the buffers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace fake_amdxdna {

// ert_cmd_state of XRT, the low four bits of a packet's header.
enum class State : uint32_t { kCompleted = 4, kError = 5, kAbort = 6, kTimeout = 8 };

struct Memory {
  uint8_t* data = nullptr;
  uint64_t bytes = 0;
};

struct Device {
  // Of a device address: the memory from there to the end of its buffer; null for none.
  std::function<Memory(uint64_t)> find;
  // Of the handle of a command buffer, as a chain names its commands.
  std::function<Memory(uint32_t)> command;
};

// FAKE_AMDXDNA_FAULT=KIND@N[,KIND@N]...: what goes wrong at the N-th run (counted from 1) of this process.
// timeout, abort, error: the run ends in that state. hang: it runs until the driver ends it. dead: not even then. gone:
// the device is lost from then on. flip: the decoder's run completes, over weights of which a bit is another.
enum class Fault { kNone, kTimeout, kAbort, kError, kHang, kDead, kGone, kFlip };

class FaultPlan {
 public:
  FaultPlan();
  // For the next run.
  Fault next();

 private:
  std::map<uint64_t, Fault> faults_;
  uint64_t runs_ = 0;
};

struct Outcome {
  State state = State::kCompleted;
  Fault fault = Fault::kNone;
};

// Executes the packet, a chain run by run until one fails, and writes the state into its header when it ends.
Outcome execute(Memory packet, const std::string& design, const Device& device, FaultPlan& faults);

// Writes the state into the packet's header.
void mark(Memory packet, State state);

}  // namespace fake_amdxdna
