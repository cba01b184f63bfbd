// What stands behind the handles of npu_abi.h: a device with its design, buffers and runs, and the boundary at which
// exceptions of XRT become codes and texts.
//
// The surprising things: a hardware context lives as long as any run or kernel made for it, so that a new one takes
// letting go of all of them; and XRT ends the whole process when a run is destroyed that it still takes for running,
// so that such a run is first waited for, longer than the driver lets any run take, and then leaked with all that it
// may still write to.
#pragma once

#include <xrt/experimental/xrt_kernel.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_hw_context.h>
#include <xrt/xrt_kernel.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "npu/xrt/npu_abi.h"

namespace tilescribe::npu::plugin {

// Arguments of the kernel: opcode, instructions, number of their words, then data.
inline constexpr int kInstructionArgument = 1;
inline constexpr int kFirstDataArgument = 3;
inline constexpr uint32_t kMaxDataArguments = 16;

struct Failure {
  int32_t code;
  std::string message;
};

inline void explain(TilescribeNpuError* error, const std::string& text) {
  if (error != nullptr) std::snprintf(error->message, sizeof error->message, "%s", text.c_str());
}

// Does the work and gives its code; whatever is thrown becomes `otherwise` and a text.
template <typename Work>
int32_t guarded(TilescribeNpuError* error, int32_t otherwise, Work&& work) noexcept {
  try {
    try {
      work();
      return TILESCRIBE_NPU_OK;
    } catch (const Failure& failure) {
      explain(error, failure.message);
      return failure.code;
    } catch (const std::bad_alloc&) {
      explain(error, "out of memory");
      return TILESCRIBE_NPU_NO_MEMORY;
    } catch (const std::exception& thrown) {
      explain(error, thrown.what());
      return otherwise;
    }
  } catch (...) {
    if (error != nullptr) std::strcpy(error->message, "XRT failed without saying why");
    return TILESCRIBE_NPU_OTHER;
  }
}

inline void require(bool holds, const char* message) {
  if (!holds) throw Failure{TILESCRIBE_NPU_BAD_ARGUMENT, message};
}

struct Design {
  xrt::hw_context context;
  xrt::kernel kernel;
};

}  // namespace tilescribe::npu::plugin

struct TilescribeNpuDevice {
  xrt::device device;
  xrt::uuid design_id;
  std::string kernel_name;
  std::optional<tilescribe::npu::plugin::Design> design;
  std::vector<TilescribeNpuRun*> runs;
  std::vector<TilescribeNpuBuffer*> buffers;
  // A run was leaked: what it may still write to has to stay.
  bool is_haunted = false;
};

struct TilescribeNpuBuffer {
  TilescribeNpuDevice* device;
  xrt::bo object;
};

struct TilescribeNpuRun {
  TilescribeNpuDevice* device;
  TilescribeNpuBuffer* instructions;
  uint32_t words;
  std::vector<TilescribeNpuBuffer*> data;
  // None after a reset that failed.
  std::unique_ptr<xrt::run> run;
  // Started, and not seen to have ended.
  bool is_running = false;
};

namespace tilescribe::npu::plugin {

// A context for the design that the device has registered. Throws Failure.
Design make_design(TilescribeNpuDevice& device);

// The run for the context that the device has now.
std::unique_ptr<xrt::run> prepare(const TilescribeNpuRun& run);

// Whether a run has ended, by what a wait for it gave.
bool has_ended(const xrt::run& run, ert_cmd_state waited);

// Destroys the run, or leaks it when it does not end.
void let_go(TilescribeNpuRun& run);

// The same for a list that was not seen to end, with its runs.
void let_go(std::unique_ptr<xrt::runlist> list, TilescribeNpuRun* const* runs, uint32_t count);

}  // namespace tilescribe::npu::plugin
