// Whether this machine can give us its NPU, found out in the order in which things depend on each other.
//
// In: sysfs, the device file, the limits of this process. Out: one Check after the other (npu/device.h), each failure
// with its cause and what mends it; nothing after the first failure. XRT itself is asked by the loader, last.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "npu/device.h"

namespace tilescribe::npu {

// XRT locks a heap of 64 MB, and every buffer, weights too: 273 MB (VmLck with XRT 2.25, test/xrt/decoder.test.ts).
constexpr uint64_t kLockedBytesNeeded = uint64_t{320} << 20;
constexpr uint64_t kNoLimit = ~uint64_t{0};

struct ProbeFacts {
  bool has_npu = false;        // 1022:1502, an XDNA of the first generation
  bool has_other_npu = false;  // 1022:17f0, of the second
  std::string pci_address;
  std::string driver;       // bound to it; empty for none
  std::string firmware;     // as the driver says it; empty where unknown
  std::string device_node;  // "/dev/accel/accel0"; empty when the driver made none
  int node_error = 0;       // errno of opening it for reading and writing; 0 when it may be
  uint64_t locked_bytes = kNoLimit;
};

// Raises the soft limit of locked memory to the hard one, which any process may.
void raise_memory_lock();

// `root` is "" but in tests.
ProbeFacts gather_facts(const std::string& root);

// Up to the first that fails.
std::vector<Check> judge_facts(const ProbeFacts& facts);

}  // namespace tilescribe::npu
