// What the decoder needs of an NPU, and all it may know of one. Two things stand behind this: the emulator
// (npu/emulator.h) and XRT (npu/xrt). Neither throws; what can go wrong is a Status or a RunState.
//
// One device holds one context with one design. A design is loaded once; buffers and runs belong to the device and
// must be gone before it is. After a run that did not complete, the device's work is worth nothing until reset(),
// which makes context and design anew; buffers keep what the host wrote, runs must be made again.
//
// One thread at a time, except that telemetry() may be asked from any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace tilescribe::npu {

// One thing that must be so before the device can be used, in the order in which they depend on each other: after
// the first that fails the rest may be missing.
struct Check {
  std::string id;  // "pci-device", "driver", "device-node", "memory-lock", "runtime", "firmware", "design", ...
  bool ok = false;
  std::string found;  // what was looked at, and what was there
  std::string cause;  // empty if ok
  std::string fix;    // a command or a sentence; empty if ok
};

// A compiled design: files of the user's own making (kernels/build), checked against the manifest before.
struct DesignFiles {
  std::string xclbin;       // path; the emulator looks at neither
  std::string kernel_name;  // "MLIR_AIE"
  std::string hash;         // SHA-256 of the xclbin, lower case hexadecimal, as the manifest has it
};

enum class BufferKind {
  kInstructions,  // cacheable by the device's controller
  kData,          // host memory that the device reads and writes
};

// Memory that host and device see, aligned to 4096 bytes, zero at first.
class Buffer {
 public:
  virtual ~Buffer() = default;
  virtual uint8_t* data() = 0;
  virtual size_t bytes() const = 0;
  // Makes what the host wrote visible to the device, and the other way round.
  virtual Status sync_to_device(size_t offset, size_t count) = 0;
  virtual Status sync_from_device(size_t offset, size_t count) = 0;
};

enum class RunState {
  kCompleted,
  kTimeout,  // not finished in time; the driver has or will have reset the context
  kAborted,  // by the firmware: wrong firmware, or a design that it refuses
  kError,    // the driver refused the command
  kLost,     // the context or the device is gone
};
const char* name_of(RunState state);

// A command that can be started again and again: instructions with the buffers that they name. The contents of both
// may change between runs, followed by a sync.
class Run {
 public:
  virtual ~Run() = default;
  virtual Status start() = 0;
  // Waits for the run started last.
  virtual RunState wait(int timeout_ms) = 0;
};

struct Telemetry {
  std::string device_name;  // as the runtime says it, "RyzenAI-npu1"; "emulated" for the emulator
  std::string runtime;      // "XRT 2.25.0", "emulator"
  std::string firmware;     // empty where unknown
  std::string power_mode;   // empty where unknown
  int64_t runs = 0;
  int64_t failed_runs = 0;
  int64_t resets = 0;
  double run_ms = 0;  // sum over completed runs: measured, or modelled where `is_modelled`
  bool is_modelled = false;
};

class Device {
 public:
  virtual ~Device() = default;

  // May be asked before open() and after a failure; does not keep anything open.
  virtual std::vector<Check> probe() = 0;

  virtual Status open() = 0;
  virtual Status load(const DesignFiles& files) = 0;
  virtual Status allocate(BufferKind kind, size_t bytes, std::unique_ptr<Buffer>* buffer) = 0;

  // `words` 32-bit words of `instructions`, then the data buffers in the order of the design's arguments
  // (program.h, Argument).
  virtual Status make_run(Buffer& instructions, size_t words, const std::vector<Buffer*>& arguments,
                          std::unique_ptr<Run>* run) = 0;

  // Starts all in order with one call where the runtime can, and waits for all; the state of the first that did
  // not complete, or kCompleted.
  virtual RunState run_batch(const std::vector<Run*>& runs, int timeout_ms) = 0;

  // Makes the context and the design anew.
  virtual Status reset() = 0;

  virtual Telemetry telemetry() const = 0;
};

}  // namespace tilescribe::npu
