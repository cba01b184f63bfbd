// libtilescribe_xrt.so: npu_abi.h over XRT's C++ interface. Compiles against the headers of XRT 2.21 to 2.25.
//
// In: calls of the loader. Out: codes and texts; `guarded` at the end of every function is where exceptions of XRT
// stop. The surprising thing: XRT's C interface cannot register a design for an NPU, so C++ it is.
#include <xrt/experimental/xrt_version.h>
#include <xrt/experimental/xrt_xclbin.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "npu/xrt/plugin_objects.h"

namespace tilescribe::npu::plugin {
namespace {

// XRT tells causes apart only in its texts.
bool mentions(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

int32_t classify_open(const std::string& text) {
  if (mentions(text, "No such device")) return TILESCRIBE_NPU_NO_DEVICE;
  if (mentions(text, "err=-13") || mentions(text, "Permission denied")) return TILESCRIBE_NPU_NO_PERMISSION;
  // mmap(MAP_LOCKED) over the limit fails with EAGAIN.
  if (mentions(text, "mmap(") && mentions(text, "err=-11")) return TILESCRIBE_NPU_MEMORY_LOCK;
  return TILESCRIBE_NPU_OTHER;
}

void write_text(const std::string& text, char* target, size_t bytes) {
  require(target != nullptr && text.size() < bytes, "the text does not fit into the memory that was given");
  std::memcpy(target, text.c_str(), text.size() + 1);
}

// A string of JSON; XRT's names are plain ASCII, anything else is left out.
std::string quote(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') quoted += c;
  }
  return quoted + '"';
}

int32_t to_state(ert_cmd_state state) {
  switch (state) {
    case ERT_CMD_STATE_COMPLETED: return TILESCRIBE_NPU_COMPLETED;
    case ERT_CMD_STATE_TIMEOUT:
    case ERT_CMD_STATE_NORESPONSE: return TILESCRIBE_NPU_TIMEOUT;
    case ERT_CMD_STATE_ABORT: return TILESCRIBE_NPU_ABORTED;
    default: return TILESCRIBE_NPU_ERROR;
  }
}

// What XRT throws out of a wait when the driver itself refuses, rather than the run failing.
bool is_gone(const std::system_error& thrown) {
  const int value = thrown.code().value() < 0 ? -thrown.code().value() : thrown.code().value();
  return value == ENODEV || value == ENXIO || value == EIO;
}

std::string describe_state(ert_cmd_state state) {
  switch (state) {
    case ERT_CMD_STATE_TIMEOUT: return "the run did not complete in time (state 8, timeout)";
    case ERT_CMD_STATE_NORESPONSE: return "the firmware did not answer (state 9)";
    case ERT_CMD_STATE_ABORT: return "the firmware aborted the run (state 6, abort)";
    case ERT_CMD_STATE_ERROR: return "the firmware reported an error (state 5)";
    default: return "the run ended in state " + std::to_string(static_cast<int>(state));
  }
}

const Design& require_design(const TilescribeNpuDevice* device) {
  require(device != nullptr, "no device");
  if (!device->design) throw Failure{TILESCRIBE_NPU_LOST, "the device has no design loaded"};
  return *device->design;
}

xrt::run& require_run(TilescribeNpuRun* run) {
  require(run != nullptr, "no run");
  if (!run->run) throw Failure{TILESCRIBE_NPU_LOST, "the run belongs to a hardware context that is gone"};
  return *run->run;
}

int32_t version(char* text, size_t bytes, TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_OTHER, [&] {
    write_text(std::to_string(xrt::version::major()) + '.' + std::to_string(xrt::version::minor()) + '.' +
                   std::to_string(xrt::version::patch()),
               text, bytes);
  });
}

int32_t open(uint32_t index, TilescribeNpuDevice** device, TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_OTHER, [&] {
    require(device != nullptr, "no place for the device");
    try {
      auto made = std::make_unique<TilescribeNpuDevice>();
      made->device = xrt::device(index);
      *device = made.release();
    } catch (const std::exception& thrown) {
      throw Failure{classify_open(thrown.what()), thrown.what()};
    }
  });
}

