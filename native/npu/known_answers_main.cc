// The known answers of the decoder's step, for kernels/verify.
//
//   decoder_step_answers list              as JSON: each case with its buffers, and checksums (FNV-1a, 64 bits) of what
//                                          it reads and of the answer; decoder_step/known_answers.json is what it said
//                                          when it was committed
//   decoder_step_answers write CASE DIR    DIR/CASE.weights, .windows, .texts, .step: what the NPU is given, and
//                                          DIR/CASE.results, the answer
//   decoder_step_answers compare CASE FILE the results in FILE against the answer, as JSON, a line a part
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>

#include "base/memory.h"
#include "npu/known_answers.h"

using namespace tilescribe;
using namespace tilescribe::npu;

namespace {

// What a case reads and writes, no more: of texts and windows one slot.
struct Buffers {
  explicit Buffers(const ProgramPlan& program) {
    for (size_t i = 0; i < host.size(); i++) {
      size_t bytes = program.argument_bytes[i];
      if (i == static_cast<size_t>(Argument::kWindows)) bytes = window_slot_bytes(program.config);
      if (i == static_cast<size_t>(Argument::kTexts)) bytes = text_slot_bytes(program.config);
      memory[i] = std::make_unique<Memory>(bytes);
      host[i] = {memory[i]->data(), bytes};
    }
  }
  const HostBuffer& operator[](Argument argument) const { return host[static_cast<size_t>(argument)]; }
  std::array<std::unique_ptr<Memory>, kArguments> memory;
  std::array<HostBuffer, kArguments> host;
};

uint64_t checksum(const HostBuffer& buffer, uint64_t hash) {
  for (size_t i = 0; i < buffer.bytes; i++) hash = (hash ^ buffer.data[i]) * 0x100000001b3ull;
  return hash;
}

// Exit status 1 where there is none.
void require_answer(const ProgramPlan& program, const KnownCase& which, const Buffers& buffers) {
  make_known_inputs(program, which, buffers.host);
  const std::string fault = answer_known_case(program, which, buffers.host);
  if (fault.empty()) return;
  std::fprintf(stderr, "decoder_step_answers: %s\n", fault.c_str());
  std::exit(1);
}

void list(const ProgramPlan& program) {
  std::printf("{\n  \"cases\": [\n");
  const char* comma = "";
  for (const KnownCase& each : kKnownCases) {
    const Buffers buffers(program);
    require_answer(program, each, buffers);
    uint64_t input = 0xcbf29ce484222325ull;
    for (Argument argument : {Argument::kWeights, Argument::kWindows, Argument::kTexts, Argument::kStep}) {
      input = checksum(buffers[argument], input);
    }
    const uint64_t answer = checksum(buffers[Argument::kResults], 0xcbf29ce484222325ull);
    std::printf("%s    { \"name\": \"%s\", \"seed\": %llu, \"input\": \"%016llx\", \"answer\": \"%016llx\" }", comma,
                name_of(each).c_str(), static_cast<unsigned long long>(each.seed),
                static_cast<unsigned long long>(input), static_cast<unsigned long long>(answer));
    comma = ",\n";
  }
  std::printf("\n  ]\n}\n");
}

int write(const ProgramPlan& program, const KnownCase& which, const std::string& folder) {
  const Buffers buffers(program);
  require_answer(program, which, buffers);
  for (size_t i = 0; i < buffers.host.size(); i++) {
    const std::string path = folder + '/' + name_of(which) + '.' + name_of(static_cast<Argument>(i));
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(buffers.host[i].data),
               static_cast<std::streamsize>(buffers.host[i].bytes));
    if (!file.flush()) {
      std::fprintf(stderr, "decoder_step_answers: cannot write %s\n", path.c_str());
      return 1;
    }
  }
  return 0;
}

int compare(const ProgramPlan& program, const KnownCase& which, const char* path) {
  const Buffers buffers(program);
  require_answer(program, which, buffers);
  const HostBuffer& answer = buffers[Argument::kResults];
  const Memory result(answer.bytes);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(result.data()), static_cast<std::streamsize>(answer.bytes));
  if (static_cast<size_t>(file.gcount()) != answer.bytes || file.get() != std::ifstream::traits_type::eof()) {
    std::fprintf(stderr, "decoder_step_answers: %s is not of %zu bytes\n", path, answer.bytes);
    return 1;
  }
  for (const KnownPart& part :
       compare_known_results(program, which, buffers[Argument::kWeights].data, answer.data, result.data())) {
    // What is no number is not within any bound, and JSON has no word for it.
    const double furthest = part.furthest < 1e300 ? part.furthest : 1e300;
    std::printf("{\"part\": \"%s\", \"unit\": \"%s\", \"furthest\": %.9g, \"allowed\": %.9g}\n", part.name, part.unit,
                furthest, part.allowed);
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const ProgramPlan program = make_program(kBaseConfig, kSparseTokens);
  if (count == 2 && std::strcmp(arguments[1], "list") == 0) {
    list(program);
    return 0;
  }
  for (const KnownCase& each : kKnownCases) {
    if (count != 4 || name_of(each) != arguments[2]) continue;
    if (std::strcmp(arguments[1], "write") == 0) return write(program, each, arguments[3]);
    if (std::strcmp(arguments[1], "compare") == 0) return compare(program, each, arguments[3]);
  }
  std::fprintf(stderr, "usage: decoder_step_answers list | write CASE DIR | compare CASE FILE\n");
  return 2;
}
