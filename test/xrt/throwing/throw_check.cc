// Every call that the plugin makes into XRT throws, one after another: no exception may leave the plugin, and every
// function says that it failed.
//
// usage: throw_check PLUGIN XCLBIN KIND, what is thrown as in throw.h. Prints a line for each function with the number
// of throws in it, then "all". The surprising thing: a throw may make the plugin leak a hardware context, as it must,
// and an NPU has six; so every throw has a process of its own.
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>

#include "npu/xrt/library.h"
#include "test/xrt/throwing/throw.h"

namespace {

// Nothing here is meant to take long; a busy machine may.
constexpr uint32_t kTimeoutMs = 20'000;
constexpr uint64_t kBytes = 4096;
// Exit codes of the child whose call threw.
constexpr int kHeld = 0;
constexpr int kNotReached = 10;
constexpr int kSilent = 11;
constexpr int kBroken = 12;

struct Arming {
  decltype(&throwing_arm) arm;
  decltype(&throwing_calls) count;
};

// A walk through all functions, until one of them fails, then the clean-up of what there is by then.
class Walk {
 public:
  Walk(const TilescribeNpuFunctions& npu, const Arming& throwing, uint32_t call, int report)
      : npu_(npu), throwing_(throwing), call_(call), report_(report) {}

  int run(const char* xclbin, uint32_t kind) {
    throwing_.arm(call_, kind);
    walk(xclbin);
    clean_up();
    if (throwing_.count() < call_) return is_broken_ ? kBroken : kNotReached;
    return is_told_ ? kHeld : kSilent;
  }

 private:
  // Whether the function did its work. Where the throw was in it, it has to say that it did not.
  bool step(const char* name, const std::function<int32_t()>& function) {
    const uint32_t before = throwing_.count();
    error_.message[0] = 0;
    const int32_t code = function();
    note(name, before, code != TILESCRIBE_NPU_OK && error_.message[0] != 0);
    if (code != TILESCRIBE_NPU_OK && throwing_.count() < call_) {
      std::fprintf(stderr, "%s failed before anything was thrown: %s\n", name, error_.message);
      is_broken_ = true;
    }
    return code == TILESCRIBE_NPU_OK;
  }

  void note(const char* name, uint32_t before, bool is_told) {
    if (before >= call_ || throwing_.count() < call_) return;
    is_told_ = is_told;
    dprintf(report_, "%s\n", name);
  }

  void walk(const char* xclbin) {
    char text[4096];
    if (!step("version", [&] { return npu_.version(text, sizeof text, &error_); })) return;
    if (!step("open", [&] { return npu_.open(0, &device_, &error_); })) return;
    if (!step("telemetry", [&] { return telemetry(text, sizeof text); })) return;
    if (!step("load", [&] { return npu_.load(device_, xclbin, "MLIR_AIE", &error_); })) return;
    if (!allocate(TILESCRIBE_NPU_INSTRUCTIONS, 0) || !allocate(TILESCRIBE_NPU_DATA, 1)) return;
    if (!allocate(TILESCRIBE_NPU_DATA, 2)) return;
    *static_cast<uint32_t*>(memory_[0]) = 1;
    for (TilescribeNpuBuffer* buffer : buffers_) {
      const auto sync = [&] { return npu_.sync(buffer, TILESCRIBE_NPU_TO_DEVICE, 0, kBytes, &error_); };
      if (!step("sync", sync)) return;
    }
    for (TilescribeNpuRun*& run : runs_) {
      const auto make = [&] { return npu_.make_run(device_, buffers_[0], 64, buffers_ + 1, 2, &run, &error_); };
      if (!step("make_run", make)) return;
    }
    if (!start(0) || !wait(0)) return;
    const auto batch = [&] {
      int32_t state = -1;
      const int32_t code = npu_.run_batch(runs_, 2, kTimeoutMs, &state, &error_);
      return code != TILESCRIBE_NPU_OK || state == TILESCRIBE_NPU_COMPLETED ? code : TILESCRIBE_NPU_LOST;
    };
    if (!step("run_batch", batch)) return;
    if (!step("reset", [&] { return npu_.reset(device_, &error_); })) return;
    // Both are still running when they are let go.
    if (start(0)) start(1);
  }

