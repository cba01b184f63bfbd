// Prints the decoder's program as JSON, which kernels/decoder_step/design.py places: for whisper-base, whose shape is
// the only one that the design fits. Fails when it breaks a limit.
#include <cstdio>

#include "npu/checker.h"

int main() {
  using namespace tilescribe::npu;
  const ProgramPlan program = make_program(kBaseConfig, kSparseTokens);
  const std::vector<std::string> faults = check_program(program);
  for (const std::string& fault : faults) std::fprintf(stderr, "%s\n", fault.c_str());
  if (!faults.empty()) return 1;
  std::puts(to_json(program).c_str());
  return 0;
}
