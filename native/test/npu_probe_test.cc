// The probe against machines made of files: each thing that can be missing is named, and nothing after it.
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "npu/xrt/library.h"
#include "npu/xrt/loader.h"
#include "npu/xrt/probe.h"
#include "test/check.h"

using namespace tilescribe::npu;
namespace fs = std::filesystem;

namespace {

class Machine {
 public:
  Machine() {
    char name[] = "/tmp/tilescribe-probe-XXXXXX";
    root_ = mkdtemp(name);
  }
  ~Machine() { fs::remove_all(root_); }

  std::string root() const { return root_; }

  void add_device(const char* address, const char* vendor, const char* model) {
    const fs::path device = fs::path(root_) / "sys/bus/pci/devices" / address;
    fs::create_directories(device);
    std::ofstream(device / "vendor") << vendor << '\n';
    std::ofstream(device / "device") << model << '\n';
  }

  void bind(const char* address, const char* driver) {
    const fs::path drivers = fs::path(root_) / "sys/bus/pci/drivers";
    fs::create_directories(drivers / driver);
    fs::create_symlink(drivers / driver, fs::path(root_) / "sys/bus/pci/devices" / address / "driver");
  }

  void add_node(const char* address, const char* name) {
    const fs::path device = fs::path(root_) / "sys/bus/pci/devices" / address;
    fs::create_directories(device / "accel" / name);
    std::ofstream(device / "fw_version") << "1.5.5.391\n";
    fs::create_directories(fs::path(root_) / "dev/accel");
    std::ofstream(fs::path(root_) / "dev/accel" / name) << '\n';
  }

 private:
  std::string root_;
};

ProbeFacts complete() {
  ProbeFacts facts;
  facts.has_npu = true;
  facts.pci_address = "0000:c6:00.1";
  facts.driver = "amdxdna";
  facts.device_node = "/dev/accel/accel0";
  return facts;
}

// The last check fails, is of that kind, and says all that a person needs.
void expect_failure(const ProbeFacts& facts, const char* id, size_t count) {
  const auto checks = judge_facts(facts);
  CHECK(checks.size() == count);
  CHECK(!checks.back().ok);
  CHECK(checks.back().id == id);
  CHECK(!checks.back().found.empty() && !checks.back().cause.empty() && !checks.back().fix.empty());
}

void test_gathering() {
  Machine machine;
  CHECK(!gather_facts(machine.root()).has_npu);
  machine.add_device("0000:00:02.0", "0x8086", "0x1502");
  CHECK(!gather_facts(machine.root()).has_npu);
  machine.add_device("0000:c5:00.1", "0x1022", "0x17f0");
  CHECK(gather_facts(machine.root()).has_other_npu);
  machine.add_device("0000:c6:00.1", "0x1022", "0x1502");
  ProbeFacts facts = gather_facts(machine.root());
  CHECK(facts.has_npu && facts.pci_address == "0000:c6:00.1" && facts.driver.empty() && facts.device_node.empty());
  machine.bind("0000:c6:00.1", "amdxdna");
  machine.add_node("0000:c6:00.1", "accel0");
  facts = gather_facts(machine.root());
  CHECK(facts.driver == "amdxdna" && facts.firmware == "1.5.5.391");
  CHECK(facts.device_node == "/dev/accel/accel0" && facts.node_error == 0);
  fs::remove(fs::path(machine.root()) / "dev/accel/accel0");
  CHECK(gather_facts(machine.root()).node_error == ENOENT);
}

void test_judging() {
  ProbeFacts facts = complete();
  const auto checks = judge_facts(facts);
  CHECK(checks.size() == 4);
  for (const Check& check : checks) CHECK(check.ok && check.cause.empty() && check.fix.empty());

  facts = complete();
  facts.has_npu = false;
  expect_failure(facts, "pci-device", 1);
  facts.has_other_npu = true;
  expect_failure(facts, "pci-device", 1);

  facts = complete();
  facts.driver = "";
  expect_failure(facts, "driver", 2);
  facts.driver = "vfio-pci";
  expect_failure(facts, "driver", 2);

  facts = complete();
  facts.device_node = "";
  expect_failure(facts, "device-node", 3);
  facts = complete();
  facts.node_error = EACCES;
  expect_failure(facts, "device-node", 3);
  CHECK(judge_facts(facts).back().fix.find("render") != std::string::npos);
  facts.node_error = ENODEV;
  expect_failure(facts, "device-node", 3);

  facts = complete();
  facts.locked_bytes = kLockedBytesNeeded - 1;
  expect_failure(facts, "memory-lock", 4);
  facts.locked_bytes = kLockedBytesNeeded;
  CHECK(judge_facts(facts).back().ok);
}

void test_limit() {
  rlimit limit = {};
  CHECK(getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
  limit.rlim_cur = 4096;
  CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
  raise_memory_lock();
  CHECK(getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
  CHECK(limit.rlim_cur == limit.rlim_max);
}

void test_library() {
  const XrtLibrary missing = open_xrt_library("/nowhere/libtilescribe_xrt.so");
  CHECK(missing.functions == nullptr && missing.missing == XrtLibrary::Missing::kPlugin);
  CHECK(missing.text.find("/nowhere/") != std::string::npos);
}

// Without an NPU, everything but the probe is refused with a reason, and nothing breaks.
void test_absent_device() {
  const auto device = make_xrt_device();
  const auto checks = device->probe();
  CHECK(!checks.empty());
  if (checks.front().ok) return;
  CHECK(device->open().code() == tilescribe::Code::kDeviceUnavailable);
  CHECK(!device->open().message().empty());
  std::unique_ptr<Buffer> buffer;
  CHECK(!device->load({"a.xclbin", "MLIR_AIE", ""}).ok());
  CHECK(!device->allocate(BufferKind::kData, 4096, &buffer).ok());
  CHECK(!device->reset().ok());
  CHECK(device->run_batch({}, 10) == RunState::kLost);
  CHECK(device->telemetry().runs == 0);
}

}  // namespace

int main() {
  test_gathering();
  test_judging();
  test_limit();
  test_library();
  test_absent_device();
  return tilescribe::test::finish("npu_probe");
}
