// All cores and channels at once give what the emulator gives one after the other, and never wait for ever; and a
// design that would is found.
#include "test/npu_array.h"

#include <algorithm>
#include <array>

#include "npu/instructions.h"
#include "test/check.h"
#include "test/random.h"

namespace {

using namespace tilescribe;
using namespace tilescribe::npu;
using std::chrono::seconds;
using tilescribe::test::Array;
using tilescribe::test::Random;

const Config kSmall{512, 8, 1, 2, 448, 700};

struct Buffers {
  std::vector<std::unique_ptr<Memory>> memory;
  std::array<HostBuffer, kArguments> view;

  explicit Buffers(const ProgramPlan& program) {
    for (int i = 0; i < kArguments; i++) memory.push_back(std::make_unique<Memory>(program.argument_bytes[i]));
    for (size_t i = 0; i < kArguments; i++) {
      view[i].data = memory[i]->data();
      view[i].bytes = program.argument_bytes[i];
    }
  }
};

// Every word is a small positive number as float32, and of any bytes as weights.
void fill(Random& random, const HostBuffer& buffer) {
  uint32_t* words = reinterpret_cast<uint32_t*>(buffer.data);
  for (size_t i = 0; i < buffer.bytes / 4; i++) words[i] = 0x3c000000u | (random.next() & 0x1ffffffu);
}

void make_step(const ProgramPlan& program, const SequencePlan& sequence, int positions, const HostBuffer& buffer) {
  tile::StepHeader header = {};
  header.step = positions;
  header.layers = program.config.decoder_layers;
  header.rows = sequence.rows;
  header.runs = sequence.runs;
  header.vocabulary_pages = program.vocabulary_pages;
  for (int r = 0; r < sequence.rows; r++) header.text_positions[r] = positions + r;
  for (int run = 0; run < sequence.runs; run++) {
    header.run_rows[run] = run == 0 ? sequence.rows - sequence.runs + 1 : 1;
    header.run_positions[run] = 300;
  }
  std::memcpy(buffer.data, &header, sizeof header);
}

// The tasks as a host patches them: texts of the rows, windows of the runs.
SequencePlan patched(const ProgramPlan& program, int rows, int runs, int positions) {
  SequencePlan sequence = program.sequence(rows, runs);
  for (TaskPlan& task : sequence.tasks) {
    const int pair = 2 * task.column + task.channel;
    const auto pages = [](int count) {
      return static_cast<uint32_t>(tile::attention_pages(count) * tile::kPageBytes / 4);
    };
    if (task.patch == Patch::kText) {
      task.offset = text_offset(program.config, task.index, task.layer, pair);
      task.length_words = pages(positions + task.index);
    } else if (task.patch == Patch::kWindow) {
      task.offset = window_offset(program.config, task.index, task.layer, pair);
      task.length_words = pages(300);
    }
  }
  return sequence;
}

void test_equal_to_emulator() {
  Random random(21);
  const ProgramPlan program = make_program(kSmall, 0);
  Buffers once(program);
  for (const HostBuffer& buffer : once.view) fill(random, buffer);
  Buffers all(program);
  for (size_t i = 0; i < kArguments; i++) std::memcpy(all.view[i].data, once.view[i].data, once.view[i].bytes);
  ThreadPool pool(1);
  Machine machine(program);
  Array array(program);
  const HostBuffer& results = once.view[static_cast<size_t>(Argument::kResults)];
  // One after the other on one array: what a step leaves in rings and locks must not disturb the next.
  const int steps[][3] = {{1, 1, 1}, {1, 1, 256}, {4, 1, 63}, {3, 2, 255}, {4, 4, 17}, {1, 1, 448}};
  for (const auto& [rows, runs, positions] : steps) {
    const SequencePlan sequence = patched(program, rows, runs, positions);
    for (Buffers* buffers : {&once, &all}) {
      make_step(program, sequence, positions, buffers->view[static_cast<size_t>(Argument::kStep)]);
    }
    const InstructionStream stream = encode(sequence);
    const MachineResult result = machine.run(stream.words.data(), stream.words.size(), once.view, pool);
    CHECK(result.message.empty());
    if (!result.message.empty()) std::fprintf(stderr, "  %s\n", result.message.c_str());
    const std::string fault = array.run(sequence, all.view.data(), seconds(120));
    if (!CHECK(fault.empty())) {
      std::fprintf(stderr, "  %s: %d rows, %d runs\n", fault.c_str(), rows, runs);
      return;
    }
    CHECK(std::memcmp(results.data, all.view[static_cast<size_t>(Argument::kResults)].data, results.bytes) == 0);
  }
}

// A ring that is never given back, and a broadcast that nobody waits for.
void test_waiting_for_ever_is_found() {
  ProgramPlan program = make_program(kSmall, 0);
  for (TilePlan& tile : program.tiles) {
    if (tile.column != 2 || tile.row != 3) continue;
    for (DescriptorPlan& each : tile.descriptors) {
      if (each.buffer == "gathered") each.release_value = 0;
    }
  }
  Random random(22);
  Buffers buffers(program);
  for (const HostBuffer& buffer : buffers.view) fill(random, buffer);
  const SequencePlan sequence = patched(program, 1, 1, 1);
  make_step(program, sequence, 1, buffers.view[static_cast<size_t>(Argument::kStep)]);
  Array array(program);
  CHECK(array.run(sequence, buffers.view.data(), seconds(2)).find("the array waits for ever") == 0);
}

}  // namespace

int main() {
  test_equal_to_emulator();
  test_waiting_for_ever_is_found();
  return tilescribe::test::finish("npu_array");
}
