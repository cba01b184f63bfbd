// Drives the NPU as the addon does, through npu/device.h, on the fake device with the design "add-one".
//
// usage: device_check probe
//        device_check work XCLBIN
// Prints what the probe found; `work` opens, loads and runs ten times, with a reset after a run that failed, and says
// what became of each. Exit status 0, or 3 when the device could not be used to the end.
#include <cstdio>
#include <string>
#include <vector>

#include "npu/xrt/loader.h"

namespace {

using tilescribe::Status;
using namespace tilescribe::npu;

constexpr int kNotUsable = 3;
constexpr int kTimeoutMs = 500;
constexpr size_t kWords = 1024;

int refuse(const char* what, const Status& status) {
  std::printf("%s: refused: %s\n", what, status.message().c_str());
  return kNotUsable;
}

int probe(Device& device) {
  bool is_good = true;
  for (const Check& check : device.probe()) {
    std::printf("%s: %s: %s\n", check.id.c_str(), check.ok ? "pass" : "fail", check.found.c_str());
    if (!check.ok) std::printf("  cause: %s\n  fix: %s\n", check.cause.c_str(), check.fix.c_str());
    is_good = is_good && check.ok;
  }
  return is_good ? 0 : kNotUsable;
}

int work(Device& device, const std::string& xclbin) {
  Status status = device.open();
  if (!status.ok()) return refuse("open", status);
  status = make_xrt_device()->open();
  std::printf("a second device: %s\n", status.ok() ? "OPEN" : status.message().c_str());
  status = device.load({xclbin, "MLIR_AIE", ""});
  if (!status.ok()) return refuse("load", status);
  std::unique_ptr<Buffer> instructions;
  std::unique_ptr<Buffer> in;
  std::unique_ptr<Buffer> out;
  std::unique_ptr<Run> run;
  for (auto& [kind, buffer] : {std::pair{BufferKind::kInstructions, &instructions}, std::pair{BufferKind::kData, &in},
                               std::pair{BufferKind::kData, &out}}) {
    status = device.allocate(kind, kWords * 4, buffer);
    if (!status.ok()) return refuse("allocate", status);
  }
  status = device.make_run(*instructions, 64, {in.get(), out.get()}, &run);
  if (!status.ok()) return refuse("make_run", status);
  for (uint32_t i = 1; i <= 10; i++) {
    *reinterpret_cast<uint32_t*>(instructions->data()) = i;
    status = instructions->sync_to_device(0, 4);
    if (status.ok()) status = run->start();
    const RunState state = status.ok() ? run->wait(kTimeoutMs) : RunState::kLost;
    if (state == RunState::kCompleted && out->sync_from_device(0, kWords * 4).ok()) {
      std::printf("run %u: %s\n", i, *reinterpret_cast<uint32_t*>(out->data()) == i ? "right" : "WRONG");
      continue;
    }
    std::printf("run %u: failed in state %d\n", i, static_cast<int>(state));
    status = device.reset();
    if (!status.ok()) {
      run.reset();
      return refuse("reset", status);
    }
    std::printf("reset\n");
    run.reset();
    status = device.make_run(*instructions, 64, {in.get(), out.get()}, &run);
    if (!status.ok()) return refuse("make_run", status);
  }
  const Telemetry telemetry = device.telemetry();
  std::printf("%s, %s, firmware %s, power mode %s: %lld runs, %lld failed, %lld resets, %s\n",
              telemetry.device_name.c_str(), telemetry.runtime.c_str(), telemetry.firmware.c_str(),
              telemetry.power_mode.c_str(), static_cast<long long>(telemetry.runs),
              static_cast<long long>(telemetry.failed_runs), static_cast<long long>(telemetry.resets),
              telemetry.is_modelled ? "modelled" : "measured");
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  int status = 0;
  {
    const auto device = make_xrt_device();
    status = std::string(arguments[1]) == "probe" ? probe(*device) : count > 2 ? work(*device, arguments[2]) : 2;
  }
  // What the session remembers outlives the device.
  const Status again = make_xrt_device()->open();
  std::printf("afterwards: %s\n", again.ok() ? "opens again" : again.message().c_str());
  return status;
}
