// Drives libtilescribe_xrt.so through its C interface on the fake device, with the design "add-one".
//
// usage: plugin_check PLUGIN XCLBIN WHAT, where WHAT is one of
//   run        a run, a batch, telemetry, every misuse that must be refused
//   hold N     takes N contexts, says "holding", keeps them until its input ends
//   open       opens and loads, and says how that went
//   fault      runs until one fails, says how, resets, and runs again
// Prints what it did; exit status 0 when everything was as it should be, 3 when the device could not be used.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "npu/xrt/library.h"

namespace {

using tilescribe::npu::XrtLibrary;

constexpr uint32_t kTimeoutMs = 500;
constexpr uint64_t kWords = 1024;
constexpr int kNotUsable = 3;

int failures = 0;

void expect(bool holds, const char* what, const char* detail = "") {
  std::printf("%s: %s%s%s\n", holds ? "ok" : "FAILED", what, *detail != 0 ? ": " : "", detail);
  if (!holds) failures++;
}

struct Bench {
  const TilescribeNpuFunctions* npu;
  TilescribeNpuDevice* device = nullptr;
  TilescribeNpuError error = {};
  TilescribeNpuBuffer* instructions = nullptr;
  TilescribeNpuBuffer* data[2] = {};
  TilescribeNpuRun* run = nullptr;
  uint32_t* words = nullptr;
  uint32_t* in = nullptr;
  uint32_t* out = nullptr;

  int32_t open(const char* xclbin) {
    const int32_t opened = npu->open(0, &device, &error);
    return opened != TILESCRIBE_NPU_OK ? opened : npu->load(device, xclbin, "MLIR_AIE", &error);
  }

  TilescribeNpuBuffer* make(int32_t kind, uint64_t bytes, uint32_t** memory) {
    TilescribeNpuBuffer* buffer = nullptr;
    void* mapped = nullptr;
    expect(npu->allocate(device, kind, bytes, &buffer, &mapped, &error) == TILESCRIBE_NPU_OK, "a buffer");
    *memory = static_cast<uint32_t*>(mapped);
    return buffer;
  }

  void prepare() {
    instructions = make(TILESCRIBE_NPU_INSTRUCTIONS, 256, &words);
    data[0] = make(TILESCRIBE_NPU_DATA, kWords * 4, &in);
    data[1] = make(TILESCRIBE_NPU_DATA, kWords * 4, &out);
    for (uint32_t i = 0; i < kWords; i++) in[i] = 3 * i;
    words[0] = 1;
    npu->sync(instructions, TILESCRIBE_NPU_TO_DEVICE, 0, 256, &error);
    npu->sync(data[0], TILESCRIBE_NPU_TO_DEVICE, 0, kWords * 4, &error);
    const int32_t made = npu->make_run(device, instructions, 64, data, 2, &run, &error);
    expect(made == TILESCRIBE_NPU_OK, "a run", made == TILESCRIBE_NPU_OK ? "" : error.message);
  }

  int32_t once() {
    int32_t state = -1;
    error.message[0] = 0;
    if (npu->start(run, &error) != TILESCRIBE_NPU_OK) return -1;
    return npu->wait(run, kTimeoutMs, &state, &error) == TILESCRIBE_NPU_OK ? state : -1;
  }

