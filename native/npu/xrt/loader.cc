#include "npu/xrt/loader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

#include "npu/xrt/library.h"
#include "npu/xrt/probe.h"

namespace tilescribe::npu {
namespace {

using Clock = std::chrono::steady_clock;

// Of this process.
std::atomic<bool> is_in_use{false};
std::atomic<bool> is_given_up{false};

constexpr size_t kTelemetryBytes = 16384;

RunState to_run_state(int32_t state) {
  switch (state) {
    case TILESCRIBE_NPU_COMPLETED: return RunState::kCompleted;
    case TILESCRIBE_NPU_TIMEOUT: return RunState::kTimeout;
    case TILESCRIBE_NPU_ABORTED: return RunState::kAborted;
    case TILESCRIBE_NPU_GONE: return RunState::kLost;
    default: return RunState::kError;
  }
}

Status to_status(int32_t code, const TilescribeNpuError& error) {
  switch (code) {
    case TILESCRIBE_NPU_OK: return {};
    case TILESCRIBE_NPU_NO_MEMORY: return {Code::kOutOfMemory, error.message};
    case TILESCRIBE_NPU_BAD_ARGUMENT: return {Code::kInvalidArgument, error.message};
    case TILESCRIBE_NPU_LOST:
    case TILESCRIBE_NPU_OTHER: return {Code::kDeviceFault, error.message};
    default: return {Code::kDeviceUnavailable, error.message};
  }
}

// The value of a member of XRT's JSON that is a string.
std::string find_text(const std::string& json, const std::string& name) {
  const size_t at = json.find('"' + name + '"');
  const size_t begin = at == std::string::npos ? at : json.find('"', json.find(':', at));
  if (begin == std::string::npos) return "";
  const size_t end = json.find('"', begin + 1);
  return end == std::string::npos ? "" : json.substr(begin + 1, end - begin - 1);
}

// What runs and the device share.
struct Counts {
  std::mutex mutex;
  Telemetry telemetry;

  void record(RunState state, double ms, int64_t runs) {
    const std::lock_guard<std::mutex> lock(mutex);
    telemetry.runs += runs;
    if (state == RunState::kCompleted) {
      telemetry.run_ms += ms;
    } else {
      telemetry.failed_runs++;
    }
  }
};

double since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

class XrtBuffer : public Buffer {
 public:
  XrtBuffer(const TilescribeNpuFunctions& npu, TilescribeNpuBuffer* handle, void* memory, size_t bytes)
      : npu_(npu), handle_(handle), memory_(static_cast<uint8_t*>(memory)), bytes_(bytes) {}
  ~XrtBuffer() override { npu_.release(handle_); }
  XrtBuffer(const XrtBuffer&) = delete;
  XrtBuffer& operator=(const XrtBuffer&) = delete;

  uint8_t* data() override { return memory_; }
  size_t bytes() const override { return bytes_; }
  Status sync_to_device(size_t offset, size_t count) override { return sync(TILESCRIBE_NPU_TO_DEVICE, offset, count); }
  Status sync_from_device(size_t offset, size_t count) override {
    return sync(TILESCRIBE_NPU_FROM_DEVICE, offset, count);
  }
  TilescribeNpuBuffer* handle() const { return handle_; }

 private:
  Status sync(int32_t direction, size_t offset, size_t count) {
    TilescribeNpuError error = {};
    return to_status(npu_.sync(handle_, direction, offset, count, &error), error);
  }

  const TilescribeNpuFunctions& npu_;
  TilescribeNpuBuffer* handle_;
  uint8_t* memory_;
  size_t bytes_;
};

class XrtRun : public Run {
 public:
  XrtRun(const TilescribeNpuFunctions& npu, TilescribeNpuRun* handle, std::shared_ptr<Counts> counts)
      : npu_(npu), handle_(handle), counts_(std::move(counts)) {}
  ~XrtRun() override { npu_.release_run(handle_); }
  XrtRun(const XrtRun&) = delete;
  XrtRun& operator=(const XrtRun&) = delete;

  Status start() override {
    started_ = Clock::now();
    TilescribeNpuError error = {};
    return to_status(npu_.start(handle_, &error), error);
  }

