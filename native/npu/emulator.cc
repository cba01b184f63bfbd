#include "npu/emulator.h"

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>

#include "base/memory.h"
#include "npu/checker.h"
#include "npu/machine.h"
#include "npu/run_design.h"
#include "npu/time_model.h"

namespace tilescribe::npu {
namespace {

// Contexts of this process, as the driver counts those of the device.
std::atomic<int> open_contexts{0};

class EmulatedBuffer final : public Buffer {
 public:
  explicit EmulatedBuffer(size_t bytes) : memory_(bytes), bytes_(bytes) {}
  uint8_t* data() override { return memory_.data(); }
  size_t bytes() const override { return bytes_; }
  Status sync_to_device(size_t offset, size_t count) override { return check(offset, count); }
  Status sync_from_device(size_t offset, size_t count) override { return check(offset, count); }

 private:
  Status check(size_t offset, size_t count) const {
    if (offset <= bytes_ && count <= bytes_ - offset) return Status();
    return Status(Code::kInvalidArgument, "a sync beyond the end of a buffer");
  }
  Memory memory_;
  size_t bytes_;
};

class EmulatedDevice;

class EmulatedRun final : public Run {
 public:
  EmulatedRun(EmulatedDevice& device, Buffer& instructions, size_t words, const std::vector<Buffer*>& arguments,
              int context)
      : device_(device), instructions_(instructions), words_(words), arguments_(arguments), context_(context) {}
  Status start() override;
  RunState wait(int) override { return state_; }
  int context() const { return context_; }
  Buffer& instructions() { return instructions_; }
  size_t words() const { return words_; }
  const std::vector<Buffer*>& arguments() const { return arguments_; }

 private:
  EmulatedDevice& device_;
  Buffer& instructions_;
  size_t words_;
  std::vector<Buffer*> arguments_;
  int context_;
  RunState state_ = RunState::kError;
};

class EmulatedDevice final : public Device {
 public:
  EmulatedDevice(const ProgramPlan& program, ThreadPool& pool, const FaultPlan& fault)
      : program_(program), pool_(pool), fault_(fault), machine_(program) {
    telemetry_.device_name = "emulated";
    telemetry_.runtime = "emulator";
    telemetry_.is_modelled = true;
  }
  ~EmulatedDevice() override { close_context(); }

  std::vector<Check> probe() override {
    return {{"device", !is_gone_, is_gone_ ? "no device" : "the emulator in this process",
             is_gone_ ? "The emulated device is gone." : "", is_gone_ ? "Open the model again." : ""}};
  }
  Status open() override { return is_gone_ ? Status(Code::kDeviceUnavailable, "The emulated NPU is gone.") : Status(); }
  Status load(const DesignFiles&) override {
    const std::vector<std::string> faults = check_program(program_);
    if (!faults.empty()) return Status(Code::kDeviceUnavailable, "The design breaks a limit: " + faults.front());
    return open_context();
  }
  Status allocate(BufferKind, size_t bytes, std::unique_ptr<Buffer>* buffer) override {
    *buffer = std::make_unique<EmulatedBuffer>(bytes);
    return Status();
  }
  Status make_run(Buffer& instructions, size_t words, const std::vector<Buffer*>& arguments,
                  std::unique_ptr<Run>* run) override {
    if (arguments.size() != kArguments || words * 4 > instructions.bytes()) {
      return Status(Code::kInvalidArgument, "a run of other buffers than the design has");
    }
    *run = std::make_unique<EmulatedRun>(*this, instructions, words, arguments, context_);
    return Status();
  }
  RunState run_batch(const std::vector<Run*>& runs, int timeout_ms) override {
    for (Run* run : runs) {
      if (!run->start().ok()) return RunState::kError;
      const RunState state = run->wait(timeout_ms);
      if (state != RunState::kCompleted) return state;
    }
    return RunState::kCompleted;
  }
  Status reset() override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      telemetry_.resets++;
    }
    close_context();
    if (is_gone_) return Status(Code::kDeviceUnavailable, "The emulated NPU is gone.");
    return open_context();
  }
  Telemetry telemetry() const override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return telemetry_;
  }

  RunState execute(EmulatedRun& run) {
    const RunState state = run_or_fail(run);
    const std::lock_guard<std::mutex> lock(mutex_);
    telemetry_.runs++;
    if (state != RunState::kCompleted) telemetry_.failed_runs++;
    return state;
  }

 private:
  Status open_context() {
    if (open_contexts.fetch_add(1) >= Limits{}.contexts) {
      open_contexts.fetch_sub(1);
      return Status(Code::kDeviceUnavailable, "The emulated NPU has no context left.");
    }
    context_ = ++contexts_made_;
    return Status();
  }
  void close_context() {
    if (context_ != 0) open_contexts.fetch_sub(1);
    context_ = 0;
  }

  RunState run_or_fail(EmulatedRun& run) {
    // The same for a run of a context that is no more.
    if (is_gone_ || context_ == 0 || run.context() != context_) return RunState::kLost;
    run_count_++;
    const bool is_due =
        run_count_ == fault_.at_run || (fault_.fault == Fault::kWrongFirmware && run_count_ > fault_.at_run);
    const bool is_flip = fault_.fault == Fault::kFlippedBit;
    if (is_due && fault_.fault != Fault::kNone && !is_flip) return fail();
    std::array<HostBuffer, kArguments> buffers;
    for (size_t i = 0; i < buffers.size(); i++) {
      buffers[i] = {run.arguments()[i]->data(), run.arguments()[i]->bytes()};
    }
    if (is_due && is_flip) flip_bit_of_vocabulary(program_, buffers[static_cast<size_t>(Argument::kWeights)].data);
    const MachineResult result =
        machine_.run(reinterpret_cast<const uint32_t*>(run.instructions().data()), run.words(), buffers, pool_);
    if (result.state != MachineState::kCompleted) {
      close_context();
      return result.state == MachineState::kTimeout ? RunState::kTimeout : RunState::kError;
    }
    const Rates rates;
    const std::lock_guard<std::mutex> lock(mutex_);
    telemetry_.run_ms += rates.dispatch_ms + static_cast<double>(result.bytes_read) / (rates.read_gb_per_s * 1e6);
    return RunState::kCompleted;
  }

  RunState fail() {
    // The driver takes the context away with each of them.
    close_context();
    switch (fault_.fault) {
      case Fault::kTimeout: return RunState::kTimeout;
      case Fault::kAbort:
      case Fault::kWrongFirmware: return RunState::kAborted;
      case Fault::kDeviceGone: is_gone_ = true; return RunState::kLost;
      default: return RunState::kLost;
    }
  }

  const ProgramPlan program_;
  ThreadPool& pool_;
  const FaultPlan fault_;
  Machine machine_;
  int context_ = 0;
  int contexts_made_ = 0;
  int run_count_ = 0;
  bool is_gone_ = false;
  mutable std::mutex mutex_;
  Telemetry telemetry_;
};

