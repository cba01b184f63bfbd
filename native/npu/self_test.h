// The known answers of known_answers.h on a device that is open, before it gets the model's weights.
#pragma once

#include <memory>

#include "base/status.h"
#include "npu/device.h"
#include "npu/known_answers.h"

namespace tilescribe::npu {

// The driver ends a command after 2 s by itself; this is for one that does not. So long, because the fake driver of the
// tests computes a run on a CPU that others may be using.
inline constexpr int kTimeoutMs = 15'000;

// kDeviceFault with the first part that is further from its answer than it may be. `instructions` and `run` are those
// of the case's sequence, unpatched. Writes over all arguments.
Status check_known_answer(const ProgramPlan& program, const KnownCase& which,
                          std::unique_ptr<Buffer> (&arguments)[kArguments], Buffer& instructions, Run& run);

}  // namespace tilescribe::npu
