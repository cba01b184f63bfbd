#include "npu/xrt/probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>

namespace tilescribe::npu {
namespace {

constexpr const char* kDriver = "amdxdna";
constexpr int kCapIpcLock = 14;
constexpr const char* kDoctor = "npx tilescribe doctor says how, for this system";

std::string read_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::vector<std::string> list(const std::string& folder) {
  std::vector<std::string> names;
  DIR* opened = opendir(folder.c_str());
  if (opened == nullptr) return names;
  while (const dirent* entry = readdir(opened)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  closedir(opened);
  return names;
}

std::string link_name(const std::string& path) {
  char target[4096];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  if (length <= 0) return "";
  const std::string text(target, static_cast<size_t>(length));
  return text.substr(text.rfind('/') + 1);
}

// A process with the capability may lock as much as it likes.
bool may_lock_anything() {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind("CapEff:", 0) != 0) continue;
    return (std::strtoull(line.c_str() + std::strlen("CapEff:"), nullptr, 16) >> kCapIpcLock & 1) != 0;
  }
  return false;
}

uint64_t find_locked_bytes() {
  rlimit limit = {};
  if (may_lock_anything() || getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return kNoLimit;
  return limit.rlim_cur == RLIM_INFINITY ? kNoLimit : static_cast<uint64_t>(limit.rlim_cur);
}

int try_open(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return errno;
  close(file);
  return 0;
}

std::string megabytes(uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

Check pass(const char* id, const std::string& found) { return {id, true, found, "", ""}; }

Check judge_device(const ProbeFacts& facts) {
  if (facts.has_npu) return pass("pci-device", "NPU of the first generation (1022:1502) at " + facts.pci_address);
  if (facts.has_other_npu) {
    return {"pci-device", false, "NPU of the second generation (1022:17f0)",
            "Tilescribe has designs for the first generation alone (Ryzen 7040 and 8040)", "nothing; the CPU is used"};
  }
  return {"pci-device", false, "no NPU on the PCI bus",
          "the processor has none, or the firmware of the machine has turned it off",
          "look for \"NPU\" or \"IPU\" in the firmware settings (BIOS) where the processor is a Ryzen 7040 or 8040"};
}

Check judge_driver(const ProbeFacts& facts) {
  if (facts.driver == kDriver) return pass("driver", "amdxdna");
  const std::string found = facts.driver.empty() ? "no driver" : "the driver " + facts.driver;
  return {"driver", false, found, "the kernel's amdxdna driver (in Linux 6.14 and later) does not run the NPU",
          "sudo modprobe amdxdna"};
}

Check judge_node(const ProbeFacts& facts) {
  if (facts.device_node.empty()) {
    return {"device-node", false, "no accel device", "the driver did not start the NPU: see the kernel's log",
            "sudo dmesg | grep amdxdna"};
  }
  if (facts.node_error == 0) return pass("device-node", facts.device_node);
  if (facts.node_error == EACCES || facts.node_error == EPERM) {
    return {"device-node", false, facts.device_node + " may not be opened", "this user is not in the group render",
            "sudo usermod -aG render \"$USER\", then log out and in again"};
  }
  return {"device-node", false, facts.device_node + ": " + std::strerror(facts.node_error),
          "the device file cannot be opened", "sudo dmesg | grep amdxdna"};
}

Check judge_memory_lock(const ProbeFacts& facts) {
  if (facts.locked_bytes == kNoLimit) return pass("memory-lock", "no limit");
  if (facts.locked_bytes >= kLockedBytesNeeded) return pass("memory-lock", megabytes(facts.locked_bytes));
  return {"memory-lock", false, megabytes(facts.locked_bytes),
          "XRT locks its buffers in memory and needs a limit (ulimit -l) of " + megabytes(kLockedBytesNeeded), kDoctor};
}

}  // namespace

void raise_memory_lock() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_MEMLOCK, &limit);
}

ProbeFacts gather_facts(const std::string& root) {
  ProbeFacts facts;
  const std::string bus = root + "/sys/bus/pci/devices/";
  for (const std::string& address : list(bus)) {
    const std::string device = bus + address;
    if (read_line(device + "/vendor") != "0x1022") continue;
    const std::string model = read_line(device + "/device");
    facts.has_other_npu = facts.has_other_npu || model == "0x17f0";
    if (model != "0x1502") continue;
    facts.has_npu = true;
    facts.pci_address = address;
    facts.driver = link_name(device + "/driver");
    facts.firmware = read_line(device + "/fw_version");
    for (const std::string& node : list(device + "/accel")) facts.device_node = "/dev/accel/" + node;
  }
  if (!facts.device_node.empty()) facts.node_error = try_open(root + facts.device_node);
  facts.locked_bytes = find_locked_bytes();
  return facts;
}

std::vector<Check> judge_facts(const ProbeFacts& facts) {
  std::vector<Check> checks;
  for (const auto judge : {judge_device, judge_driver, judge_node, judge_memory_lock}) {
    checks.push_back(judge(facts));
    if (!checks.back().ok) break;
  }
  return checks;
}

}  // namespace tilescribe::npu
