// The program of the NPU against the silicon's limits: it is within them, and one over any of them is found. And what
// goes into its buffers, read back.
#include "npu/program.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <set>

#include "npu/checker.h"
#include "npu/instructions.h"
#include "npu/machine.h"
#include "npu/pages.h"
#include "npu/run_design.h"
#include "npu/time_model.h"
#include "test/check.h"
#include "test/model_fixture.h"

namespace {

using namespace tilescribe;
using namespace tilescribe::npu;

const Config kBase{512, 8, 6, 6, 448, 51865};

TilePlan& find_tile(ProgramPlan& program, int column, int row) {
  return *std::find_if(program.tiles.begin(), program.tiles.end(),
                       [&](const TilePlan& tile) { return tile.column == column && tile.row == row; });
}

BufferPlan& last_buffer(TilePlan& tile) {
  return *std::max_element(tile.buffers.begin(), tile.buffers.end(), [](const BufferPlan& a, const BufferPlan& b) {
    return a.address + a.bytes < b.address + b.bytes;
  });
}

// The program is good; with the limit moved to exactly what it needs still, and with one over not.
void test_limits() {
  const ProgramPlan good = make_program(kBase, 6624);
  for (const std::string& fault : check_program(good)) CHECK(fault.empty() && fault.c_str());
  CHECK(check_program(good).empty());

  using Change = std::function<void(ProgramPlan&, Limits&, uint32_t over)>;
  const std::pair<const char*, Change> changes[] = {
      {"no room for",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         for (TilePlan& tile : p.tiles) {
           if (tile.row < kFirstCoreRow) continue;
           BufferPlan& last = last_buffer(tile);
           last.bytes = 64 * 1024 - last.address + over;
         }
       }},
      {"no room for",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         BufferPlan& last = last_buffer(find_tile(p, 0, kMemoryRow));
         last.bytes = 512 * 1024 - last.address + over;
       }},
      {"more bytes than there are",
       [](ProgramPlan& p, Limits&, uint32_t over) { find_tile(p, 1, 3).program_bytes = 16 * 1024 + over; }},
      {"too small a stack",
       [](ProgramPlan& p, Limits&, uint32_t over) { find_tile(p, 2, 2).stack_bytes = 2048 - over; }},
      {"in its stack",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         TilePlan& tile = find_tile(p, 0, 2);
         tile.stack_bytes = tile.buffers.front().address + over;
       }},
      {"pages over",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         TilePlan& tile = find_tile(p, 0, 2);
         std::swap(tile.buffers[0], tile.buffers[1]);
         tile.buffers[1].bytes = tile.buffers[0].address - tile.buffers[1].address + over;
       }},
      {"beyond pages",
       [](ProgramPlan& p, Limits&, uint32_t over) { find_tile(p, 0, 2).descriptors[2].length_words += over; }},
      {"beyond pages",
       [](ProgramPlan& p, Limits&, uint32_t over) { find_tile(p, 0, 2).descriptors[2].offset += 4 * over; }},
      {"between words",
       [](ProgramPlan& p, Limits&, uint32_t over) { find_tile(p, 0, 2).descriptors[0].offset += over; }},
      {"beyond ring0", [](ProgramPlan& p, Limits&,
                          uint32_t over) { find_tile(p, 0, kMemoryRow).descriptors[0].iteration.wrap += over; }},
      {"too many iterations",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         DescriptorPlan& d = find_tile(p, 0, kMemoryRow).descriptors[0];
         d.iteration = {64 + over, 1};
       }},
      {"too large a stride",
       [](ProgramPlan& p, Limits& limits, uint32_t over) {
         limits.memory_tile = 1u << 30;
         find_tile(p, 1, kMemoryRow).buffers[1].address = 1u << 28;
         find_tile(p, 1, kMemoryRow).buffers[0].bytes = 1u << 27;
         find_tile(p, 1, kMemoryRow).descriptors[0].dimensions = {{2, (1u << 20) + over}, {512, 1}};
       }},
      {"too large a wrap",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         DescriptorPlan& d = find_tile(p, 1, kMemoryRow).descriptors[0];
         d.length_words = 1023 + over;
         d.dimensions = {{1023 + over, 1}};
         d.iteration = {1, 0};
       }},
      {"too many words at once",
       [](ProgramPlan& p, Limits& limits, uint32_t over) {
         limits.core_transfer_words = find_tile(p, 0, 2).descriptors[3].length_words - over;
       }},
      {"not its length",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         find_tile(p, 0, 2).descriptors[0].dimensions = {{1024 - over, 1}};
         if (over == 0) find_tile(p, 0, 2).descriptors[0].dimensions = {{512, 2}, {2, 1}};
       }},
      {"too many dimensions",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         DescriptorPlan& d = find_tile(p, 0, 2).descriptors[0];
         d.dimensions = {{512, 1}, {2, 512}, {1, 1}};
         if (over > 0) d.dimensions.push_back({1, 1});
       }},
      {"channel that is not there",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         TilePlan& tile = find_tile(p, 3, 5);
         if (over > 0) tile.descriptors[3].channel = 2;
       }},
      {"ends at no channel",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         if (over > 0) p.routes[0].to[0].channel = 6;
       }},
      {"begins at no channel",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         if (over > 0) p.routes[0].from.channel = 2;
       }},
      {"ends where another does",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         if (over > 0) p.routes[0].to.push_back(p.routes[3].to[0]);
       }},
      {"without a route",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         if (over > 0) p.routes.pop_back();
       }},
      {"one too many",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         TilePlan& tile = find_tile(p, 0, 2);
         DescriptorPlan& d = tile.descriptors.back();
         const int id = 15 + static_cast<int>(over);
         tile.descriptors[tile.descriptors.size() - 2].next = id;
         d.id = id;
       }},
      {"one too many",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         DescriptorPlan& d = find_tile(p, 1, kMemoryRow).descriptors[2];
         d.id = d.next = 47 + static_cast<int>(over);
       }},
      {"not among those that its channel can use",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         DescriptorPlan& d = find_tile(p, 1, kMemoryRow).descriptors[0];
         d.id = d.next = 23 + static_cast<int>(over);
         if (over > 0)
           find_tile(p, 1, kMemoryRow).descriptors.erase(find_tile(p, 1, kMemoryRow).descriptors.begin() + 2);
       }},
      {"out of range",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         find_tile(p, 1, kMemoryRow).locks[0].initial = 63 + static_cast<int>(over);
       }},
      {"too many locks",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         find_tile(p, 0, 2).locks.push_back({15 + static_cast<int>(over), "more", 0});
       }},
      {"too many locks",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         find_tile(p, 1, kMemoryRow).locks.push_back({63 + static_cast<int>(over), "more", 0});
       }},
      {"is not in the array",
       [](ProgramPlan& p, Limits& limits, uint32_t over) {
         limits.columns = 4 - static_cast<int>(over);
         limits.core_rows = 4;
         CHECK(p.tiles.back().column == 3);
       }},
      {"is not in the array",
       [](ProgramPlan&, Limits& limits, uint32_t over) { limits.core_rows = 4 - static_cast<int>(over); }},
      {"is there twice",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         if (over > 0) find_tile(p, 3, 5).row = 4;
       }},
      {"vectors cannot be loaded from",
       [](ProgramPlan& p, Limits&, uint32_t over) { last_buffer(find_tile(p, 0, 2)).address += 32 - 4 * over; }},
      {"moves too many words at once",
       [](ProgramPlan&, Limits& limits, uint32_t over) { limits.memory_transfer_words = 1024 - over; }},
      {"too many dimensions",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         DescriptorPlan& d = find_tile(p, 1, kMemoryRow).descriptors[0];
         d.dimensions = {{512, 1}, {2, 512}, {1, 1}, {1, 1}};
         if (over > 0) d.dimensions.push_back({1, 1});
       }},
      {"too large a stride of iterations",
       [](ProgramPlan& p, Limits& limits, uint32_t over) {
         limits.memory_tile = 1u << 30;
         find_tile(p, 1, kMemoryRow).buffers[1].address = 1u << 28;
         find_tile(p, 1, kMemoryRow).buffers[0].bytes = 1u << 27;
         find_tile(p, 1, kMemoryRow).descriptors[0].iteration = {2, (1u << 20) + over};
       }},
      {"names a lock that is not there",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         DescriptorPlan& d = find_tile(p, 0, 5).descriptors[0];
         if (over > 0) d.release_lock = 15;
       }},
      {"leads to one of another channel",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         if (over > 0) find_tile(p, 0, 5).descriptors[2].next = 3;
       }},
      {"begins where another does",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         if (over > 0) p.routes.push_back({p.routes[0].from, {}});
       }},
      {"uses a shim channel that is not there",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         p.sequences[0].tasks.back().channel = 1 + static_cast<int>(over);
       }},
      {"moves from between words",
       [](ProgramPlan& p, Limits&, uint32_t over) { p.sequences[0].tasks.back().offset += 4 - over; }},
      {"moves nothing",
       [](ProgramPlan& p, Limits&, uint32_t over) { p.sequences[0].tasks.back().length_words = 1 - over; }},
      {"rows that a product has not",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         SequencePlan& last = p.sequences.back();
         last.runs = last.rows + static_cast<int>(over);
       }},
      {"more contexts", [](ProgramPlan& p, Limits&, uint32_t over) { p.contexts = 6 + static_cast<int>(over); }},
      {"more data buffers",
       [](ProgramPlan&, Limits& limits, uint32_t over) { limits.arguments = 5 - static_cast<int>(over); }},
      {"beyond weights",
       [](ProgramPlan& p, Limits&, uint32_t over) {
         p.argument_bytes[static_cast<int>(Argument::kWeights)] = 0;
         for (const TaskPlan& task : p.sequences[0].tasks) {
           if (task.argument != Argument::kWeights) continue;
           uint64_t& bytes = p.argument_bytes[static_cast<int>(Argument::kWeights)];
           bytes = std::max<uint64_t>(bytes, task.offset + task.length_words * 4);
         }
         p.argument_bytes[static_cast<int>(Argument::kWeights)] -= over;
       }},
      {"rows that a product has not",
       [](ProgramPlan& p, Limits&, uint32_t over) { p.sequences.back().rows = 4 + static_cast<int>(over); }},
      {"descriptor too many",
       [](ProgramPlan&, Limits& limits, uint32_t over) { limits.shim_descriptors = 15 - static_cast<int>(over); }},
      {"too many tasks at once",
       [](ProgramPlan&, Limits& limits, uint32_t over) { limits.queue_depth = 4 - static_cast<int>(over); }},
  };
  for (const auto& [message, change] : changes) {
    for (uint32_t over : {0u, 1u}) {
      ProgramPlan program = good;
      Limits limits;
      change(program, limits, over);
      const std::vector<std::string> faults = check_program(program, limits);
      const bool is_found = std::any_of(faults.begin(), faults.end(), [&, text = message](const std::string& fault) {
        return fault.find(text) != std::string::npos;
      });
      if (is_found != (over == 1)) std::fprintf(stderr, "%s, %u over\n", message, over);
      CHECK(is_found == (over == 1));
    }
  }
}