Status EmulatedRun::start() {
  state_ = device_.execute(*this);
  return Status();
}

}  // namespace

const char* name_of(RunState state) {
  switch (state) {
    case RunState::kCompleted: return "completed";
    case RunState::kTimeout: return "timed out";
    case RunState::kAborted: return "was aborted by the firmware";
    case RunState::kError: return "was refused by the driver";
    case RunState::kLost: return "lost its context";
  }
  return "";
}

bool parse_fault(const std::string& text, FaultPlan* plan) {
  *plan = {};
  if (text.empty()) return true;
  const size_t at = text.find('@');
  const std::string name = text.substr(0, at);
  const std::string number = at == std::string::npos ? "1" : text.substr(at + 1);
  if (number.empty() || number.size() > 6 || number.find_first_not_of("0123456789") != std::string::npos) return false;
  plan->at_run = std::stoi(number);
  const std::pair<const char*, Fault> names[] = {
      {"timeout", Fault::kTimeout},          {"abort", Fault::kAbort},
      {"context-lost", Fault::kContextLost}, {"wrong-firmware", Fault::kWrongFirmware},
      {"device-gone", Fault::kDeviceGone},   {"flipped-bit", Fault::kFlippedBit}};
  for (const auto& [known, fault] : names) {
    if (name == known) plan->fault = fault;
  }
  return plan->fault != Fault::kNone && plan->at_run >= 1;
}

void flip_bit_of_vocabulary(const ProgramPlan& program, uint8_t* weights) {
  // Behind the norm and the zero points.
  weights[weights_offset(program, 0, program.weights.vocabulary.first_page + 2) + 100] ^= 0x80;
}

std::unique_ptr<Device> make_emulator(const ProgramPlan& program, ThreadPool& pool, const FaultPlan& fault) {
  return std::make_unique<EmulatedDevice>(program, pool, fault);
}

}  // namespace tilescribe::npu

extern "C" int tilescribe_npu_run_design(const char* design, const uint32_t* words, size_t word_count,
                                         const struct tilescribe_npu_buffer* buffers, size_t buffer_count,
                                         char* message, size_t capacity) {
  using namespace tilescribe;
  using namespace tilescribe::npu;
  MachineResult result;
  if (std::strcmp(design, "decoder_step") != 0 || buffer_count != kArguments) {
    result.state = MachineState::kError;
    result.message = "no such design";
  } else {
    // One machine for all runs, as there is one NPU; what it keeps from run to run is nothing but memory.
    static std::mutex mutex;
    static ThreadPool pool(1);
    static Machine machine(make_program(kBaseConfig, kSparseTokens));
    std::array<HostBuffer, kArguments> host;
    for (size_t i = 0; i < buffer_count; i++) host[i] = {buffers[i].data, buffers[i].bytes};
    const std::lock_guard<std::mutex> lock(mutex);
    result = machine.run(words, word_count, host, pool);
  }
  if (message != nullptr && capacity > 0) {
    std::strncpy(message, result.message.c_str(), capacity - 1);
    message[capacity - 1] = '\0';
  }
  return result.state == MachineState::kCompleted ? 0 : static_cast<int>(result.state);
}
