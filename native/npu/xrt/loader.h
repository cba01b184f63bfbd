// The NPU behind XRT as a Device: the plugin's C functions with owners, states and counts.
//
// The surprising things: of one process one device is open at a time, because the hardware has six contexts for all
// programs; and reset() works once. An NPU that fails twice is left alone until the program is started again:
// whatever is wrong with it, the CPU does the work.
#pragma once

#include <memory>

#include "npu/device.h"

namespace tilescribe::npu {

std::unique_ptr<Device> make_xrt_device();

}  // namespace tilescribe::npu