  // What XRT does not say of the platform is null, and no failure.
  int32_t telemetry(char* text, size_t bytes) {
    const int32_t code = npu_.telemetry(device_, text, bytes, &error_);
    if (code != TILESCRIBE_NPU_OK || std::strstr(text, "\"platform\":null") == nullptr) return code;
    std::strcpy(error_.message, "no platform");
    return TILESCRIBE_NPU_OTHER;
  }

  bool allocate(int32_t kind, int index) {
    return step("allocate",
                [&] { return npu_.allocate(device_, kind, kBytes, &buffers_[index], &memory_[index], &error_); });
  }

  bool start(int index) {
    return step("start", [&] { return npu_.start(runs_[index], &error_); });
  }

  bool wait(int index) {
    return step("wait", [&] {
      int32_t state = -1;
      const int32_t code = npu_.wait(runs_[index], kTimeoutMs, &state, &error_);
      return code != TILESCRIBE_NPU_OK || state == TILESCRIBE_NPU_COMPLETED ? code : TILESCRIBE_NPU_LOST;
    });
  }

  // These give no code: it is enough that they come back.
  void clean_up() {
    uint32_t before = throwing_.count();
    npu_.release_run(runs_[0]);
    note("release_run", before, true);
    before = throwing_.count();
    npu_.release(buffers_[1]);
    note("release", before, true);
    before = throwing_.count();
    npu_.close(device_);
    note("close", before, true);
  }

  const TilescribeNpuFunctions& npu_;
  const Arming& throwing_;
  uint32_t call_;
  int report_;
  bool is_told_ = false;
  bool is_broken_ = false;
  TilescribeNpuError error_ = {};
  TilescribeNpuDevice* device_ = nullptr;
  TilescribeNpuBuffer* buffers_[3] = {};
  void* memory_[3] = {};
  TilescribeNpuRun* runs_[2] = {};
};

int walk_in_child(const char* plugin, const char* xclbin, uint32_t call, uint32_t kind, int report) {
  const auto library = tilescribe::npu::open_xrt_library(plugin);
  if (library.functions == nullptr) {
    std::fprintf(stderr, "%s\n", library.text.c_str());
    return 1;
  }
  void* handle = dlopen(plugin, RTLD_NOW | RTLD_NOLOAD);
  const Arming throwing = {reinterpret_cast<decltype(&throwing_arm)>(dlsym(handle, "throwing_arm")),
                           reinterpret_cast<decltype(&throwing_calls)>(dlsym(handle, "throwing_calls"))};
  return Walk(*library.functions, throwing, call, report).run(xclbin, kind);
}

std::string read_line(int from) {
  std::string line;
  char c;
  while (read(from, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

// The exit code of a process in which that call threw, or 128 and the signal that ended it.
int throw_once(const char* plugin, const char* xclbin, uint32_t call, uint32_t kind, std::string& function) {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    // Without XRT's own clean-up at the end: what is leaked on purpose is still known to it.
    _exit(walk_in_child(plugin, xclbin, call, kind, ends[1]));
  }
  close(ends[1]);
  function = read_line(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const auto kind = static_cast<uint32_t>(std::atoi(arguments[3]));
  std::map<std::string, int> throws;
  for (uint32_t call = 1;; call++) {
    std::string function;
    const int code = throw_once(arguments[1], arguments[2], call, kind, function);
    if (code == kNotReached) break;
    if (code != kHeld) {
      std::printf("FAILED: call %u, in %s: %d\n", call, function.c_str(), code);
      return 1;
    }
    throws[function]++;
  }
  for (const auto& [function, number] : throws) std::printf("%s: %d\n", function.c_str(), number);
  std::printf("all\n");
  return 0;
}