bool has_fault(const ProgramPlan& program, const std::string& text) {
  const std::vector<std::string> faults = check_program(program);
  return std::any_of(faults.begin(), faults.end(),
                     [&](const std::string& fault) { return fault.find(text) != std::string::npos; });
}

std::string place_of(const TilePlan& tile) {
  const char* kind = tile.row == kMemoryRow ? "memory tile (" : "core (";
  return kind + std::to_string(tile.column) + ", " + std::to_string(tile.row) + ")";
}

// The first byte behind the last that the descriptor touches.
uint64_t end_of(const DescriptorPlan& d) {
  const uint64_t iterations = static_cast<uint64_t>(d.iteration.wrap - 1) * d.iteration.stride_words * 4;
  return d.offset + iterations + static_cast<uint64_t>(d.length_words) * 4;
}

// What test_limits does at one place, at every place there is: each buffer of each tile up to the next one and to the
// end of the memory, each core's program and stack, each descriptor in its buffer; exactly, and one byte over.
void test_every_tile() {
  ProgramPlan program = make_program(kBase, 6624);
  int tried = 0;
  for (TilePlan& tile : program.tiles) {
    if (tile.row == kShimRow) continue;
    const std::string place = place_of(tile);
    const uint32_t size = tile.row == kMemoryRow ? 512 * 1024 : 64 * 1024;
    for (BufferPlan& buffer : tile.buffers) {
      const uint32_t bytes = buffer.bytes;
      uint32_t room = size;
      std::string in_the_way = " has no room for " + buffer.name;
      for (const BufferPlan& other : tile.buffers) {
        if (other.address <= buffer.address || other.address >= room || (other.live & buffer.live) == 0) continue;
        room = other.address;
        in_the_way = " has " + other.name + " over " + buffer.name;
      }
      buffer.bytes = room - buffer.address;
      CHECK(!has_fault(program, place + in_the_way));
      buffer.bytes++;
      CHECK(has_fault(program, place + in_the_way));
      buffer.bytes = bytes;
      tried++;
    }
    for (const DescriptorPlan& d : tile.descriptors) {
      BufferPlan& buffer = *std::find_if(tile.buffers.begin(), tile.buffers.end(),
                                         [&](const BufferPlan& each) { return each.name == d.buffer; });
      const std::string fault = place + ", descriptor " + std::to_string(d.id) + ", reaches beyond " + d.buffer;
      const uint32_t bytes = buffer.bytes;
      CHECK(end_of(d) <= bytes);
      buffer.bytes = static_cast<uint32_t>(end_of(d));
      CHECK(!has_fault(program, fault));
      buffer.bytes--;
      CHECK(has_fault(program, fault));
      buffer.bytes = bytes;
      tried++;
    }
    if (tile.row == kMemoryRow) continue;
    const auto [program_bytes, stack] = std::make_pair(tile.program_bytes, tile.stack_bytes);
    tile.program_bytes = 16 * 1024;
    tile.stack_bytes = 2048;
    CHECK(!has_fault(program, place));
    tile.program_bytes++;
    tile.stack_bytes--;
    CHECK(has_fault(program, place + " has a program of more bytes") && has_fault(program, place + " has too small"));
    tile.program_bytes = program_bytes;
    tile.stack_bytes = stack;
  }
  CHECK(check_program(program).empty());
  CHECK(tried > 16 * 15 + 4 * 4);
}

