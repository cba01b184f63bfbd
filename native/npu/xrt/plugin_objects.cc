#include "npu/xrt/plugin_objects.h"

#include <chrono>
#include <utility>

namespace tilescribe::npu::plugin {
namespace {

// A transaction stream of the NPU's command processor, as mlir-aie makes it (2 is the older one that XRT warns of).
constexpr uint64_t kTransactionOpcode = 3;

// The driver ends a run that hangs after 2 s (tdr_timeout_ms).
constexpr std::chrono::milliseconds kDriverEndsRuns{3000};

bool is_final(ert_cmd_state state) {
  return state == ERT_CMD_STATE_COMPLETED || state == ERT_CMD_STATE_ERROR || state == ERT_CMD_STATE_ABORT;
}

// True when the run can be destroyed.
bool settle(TilescribeNpuRun& run) {
  if (!run.is_running || !run.run) return true;
  try {
    run.is_running = !has_ended(*run.run, run.run->wait(kDriverEndsRuns));
  } catch (...) {
    return false;
  }
  return !run.is_running;
}

}  // namespace

Design make_design(TilescribeNpuDevice& device) {
  try {
    xrt::hw_context context(device.device, device.design_id);
    xrt::kernel kernel(context, device.kernel_name);
    return Design{std::move(context), std::move(kernel)};
  } catch (const std::exception& thrown) {
    throw Failure{TILESCRIBE_NPU_NO_CONTEXT, std::string("no hardware context: ") + thrown.what()};
  }
}

std::unique_ptr<xrt::run> prepare(const TilescribeNpuRun& run) {
  auto prepared = std::make_unique<xrt::run>(run.device->design->kernel);
  prepared->set_arg(0, kTransactionOpcode);
  prepared->set_arg(kInstructionArgument, run.instructions->object);
  prepared->set_arg(2, run.words);
  for (size_t i = 0; i < run.data.size(); i++) {
    prepared->set_arg(kFirstDataArgument + static_cast<int>(i), run.data[i]->object);
  }
  return prepared;
}

// Timeout is both what the driver says of a run and what XRT says of a wait; the run itself tells them apart.
bool has_ended(const xrt::run& run, ert_cmd_state waited) {
  return is_final(waited) || (waited == ERT_CMD_STATE_TIMEOUT && run.state() == ERT_CMD_STATE_TIMEOUT);
}

void let_go(TilescribeNpuRun& run) {
  if (settle(run)) {
    run.run.reset();
  } else {
    run.device->is_haunted = true;
    static_cast<void>(run.run.release());
  }
  run.is_running = false;
}

void let_go(std::unique_ptr<xrt::runlist> list, TilescribeNpuRun* const* runs, uint32_t count) {
  try {
    if (list->wait(kDriverEndsRuns) == std::cv_status::no_timeout) return;
  } catch (const xrt::runlist::command_error&) {
    return;
  } catch (...) {
    // Not known to have ended.
  }
  static_cast<void>(list.release());
  runs[0]->device->is_haunted = true;
  for (uint32_t i = 0; i < count; i++) static_cast<void>(runs[i]->run.release());
}

}  // namespace tilescribe::npu::plugin