void close(TilescribeNpuDevice* device) noexcept {
  if (device == nullptr) return;
  guarded(nullptr, TILESCRIBE_NPU_OTHER, [&] {
    for (TilescribeNpuRun* run : device->runs) {
      let_go(*run);
      delete run;
    }
    device->runs.clear();
    if (device->is_haunted) return;
    device->design.reset();
    for (TilescribeNpuBuffer* buffer : device->buffers) delete buffer;
    delete device;
  });
}

// XRT's query of the clock throws on Linux, so that only the platform is asked, and may fail as well.
std::string describe_platform(const xrt::device& device) {
  try {
    return device.get_info<xrt::info::device::platform>();
  } catch (const std::exception&) {
    return "null";
  }
}

int32_t telemetry(TilescribeNpuDevice* device, char* json, size_t bytes, TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_OTHER, [&] {
    require(device != nullptr, "no device");
    const auto name = device->device.get_info<xrt::info::device::name>();
    const auto bdf = device->device.get_info<xrt::info::device::bdf>();
    write_text("{\"name\":" + quote(name) + ",\"bdf\":" + quote(bdf) +
                   ",\"platform\":" + describe_platform(device->device) + '}',
               json, bytes);
  });
}

int32_t load(TilescribeNpuDevice* device, const char* xclbin_path, const char* kernel,
             TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_BAD_DESIGN, [&] {
    require(device != nullptr && xclbin_path != nullptr && kernel != nullptr, "no device, design or kernel");
    require(!device->design && device->kernel_name.empty(), "the device already has a design");
    const xrt::xclbin file{std::string(xclbin_path)};
    const auto kernels = file.get_kernels();
    const bool has_kernel = std::any_of(kernels.begin(), kernels.end(),
                                        [&](const auto& candidate) { return candidate.get_name() == kernel; });
    if (!has_kernel) {
      throw Failure{TILESCRIBE_NPU_BAD_DESIGN, std::string("the design has no kernel named ") + kernel};
    }
    device->design_id = device->device.register_xclbin(file);
    device->kernel_name = kernel;
    device->design = make_design(*device);
  });
}

int32_t reset(TilescribeNpuDevice* device, TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_LOST, [&] {
    require(device != nullptr && !device->kernel_name.empty(), "no device with a design");
    for (TilescribeNpuRun* run : device->runs) let_go(*run);
    device->design.reset();
    device->design = make_design(*device);
    for (TilescribeNpuRun* run : device->runs) run->run = prepare(*run);
  });
}

int32_t allocate(TilescribeNpuDevice* device, int32_t kind, uint64_t bytes, TilescribeNpuBuffer** buffer, void** memory,
                 TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_NO_MEMORY, [&] {
    const auto& kernel = require_design(device).kernel;
    require(buffer != nullptr && memory != nullptr && bytes > 0, "no place for the buffer, or no size");
    // All data arguments of a design are in the one bank of host memory.
    const bool is_data = kind == TILESCRIBE_NPU_DATA;
    auto made = std::make_unique<TilescribeNpuBuffer>();
    made->device = device;
    made->object = is_data
                       ? xrt::bo(device->device, bytes, XRT_BO_FLAGS_HOST_ONLY, kernel.group_id(kFirstDataArgument))
                       : xrt::bo(device->device, bytes, XRT_BO_FLAGS_CACHEABLE, kernel.group_id(kInstructionArgument));
    void* mapped = made->object.map();
    std::memset(mapped, 0, bytes);
    device->buffers.push_back(made.get());
    *memory = mapped;
    *buffer = made.release();
  });
}

int32_t sync(TilescribeNpuBuffer* buffer, int32_t direction, uint64_t offset, uint64_t bytes,
             TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_LOST, [&] {
    require(buffer != nullptr, "no buffer");
    const uint64_t size = buffer->object.size();
    require(offset <= size && bytes <= size - offset, "the part to synchronise reaches over the end of the buffer");
    buffer->object.sync(direction == TILESCRIBE_NPU_TO_DEVICE ? XCL_BO_SYNC_BO_TO_DEVICE : XCL_BO_SYNC_BO_FROM_DEVICE,
                        bytes, offset);
  });
}

void release(TilescribeNpuBuffer* buffer) noexcept {
  if (buffer == nullptr) return;
  auto& all = buffer->device->buffers;
  all.erase(std::remove(all.begin(), all.end(), buffer), all.end());
  if (buffer->device->is_haunted) return;
  guarded(nullptr, TILESCRIBE_NPU_OTHER, [&] { delete buffer; });
}