  RunState wait(int timeout_ms) override {
    int32_t state = TILESCRIBE_NPU_GONE;
    TilescribeNpuError error = {};
    const int32_t code = npu_.wait(handle_, static_cast<uint32_t>(std::max(timeout_ms, 1)), &state, &error);
    const RunState result = code == TILESCRIBE_NPU_OK ? to_run_state(state) : RunState::kLost;
    counts_->record(result, since(started_), 1);
    return result;
  }

  TilescribeNpuRun* handle() const { return handle_; }

 private:
  const TilescribeNpuFunctions& npu_;
  TilescribeNpuRun* handle_;
  std::shared_ptr<Counts> counts_;
  Clock::time_point started_;
};

class XrtDevice : public Device {
 public:
  XrtDevice() = default;
  ~XrtDevice() override {
    if (handle_ == nullptr) return;
    npu_->close(handle_);
    is_in_use = false;
  }
  XrtDevice(const XrtDevice&) = delete;
  XrtDevice& operator=(const XrtDevice&) = delete;

  std::vector<Check> probe() override {
    raise_memory_lock();
    std::vector<Check> checks = judge_facts(gather_facts(""));
    if (!checks.back().ok) return checks;
    const XrtLibrary library = open_xrt_library(xrt_plugin_path());
    checks.push_back(judge_library(library));
    if (library.functions == nullptr || is_in_use) return checks;
    // Whatever is still in the way, XRT says it here.
    TilescribeNpuDevice* opened = nullptr;
    TilescribeNpuError error = {};
    if (library.functions->open(0, &opened, &error) != TILESCRIBE_NPU_OK) {
      checks.push_back({"device-opens", false, error.message, "XRT cannot open the NPU", "xrt-smi examine"});
    } else {
      library.functions->close(opened);
      checks.push_back({"device-opens", true, "XRT opens the NPU", "", ""});
    }
    return checks;
  }

  Status open() override {
    if (is_given_up) return {Code::kDeviceUnavailable, "the NPU failed twice and is left alone until the next start"};
    if (handle_ != nullptr) return {Code::kInvalidArgument, "the NPU is already open"};
    raise_memory_lock();
    const ProbeFacts facts = gather_facts("");
    const Check last = judge_facts(facts).back();
    if (!last.ok) return {Code::kDeviceUnavailable, last.found + ": " + last.cause + " (" + last.fix + ")"};
    const XrtLibrary library = open_xrt_library(xrt_plugin_path());
    if (library.functions == nullptr) return {Code::kDeviceUnavailable, library.text};
    if (is_in_use.exchange(true)) return {Code::kDeviceUnavailable, "the NPU is already in use by this program"};
    npu_ = library.functions;
    TilescribeNpuError error = {};
    const int32_t code = npu_->open(0, &handle_, &error);
    if (code != TILESCRIBE_NPU_OK) {
      is_in_use = false;
      return {Code::kDeviceUnavailable, std::string("XRT cannot open the NPU: ") + error.message};
    }
    describe(library.text, facts.firmware);
    return {};
  }

  Status load(const DesignFiles& files) override {
    if (handle_ == nullptr) return not_open();
    TilescribeNpuError error = {};
    const int32_t code = npu_->load(handle_, files.xclbin.c_str(), files.kernel_name.c_str(), &error);
    if (code == TILESCRIBE_NPU_NO_CONTEXT) {
      return {
          Code::kDeviceUnavailable,
          std::string("the NPU has no context left, its six are taken by other programs, or it refused the design: ") +
              error.message};
    }
    if (code != TILESCRIBE_NPU_OK) return {Code::kDeviceUnavailable, error.message};
    return {};
  }

  Status allocate(BufferKind kind, size_t bytes, std::unique_ptr<Buffer>* buffer) override {
    if (handle_ == nullptr) return not_open();
    const int32_t place = kind == BufferKind::kInstructions ? TILESCRIBE_NPU_INSTRUCTIONS : TILESCRIBE_NPU_DATA;
    TilescribeNpuBuffer* made = nullptr;
    void* memory = nullptr;
    TilescribeNpuError error = {};
    const int32_t code = npu_->allocate(handle_, place, bytes, &made, &memory, &error);
    if (code != TILESCRIBE_NPU_OK) return to_status(code, error);
    *buffer = std::make_unique<XrtBuffer>(*npu_, made, memory, bytes);
    return {};
  }