// Each data buffer of a run, of every sequence: with every slot and length that is patched in, its last byte is used,
// and one byte less is found.
void test_every_argument() {
  const ProgramPlan program = make_program(kBase, kSparseTokens);
  uint64_t used[kArguments] = {};
  for (const SequencePlan& sequence : program.sequences) {
    InstructionStream stream = encode(sequence);
    for (const bool is_sparse : {false, true}) {
      StepPatches patches = {};
      patches.is_sparse = is_sparse;
      for (int i = 0; i < tile::kRows; i++) {
        patches.text_slots[i] = program.text_slots - 1;
        patches.text_positions[i] = tile::kTextPositions;
        patches.window_slots[i] = program.window_slots - 1;
        patches.window_positions[i] = kAudioContext;
      }
      apply(program, sequence, stream.points, patches, stream.words.data());
      for (size_t at = kHeaderWords; at < stream.words.size();) {
        const uint32_t* word = &stream.words[at];
        at += word[0] == kTask ? kTaskWords : kWaitWords;
        if (word[0] != kTask) continue;
        const uint64_t offset = word[5] | static_cast<uint64_t>(word[6]) << 32;
        used[word[4]] = std::max(used[word[4]], offset + uint64_t{word[7]} * 4);
      }
    }
    // As it is placed, unpatched.
    for (int argument = 0; argument < kArguments; argument++) {
      uint64_t end = 0;
      for (const TaskPlan& task : sequence.tasks) {
        if (static_cast<int>(task.argument) == argument)
          end = std::max(end, task.offset + uint64_t{task.length_words} * 4);
      }
      ProgramPlan tight = program;
      const std::string fault = "the sequence of " + std::to_string(sequence.rows) + " rows, " +
                                std::to_string(sequence.runs) + " windows, reaches beyond " +
                                name_of(static_cast<Argument>(argument));
      tight.argument_bytes[argument] = end;
      CHECK(!has_fault(tight, fault));
      tight.argument_bytes[argument]--;
      CHECK(has_fault(tight, fault));
    }
  }
  for (int argument = 0; argument < kArguments; argument++) CHECK(used[argument] == program.argument_bytes[argument]);
}

