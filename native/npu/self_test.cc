#include "npu/self_test.h"

#include <cstdio>
#include <vector>

namespace tilescribe::npu {

Status check_known_answer(const ProgramPlan& program, const KnownCase& which,
                          std::unique_ptr<Buffer> (&arguments)[kArguments], Buffer& instructions, Run& run) {
  const auto fail = [&](const std::string& what) {
    return Status(Code::kDeviceFault, "the NPU failed its self-test: known answer " + name_of(which) + ": " + what);
  };
  std::array<HostBuffer, kArguments> host;
  for (size_t i = 0; i < host.size(); i++) host[i] = {arguments[i]->data(), arguments[i]->bytes()};
  make_known_inputs(program, which, host);
  for (const std::unique_ptr<Buffer>& buffer : arguments) {
    const Status status = buffer->sync_to_device(0, buffer->bytes());
    if (!status.ok()) return status;
  }
  Status status = instructions.sync_to_device(0, instructions.bytes());
  if (status.ok()) status = run.start();
  if (!status.ok()) return status;
  const RunState state = run.wait(kTimeoutMs);
  if (state != RunState::kCompleted) return fail(std::string("the run ") + name_of(state));
  const HostBuffer& results = host[static_cast<size_t>(Argument::kResults)];
  status = arguments[static_cast<size_t>(Argument::kResults)]->sync_from_device(0, results.bytes);
  if (!status.ok()) return status;
  const std::vector<uint8_t> found(results.data, results.data + results.bytes);
  // Again, so that the answer is not of what the device may have done to them.
  make_known_inputs(program, which, host);
  const std::string fault = answer_known_case(program, which, host);
  if (!fault.empty()) return fail(fault);
  const uint8_t* weights = host[static_cast<size_t>(Argument::kWeights)].data;
  for (const KnownPart& part : compare_known_results(program, which, weights, results.data, found.data())) {
    if (part.is_good()) continue;
    char text[160];
    std::snprintf(text, sizeof text, "%s: %.6g %s, allowed %.6g", part.name, part.furthest, part.unit, part.allowed);
    return fail(text);
  }
  return Status();
}

}  // namespace tilescribe::npu