  Status make_run(Buffer& instructions, size_t words, const std::vector<Buffer*>& arguments,
                  std::unique_ptr<Run>* run) override {
    if (handle_ == nullptr) return not_open();
    std::vector<TilescribeNpuBuffer*> data;
    for (Buffer* argument : arguments) data.push_back(static_cast<XrtBuffer*>(argument)->handle());
    TilescribeNpuRun* made = nullptr;
    TilescribeNpuError error = {};
    const int32_t code =
        npu_->make_run(handle_, static_cast<XrtBuffer&>(instructions).handle(), static_cast<uint32_t>(words),
                       data.data(), static_cast<uint32_t>(data.size()), &made, &error);
    if (code != TILESCRIBE_NPU_OK) return to_status(code, error);
    *run = std::make_unique<XrtRun>(*npu_, made, counts_);
    return {};
  }

  RunState run_batch(const std::vector<Run*>& runs, int timeout_ms) override {
    if (handle_ == nullptr) return RunState::kLost;
    if (runs.empty()) return RunState::kCompleted;
    std::vector<TilescribeNpuRun*> handles;
    for (Run* run : runs) handles.push_back(static_cast<XrtRun*>(run)->handle());
    const Clock::time_point start = Clock::now();
    int32_t state = TILESCRIBE_NPU_GONE;
    TilescribeNpuError error = {};
    const int32_t code = npu_->run_batch(handles.data(), static_cast<uint32_t>(handles.size()),
                                         static_cast<uint32_t>(std::max(timeout_ms, 1)), &state, &error);
    const RunState result = code == TILESCRIBE_NPU_OK ? to_run_state(state) : RunState::kLost;
    counts_->record(result, since(start), static_cast<int64_t>(runs.size()));
    return result;
  }

  Status reset() override {
    if (handle_ == nullptr) return not_open();
    if (has_been_reset_) {
      is_given_up = true;
      return {Code::kDeviceFault, "the NPU failed a second time and is left alone until the next start"};
    }
    has_been_reset_ = true;
    TilescribeNpuError error = {};
    const int32_t code = npu_->reset(handle_, &error);
    if (code != TILESCRIBE_NPU_OK) {
      is_given_up = true;
      return {Code::kDeviceFault, std::string("the NPU did not come back after a fault: ") + error.message};
    }
    const std::lock_guard<std::mutex> lock(counts_->mutex);
    counts_->telemetry.resets++;
    return {};
  }

  Telemetry telemetry() const override {
    const std::lock_guard<std::mutex> lock(counts_->mutex);
    return counts_->telemetry;
  }

 private:
  static Status not_open() { return {Code::kInvalidArgument, "the NPU is not open"}; }

  static Check judge_library(const XrtLibrary& library) {
    if (library.functions != nullptr) return {"runtime", true, "XRT " + library.text, "", ""};
    switch (library.missing) {
      case XrtLibrary::Missing::kPlugin:
        return {"runtime", false, library.text, "it is built where XRT's headers are installed", "npm run build"};
      case XrtLibrary::Missing::kXrt:
        return {"runtime", false, library.text, "XRT 2.21 or later is not installed",
                "npx tilescribe doctor says how, for this system"};
      default: return {"runtime", false, library.text, "the plugin does not fit the installed XRT", "npm run build"};
    }
  }

  void describe(const std::string& version, const std::string& firmware) {
    std::string json(kTelemetryBytes, '\0');
    TilescribeNpuError error = {};
    if (npu_->telemetry(handle_, json.data(), json.size(), &error) != TILESCRIBE_NPU_OK) json.clear();
    const std::lock_guard<std::mutex> lock(counts_->mutex);
    Telemetry& telemetry = counts_->telemetry;
    telemetry.device_name = find_text(json, "name");
    telemetry.power_mode = find_text(json, "power_mode");
    telemetry.runtime = "XRT " + version;
    telemetry.firmware = firmware;
  }

  const TilescribeNpuFunctions* npu_ = nullptr;
  TilescribeNpuDevice* handle_ = nullptr;
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
  bool has_been_reset_ = false;
};

}  // namespace

std::unique_ptr<Device> make_xrt_device() { return std::make_unique<XrtDevice>(); }

}  // namespace tilescribe::npu