// Every weight is once where its tile looks for it: each output of each matrix belongs to one tile.
void test_deal() {
  using tile::Stage;
  const std::pair<Stage, int> matrices[] = {{Stage::kSelfProduct, 3 * 512}, {Stage::kSelfOut, 512},
                                            {Stage::kCrossProduct, 512},    {Stage::kCrossOut, 512},
                                            {Stage::kForwardUp, 2048},      {Stage::kForwardDown, 512}};
  for (const auto& [stage, outputs] : matrices) {
    std::set<int> seen;
    const int parts = stage == Stage::kForwardDown ? 4 : 1;
    const int own = tile::weight_pages(stage) / parts * tile::kPageOutputs;
    for (int tile = 0; tile < tile::kTiles; tile++) {
      for (int local = 0; local < own; local++) {
        seen.insert(output_of(stage, tile, local));
        // Sixteen outputs with one zero point stay together.
        CHECK(output_of(stage, tile, local) % kLanes == local % kLanes);
      }
    }
    CHECK(static_cast<int>(seen.size()) == outputs && *seen.begin() == 0 && *seen.rbegin() == outputs - 1);
  }
}

// The packed pages hold what the model's file does.
void test_weights(const Model& model) {
  const ProgramPlan program = make_program(model.config, 64);
  std::vector<uint8_t> packed(program.argument_bytes[static_cast<int>(Argument::kWeights)]);
  const std::vector<int> groups = {3, 5, 70};
  pack_weights(program, model, groups, packed.data());
  const Weights& tokens = model.tokens;
  const auto weight = [&](int token, int k) {
    return tokens.q[(token / kLanes) * tokens.group_stride + k / 4 * 64 + token % kLanes * 4 + k % 4];
  };
  const int pages = program.vocabulary_pages;
  for (int token = 0; token < tokens.outputs; token += 7) {
    const int tile = token / 8 / pages;
    const int own = token / 8 % pages;
    const uint64_t page =
        weights_offset(program, tile / 2, program.weights.vocabulary.first_page + 2 + 2 * own + tile % 2);
    for (int k = 0; k < 512; k += 5) CHECK(packed[page + static_cast<uint64_t>(k * 8 + token % 8)] == weight(token, k));
  }
  // Of the sparse one the third group is 70, which is the second tile's.
  const int sparse = program.sparse_pages;
  CHECK(sparse == 2);
  const uint64_t page = weights_offset(program, 1, program.weights.sparse.first_page + 2);
  CHECK(packed[page + 8 * 9 + 3] == weight(70 * 16 + 3, 9));
  // One of the first layer, pair 5: the second page of keys' upper half.
  const Weights& qkv = model.decoder[0].self_qkv;
  const int n = output_of(tile::Stage::kSelfProduct, 11, 8);
  const uint64_t at = weights_offset(program, 5, 1 + 1 + 3) + 8 * 100 + 2;
  CHECK(packed[at] == qkv.q[(n + 2) / 16 * qkv.group_stride + 25 * 64 + (n + 2) % 16 * 4]);
}

