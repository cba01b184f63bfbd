#include "npu/instructions.h"

#include <map>
#include <tuple>

namespace tilescribe::npu {
namespace {

using Channel = std::tuple<int, Direction, int>;

uint32_t code_of(Direction direction, int channel) {
  return (direction == Direction::kFromMemory ? 1u << 8 : 0u) | static_cast<uint32_t>(channel);
}

void set_offset(uint32_t* words, int at, uint64_t offset) {
  words[at] = static_cast<uint32_t>(offset);
  words[at + 1] = static_cast<uint32_t>(offset >> 32);
}

}  // namespace

InstructionStream encode(const SequencePlan& sequence) {
  InstructionStream stream;
  std::vector<uint32_t>& words = stream.words;
  words = {kMagic, kStreamVersion, 0, 0};
  std::map<Channel, int> given;
  std::map<Channel, int> waited;
  const auto wait = [&](const Channel& channel) {
    const auto& [column, direction, number] = channel;
    words.insert(words.end(), {kWait, static_cast<uint32_t>(column), code_of(direction, number)});
    words[2]++;
    waited[channel]++;
  };
  for (const TaskPlan& task : sequence.tasks) {
    const Channel channel{task.column, task.direction, task.channel};
    const bool reads = task.direction == Direction::kFromMemory;
    const int number = given[channel]++;
    if (number - waited[channel] >= kQueueDepth) wait(channel);
    const int descriptor = reads ? task.channel * kReadDescriptors + number % kReadDescriptors
                                 : 2 * kReadDescriptors + task.channel * kWriteDescriptors + number % kWriteDescriptors;
    const int at = static_cast<int>(words.size());
    words.insert(words.end(),
                 {kTask, static_cast<uint32_t>(task.column), code_of(task.direction, task.channel),
                  static_cast<uint32_t>(descriptor), static_cast<uint32_t>(task.argument), 0, 0, task.length_words});
    words[2]++;
    set_offset(words.data(), at + 5, task.offset);
    if (task.patch != Patch::kNone) {
      stream.points.push_back({task.patch, task.layer, task.index, task.column * 2 + task.channel, at + 5, at + 7});
    }
  }
  for (const auto& [channel, count] : given) {
    while (waited[channel] < count) wait(channel);
  }
  words[3] = static_cast<uint32_t>(words.size());
  return stream;
}

void apply(const ProgramPlan& program, const SequencePlan& sequence, const std::vector<PatchPoint>& points,
           const StepPatches& patches, uint32_t* words) {
  constexpr uint32_t kPageWords = tile::kPageBytes / 4;
  const Config& config = program.config;
  const WeightsPlan::Segment& vocabulary = patches.is_sparse ? program.weights.sparse : program.weights.vocabulary;
  const int pages = patches.is_sparse ? program.sparse_pages : program.vocabulary_pages;
  for (const PatchPoint& point : points) {
    uint64_t offset = 0;
    uint32_t length = 0;
    switch (point.patch) {
      case Patch::kText:
        offset = text_offset(config, patches.text_slots[point.index], point.layer, point.pair);
        length = static_cast<uint32_t>(tile::attention_pages(patches.text_positions[point.index])) * kPageWords;
        break;
      case Patch::kWindow:
        offset = window_offset(config, patches.window_slots[point.index], point.layer, point.pair);
        length = static_cast<uint32_t>(tile::attention_pages(patches.window_positions[point.index])) * kPageWords;
        break;
      case Patch::kVocabulary:
        offset = weights_offset(program, point.pair, vocabulary.first_page);
        length = static_cast<uint32_t>(vocabulary.pages) * kPageWords;
        break;
      case Patch::kResults:
        offset = results_offset(program, point.pair);
        length = static_cast<uint32_t>(tile::result_chunks(config.decoder_layers, sequence.rows, pages)) *
                 (tile::kChunkBytes / 4);
        break;
      case Patch::kNone: continue;
    }
    if (point.offset_word >= 0) set_offset(words, point.offset_word, offset);
    if (point.length_word >= 0) words[point.length_word] = length;
  }
}

}  // namespace tilescribe::npu