  bool is_right(uint32_t added) {
    npu->sync(data[1], TILESCRIBE_NPU_FROM_DEVICE, 0, kWords * 4, &error);
    for (uint32_t i = 0; i < kWords; i++) {
      if (out[i] != 3 * i + added) return false;
    }
    return true;
  }
};

void check_batch(Bench& bench) {
  // From one buffer to the other and back: eight runs in order add eight.
  TilescribeNpuBuffer* back[2] = {bench.data[1], bench.data[0]};
  std::vector<TilescribeNpuRun*> runs;
  for (int i = 0; i < 8; i++) {
    TilescribeNpuRun* run = nullptr;
    auto* const* data = i % 2 == 0 ? bench.data : back;
    bench.npu->make_run(bench.device, bench.instructions, 64, data, 2, &run, &bench.error);
    runs.push_back(run);
  }
  for (int round = 1; round <= 2; round++) {
    int32_t state = -1;
    const int32_t code = bench.npu->run_batch(runs.data(), 8, kTimeoutMs, &state, &bench.error);
    const bool is_good = code == TILESCRIBE_NPU_OK && state == TILESCRIBE_NPU_COMPLETED;
    expect(is_good, "a batch of eight", is_good ? "" : bench.error.message);
    expect(bench.in[5] == 15 + 8u * static_cast<uint32_t>(round), "in their order");
  }
  for (TilescribeNpuRun* run : runs) bench.npu->release_run(run);
}

void check_misuse(Bench& bench, const char* xclbin) {
  TilescribeNpuRun* run = nullptr;
  TilescribeNpuError& error = bench.error;
  const auto* npu = bench.npu;
  expect(npu->load(bench.device, xclbin, "MLIR_AIE", &error) == TILESCRIBE_NPU_BAD_ARGUMENT, "no second design");
  expect(npu->sync(bench.data[0], TILESCRIBE_NPU_TO_DEVICE, 8, kWords * 4, &error) == TILESCRIBE_NPU_BAD_ARGUMENT,
         "no sync over the end");
  expect(
      npu->make_run(bench.device, bench.instructions, 65, bench.data, 2, &run, &error) == TILESCRIBE_NPU_BAD_ARGUMENT,
      "no more words than instructions");
  expect(npu->make_run(bench.device, nullptr, 1, bench.data, 2, &run, &error) == TILESCRIBE_NPU_BAD_ARGUMENT,
         "no run without instructions");
  expect(npu->open(0, nullptr, &error) == TILESCRIBE_NPU_BAD_ARGUMENT, "no device without a place for it");
  TilescribeNpuDevice* other = nullptr;
  expect(npu->open(7, &other, &error) == TILESCRIBE_NPU_NO_DEVICE, "no eighth device", error.message);
  expect(npu->open(0, &other, &error) == TILESCRIBE_NPU_OK, "the device a second time");
  expect(npu->load(other, "/nowhere.xclbin", "MLIR_AIE", &error) == TILESCRIBE_NPU_BAD_DESIGN,
         "no design without a file", error.message);
  expect(npu->load(other, xclbin, "OTHER", &error) == TILESCRIBE_NPU_BAD_DESIGN, "no kernel of another name",
         error.message);
  npu->close(other);
}

int check_run(Bench& bench, const char* xclbin) {
  char json[4096];
  expect(bench.npu->telemetry(bench.device, json, sizeof json, &bench.error) == TILESCRIBE_NPU_OK, "telemetry", json);
  bench.prepare();
  for (uint32_t i = 1; i <= 3; i++) {
    bench.words[0] = i;
    bench.npu->sync(bench.instructions, TILESCRIBE_NPU_TO_DEVICE, 0, 256, &bench.error);
    const bool is_good = bench.once() == TILESCRIBE_NPU_COMPLETED && bench.is_right(i);
    expect(is_good, "a run with its own instructions", is_good ? "" : bench.error.message);
  }
  bench.words[0] = 1;
  check_misuse(bench, xclbin);
  check_batch(bench);
  return failures == 0 ? 0 : 1;
}

int check_fault(Bench& bench) {
  bench.prepare();
  int32_t state = TILESCRIBE_NPU_COMPLETED;
  int count = 0;
  while (state == TILESCRIBE_NPU_COMPLETED && count < 20) {
    state = bench.once();
    count++;
  }
  std::printf("run %d: state %d: %s\n", count, state, bench.error.message);
  const int32_t again = bench.npu->reset(bench.device, &bench.error);
  std::printf("reset: %d%s%s\n", again, again == 0 ? "" : ": ", again == 0 ? "" : bench.error.message);
  if (again != TILESCRIBE_NPU_OK) return kNotUsable;
  for (uint32_t i = 0; i < kWords; i++) bench.out[i] = 0;
  expect(bench.once() == TILESCRIBE_NPU_COMPLETED && bench.is_right(1), "the same run and buffers after a reset");
  return failures == 0 ? 0 : 1;
}

int hold(const TilescribeNpuFunctions* npu, const char* xclbin, int count) {
  std::vector<Bench> benches(static_cast<size_t>(count), Bench{npu});
  for (Bench& bench : benches) {
    const int32_t code = bench.open(xclbin);
    if (code != TILESCRIBE_NPU_OK) {
      std::printf("code %d: %s\n", code, bench.error.message);
      return kNotUsable;
    }
  }
  std::printf("holding\n");
  std::fflush(stdout);
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  for (Bench& bench : benches) npu->close(bench.device);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return 2;
  const XrtLibrary library = tilescribe::npu::open_xrt_library(arguments[1]);
  std::printf("XRT: %s\n", library.text.c_str());
  if (library.functions == nullptr) return kNotUsable;
  const std::string what = arguments[3];
  if (what == "hold") return hold(library.functions, arguments[2], std::atoi(arguments[4]));
  Bench bench{library.functions};
  const int32_t code = bench.open(arguments[2]);
  std::printf("code %d: %s\n", code, code == TILESCRIBE_NPU_OK ? "open" : bench.error.message);
  if (code != TILESCRIBE_NPU_OK) return kNotUsable;
  const int status = what == "run" ? check_run(bench, arguments[2]) : what == "fault" ? check_fault(bench) : 0;
  bench.npu->close(bench.device);
  return status;
}