// What the emulated controller is told is looked at.
void test_bad_streams() {
  const ProgramPlan program = make_program(kBase, 0);
  std::vector<uint32_t> words = encode(program.sequence(1, 1)).words;
  std::vector<uint8_t> memory(1 << 20);
  tilescribe_npu_buffer buffers[kArguments];
  for (tilescribe_npu_buffer& buffer : buffers) buffer = {memory.data(), memory.size()};
  char message[200];
  const auto run = [&](const std::vector<uint32_t>& stream, const char* name = "decoder_step") {
    return tilescribe_npu_run_design(name, stream.data(), stream.size(), buffers, kArguments, message, sizeof message);
  };
  CHECK(run(words, "another") == 5);
  CHECK(run({}) == 5);
  CHECK(run(std::vector<uint32_t>(words.begin(), words.end() - 1)) == 5);
  // The weights' buffer is smaller than the tasks.
  CHECK(run(words) == 5 && std::string(message).find("beyond the end of") != std::string::npos);
  // A header that is none, in a step that otherwise has all it needs.
  std::vector<std::vector<uint8_t>> real;
  for (int i = 0; i < kArguments; i++) {
    real.emplace_back(program.argument_bytes[i]);
    buffers[i] = {real.back().data(), real.back().size()};
  }
  CHECK(run(words) == 8 && std::string(message).find("header") != std::string::npos);
  // A stream that ends before the cores do: they wait for ever.
  tile::StepHeader header = {1, 6, 1, {1}, 1, {1}, {1500}, program.vocabulary_pages};
  std::memcpy(real[static_cast<size_t>(Argument::kStep)].data(), &header, sizeof header);
  CHECK(run(words) == 0);
  header.text_positions[0] = 300;
  std::memcpy(real[static_cast<size_t>(Argument::kStep)].data(), &header, sizeof header);
  CHECK(run(words) == 8 && std::string(message).find("waits for") != std::string::npos);
}