int32_t make_run(TilescribeNpuDevice* device, TilescribeNpuBuffer* instructions, uint32_t words,
                 TilescribeNpuBuffer* const* data, uint32_t count, TilescribeNpuRun** run,
                 TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_BAD_DESIGN, [&] {
    require_design(device);
    require(instructions != nullptr && (data != nullptr || count == 0) && run != nullptr, "a buffer is missing");
    require(count <= kMaxDataArguments, "more buffers than the kernel has arguments");
    require(uint64_t{words} * sizeof(uint32_t) <= instructions->object.size(), "more words than instructions");
    auto made = std::make_unique<TilescribeNpuRun>();
    made->device = device;
    made->instructions = instructions;
    made->words = words;
    made->data.assign(data, data + count);
    made->run = prepare(*made);
    device->runs.push_back(made.get());
    *run = made.release();
  });
}

void release_run(TilescribeNpuRun* run) noexcept {
  if (run == nullptr) return;
  auto& all = run->device->runs;
  all.erase(std::remove(all.begin(), all.end(), run), all.end());
  guarded(nullptr, TILESCRIBE_NPU_OTHER, [&] {
    let_go(*run);
    delete run;
  });
}

int32_t start(TilescribeNpuRun* run, TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_LOST, [&] {
    require_run(run).start();
    run->is_running = true;
  });
}

// XRT takes a timeout of 0 for "wait for ever", which is never wanted here.
std::chrono::milliseconds to_timeout(uint32_t timeout_ms) {
  return std::chrono::milliseconds(std::max(timeout_ms, 1u));
}

int32_t wait(TilescribeNpuRun* run, uint32_t timeout_ms, int32_t* state, TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_LOST, [&] {
    auto& waiting = require_run(run);
    require(state != nullptr, "no place for the state");
    try {
      const ert_cmd_state found = waiting.wait(to_timeout(timeout_ms));
      *state = to_state(found);
      run->is_running = !has_ended(waiting, found);
      if (found != ERT_CMD_STATE_COMPLETED) explain(error, describe_state(found));
    } catch (const std::system_error& thrown) {
      *state = is_gone(thrown) ? TILESCRIBE_NPU_GONE : TILESCRIBE_NPU_ERROR;
      explain(error, thrown.what());
    }
  });
}

int32_t run_batch(TilescribeNpuRun* const* runs, uint32_t count, uint32_t timeout_ms, int32_t* state,
                  TilescribeNpuError* error) noexcept {
  return guarded(error, TILESCRIBE_NPU_LOST, [&] {
    require(runs != nullptr && count > 0 && state != nullptr, "no runs");
    for (uint32_t i = 0; i < count; i++) require_run(runs[i]);
    auto list = std::make_unique<xrt::runlist>(require_design(runs[0]->device).context);
    for (uint32_t i = 0; i < count; i++) list->add(*runs[i]->run);
    bool is_running = true;
    try {
      list->execute();
      is_running = list->wait(to_timeout(timeout_ms)) == std::cv_status::timeout;
      *state = is_running ? TILESCRIBE_NPU_TIMEOUT : TILESCRIBE_NPU_COMPLETED;
      if (is_running) explain(error, describe_state(ERT_CMD_STATE_TIMEOUT));
    } catch (const xrt::runlist::command_error& thrown) {
      is_running = false;
      *state = to_state(thrown.get_command_state());
      explain(error, describe_state(thrown.get_command_state()));
    } catch (const std::system_error& thrown) {
      *state = is_gone(thrown) ? TILESCRIBE_NPU_GONE : TILESCRIBE_NPU_ERROR;
      explain(error, thrown.what());
    } catch (...) {
      // Destroyed on the way out, a list that still runs would end the process.
      let_go(std::move(list), runs, count);
      throw;
    }
    if (is_running) let_go(std::move(list), runs, count);
  });
}

constexpr TilescribeNpuFunctions kFunctions = {version, open,    close,    telemetry,   load,  reset, allocate,
                                               sync,    release, make_run, release_run, start, wait,  run_batch};

}  // namespace
}  // namespace tilescribe::npu::plugin

extern "C" __attribute__((visibility("default"))) const TilescribeNpuFunctions* tilescribe_npu_functions(uint32_t abi) {
  return abi == TILESCRIBE_NPU_ABI ? &tilescribe::npu::plugin::kFunctions : nullptr;
}
