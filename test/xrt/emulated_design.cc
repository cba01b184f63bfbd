// Writes what kernels/build makes of the decoder's step, for the emulator instead of an NPU: the instruction streams
// into FOLDER/decoder_step, and on standard output the part of the manifest about them, without hashes.
//
// usage: emulated_design FOLDER, where FOLDER/decoder_step is there
#include <cstdio>
#include <fstream>
#include <string>

#include "npu/instructions.h"
#include "npu/program.h"

namespace {

using namespace tilescribe::npu;

const char* name_of_patch(Patch patch) {
  switch (patch) {
    case Patch::kNone: return "none";
    case Patch::kText: return "text";
    case Patch::kWindow: return "window";
    case Patch::kVocabulary: return "vocabulary";
    case Patch::kResults: return "results";
  }
  return "";
}

void print_stream(const std::string& folder, const SequencePlan& sequence) {
  const InstructionStream stream = encode(sequence);
  const std::string name = "rows" + std::to_string(sequence.rows) + "_runs" + std::to_string(sequence.runs);
  const std::string file = "decoder_step/" + name + ".bin";
  std::ofstream(folder + '/' + file, std::ios::binary)
      .write(reinterpret_cast<const char*>(stream.words.data()),
             static_cast<std::streamsize>(stream.words.size() * sizeof(uint32_t)));
  std::printf("{\"sequence\":\"%s\",\"file\":\"%s\",\"words\":%zu,\"patches\":[", name.c_str(), file.c_str(),
              stream.words.size());
  const char* comma = "";
  for (const PatchPoint& point : stream.points) {
    std::printf("%s{\"patch\":\"%s\",\"layer\":%d,\"index\":%d,\"pair\":%d,\"offset_word\":%d,\"length_word\":%d}",
                comma, name_of_patch(point.patch), point.layer, point.index, point.pair, point.offset_word,
                point.length_word);
    comma = ",";
  }
  std::printf("]}");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const ProgramPlan program = make_program(kBaseConfig, kSparseTokens);
  std::printf("{\"name\":\"decoder_step\",\"kernel_name\":\"MLIR_AIE\",\"arguments\":[");
  for (int i = 0; i < kArguments; i++) {
    std::printf("%s{\"name\":\"%s\",\"bytes\":%llu}", i == 0 ? "" : ",", name_of(static_cast<Argument>(i)),
                static_cast<unsigned long long>(program.argument_bytes[i]));
  }
  std::printf("],\"instructions\":[");
  for (size_t i = 0; i < program.sequences.size(); i++) {
    if (i > 0) std::printf(",");
    print_stream(arguments[1], program.sequences[i]);
  }
  std::printf("]}\n");
  return 0;
}