void test_costs() {
  const ProgramPlan program = make_program(kBase, 6624);
  const StepCost one = estimate_step(program, 1, 1, 64, 1500, false, Rates{});
  // The weights alone are 48.6 MB; what is read is more, by scales, norms and rounding up to pages.
  CHECK(one.bytes > 58e6 && one.bytes < 64e6);
  CHECK(one.ms > 1.3 && one.ms < 1.8);
  const StepCost batch = estimate_step(program, 4, 4, 64, 1500, false, Rates{});
  CHECK(batch.ms < 2 * one.ms && batch.ms > one.ms);
  const StepCost sparse = estimate_step(program, 1, 1, 64, 1500, true, Rates{});
  CHECK(sparse.bytes < 0.7 * one.bytes);
}

}  // namespace

int main() {
  test::TemporaryFolder folder;
  test::FixtureSizes sizes;
  sizes.heads = 8;
  sizes.encoder_layers = 1;
  sizes.decoder_layers = 1;
  const test::ModelFixture fixture(sizes);
  std::unique_ptr<Model> model;
  CHECK(Model::open(folder.write("model", fixture.bytes()), &model).ok());
  test_limits();
  test_every_tile();
  test_every_argument();
  test_deal();
  test_weights(*model);
  test_bad_streams();
  test_costs();
  CHECK(find_misfit(kBase).empty());
  CHECK(!find_misfit(Config{384, 6, 4, 4, 448, 51865}).empty());
  return test::finish("npu_program");
}
