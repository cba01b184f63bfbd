#include "npu/machine.h"

#include <algorithm>
#include <cstring>

#include "base/memory.h"
#include "kernels/decoder_step/stages.h"
#include "npu/instructions.h"

namespace tilescribe::npu {

using tile::Stage;

struct Machine::Tile {
  const TilePlan* plan = nullptr;
  std::unique_ptr<Memory> memory;  // of core and memory tiles
  std::vector<uint32_t> uses;      // of each descriptor, for its iteration
  tile::TileMemory view = {};
  tile::TileState state = {};

  uint8_t* buffer(const std::string& name) {
    for (const BufferPlan& each : plan->buffers) {
      if (each.name == name) return memory->data() + each.address;
    }
    return nullptr;
  }
};

// A DMA channel: the chain of its descriptors.
struct Machine::Channel {
  Tile* tile = nullptr;
  const DescriptorPlan* descriptor = nullptr;

  uint32_t bytes() const { return descriptor->length_words * 4; }

  // Where the next transfer begins, and then the descriptor after it.
  uint8_t* here() const {
    const uint32_t turn = tile->uses[static_cast<size_t>(descriptor->id)] % descriptor->iteration.wrap;
    return tile->buffer(descriptor->buffer) + descriptor->offset + turn * descriptor->iteration.stride_words * 4;
  }
  uint8_t* take() {
    uint8_t* at = here();
    tile->uses[static_cast<size_t>(descriptor->id)]++;
    for (const DescriptorPlan& next : tile->plan->descriptors) {
      if (next.id != descriptor->next) continue;
      descriptor = &next;
      break;
    }
    return at;
  }
};

// The tasks of one shim channel, as one stream of bytes.
class Machine::Stream {
 public:
  void clear() {
    tasks_.clear();
    total_ = 0;
    done_ = 0;
    at_ = 0;
  }
  void add(uint8_t* data, uint64_t bytes) {
    tasks_.push_back({data, bytes});
    total_ += bytes;
  }
  uint64_t left() const { return total_ - done_; }
  uint64_t done() const { return done_; }

  // move(there, offset, bytes) for each piece of the next `bytes`; false when the tasks do not have so many.
  template <typename Move>
  bool transfer(uint64_t bytes, Move move) {
    if (bytes > left()) return false;
    for (uint64_t moved = 0; moved < bytes;) {
      Task& task = tasks_[at_];
      const uint64_t piece = std::min(bytes - moved, task.bytes);
      move(task.data, moved, piece);
      task.data += piece;
      task.bytes -= piece;
      if (task.bytes == 0) at_++;
      moved += piece;
    }
    done_ += bytes;
    return true;
  }

 private:
  struct Task {
    uint8_t* data;
    uint64_t bytes;
  };
  std::vector<Task> tasks_;
  size_t at_ = 0;
  uint64_t total_ = 0;
  uint64_t done_ = 0;
};

struct Machine::Pair {
  Tile* lower = nullptr;
  Tile* upper = nullptr;
  Channel ring_in;
  Channel ring_out;
  Channel lower_page;
  Channel upper_page;
  Channel chunk_out;
  Stream reads;
  Stream results;
  int from_upper = 0;
  int from_lower = 0;
  std::string fault;
};

class Machine::Port {
 public:
  explicit Port(Pair& pair) : pair_(pair) {}
  uint8_t* chunk() { return pair_.chunk_out.here(); }
  void send_chunk() {
    const uint8_t* from = pair_.chunk_out.here();
    const bool is_room = pair_.results.transfer(
        pair_.chunk_out.bytes(),
        [&](uint8_t* to, uint64_t offset, uint64_t bytes) { std::memcpy(to, from + offset, bytes); });
    pair_.chunk_out.take();
    if (!is_room && pair_.fault.empty()) pair_.fault = "a pair has more results than its tasks take";
  }
  void await_upper() { await(pair_.from_upper); }
  void await_room() { await(pair_.from_lower); }
  void signal_lower() { pair_.from_upper++; }
  void signal_upper() { pair_.from_lower++; }

 private:
  void await(int& count) {
    if (count > 0) {
      count--;
    } else if (pair_.fault.empty()) {
      pair_.fault = "a tile waits for its neighbour for ever";
    }
  }
  Pair& pair_;
};

Machine::Machine(const ProgramPlan& program) : program_(program) {
  for (const TilePlan& plan : program_.tiles) {
    auto made = std::make_unique<Tile>();
    made->plan = &plan;
    if (plan.row != kShimRow) {
      made->memory = std::make_unique<Memory>(plan.row == kMemoryRow ? size_t{512} << 10 : size_t{64} << 10);
    }
    made->uses.assign(64, 0);
    made->state.column = plan.column;
    made->state.row = plan.row - kFirstCoreRow;
    tiles_.push_back(std::move(made));
  }
  for (int column = 0; column < tile::kColumns; column++) {
    for (int row = 0; row < tile::kTilesPerColumn; row++) {
      Tile& core = tile(column, kFirstCoreRow + row);
      Tile& south = tile(column, kFirstCoreRow + std::max(row - 1, 0));
      Tile& lower = tile(column, kFirstCoreRow + row / 2 * 2);
      tile::TileMemory& view = core.view;
      view.header = reinterpret_cast<tile::StepHeader*>(core.buffer("header"));
      view.x = reinterpret_cast<float*>(core.buffer("x"));
      view.rows = reinterpret_cast<float*>(core.buffer("rows"));
      view.q = reinterpret_cast<int8_t*>(core.buffer("q"));
      view.scale = reinterpret_cast<float*>(core.buffer("scale"));
      view.sum = reinterpret_cast<int32_t*>(core.buffer("sum"));
      view.maximum = reinterpret_cast<float*>(core.buffer("maximum"));
      view.parameters = reinterpret_cast<tile::MatrixParameters*>(core.buffer("parameters"));
      view.products = reinterpret_cast<int32_t*>(core.buffer("products"));
      view.outputs = reinterpret_cast<float*>(core.buffer("outputs"));
      view.attention = reinterpret_cast<tile::AttentionState*>(core.buffer("attention"));
      view.head = reinterpret_cast<float*>(lower.buffer("head"));
      view.head_q = reinterpret_cast<int8_t*>(core.buffer("head_q"));
      view.block = core.buffer("block");
      view.next_block = south.buffer("block");
      view.gathered = core.buffer("gathered");
      view.planes = reinterpret_cast<int8_t*>(core.buffer("planes"));
      gathered_in_.push_back(find_channel(column, kFirstCoreRow + row, Direction::kToMemory, 1));
    }
    for (int k = 0; k < 2; k++) {
      auto pair = std::make_unique<Pair>();
      const int row = kFirstCoreRow + 2 * k;
      pair->lower = &tile(column, row);
      pair->upper = &tile(column, row + 1);
      pair->ring_in = find_channel(column, kMemoryRow, Direction::kToMemory, k);
      pair->ring_out = find_channel(column, kMemoryRow, Direction::kFromMemory, k);
      pair->lower_page = find_channel(column, row, Direction::kToMemory, 0);
      pair->upper_page = find_channel(column, row + 1, Direction::kToMemory, 0);
      pair->chunk_out = find_channel(column, row, Direction::kFromMemory, 1);
      pairs_.push_back(std::move(pair));
    }
    block_out_.push_back(find_channel(column, kFirstCoreRow, Direction::kFromMemory, 0));
    block_in_.push_back(find_channel(0, kMemoryRow, Direction::kToMemory, 2 + column));
  }
  joined_out_.push_back(find_channel(0, kMemoryRow, Direction::kFromMemory, 2));
}

Machine::~Machine() = default;

Machine::Tile& Machine::tile(int column, int row) {
  return **std::find_if(tiles_.begin(), tiles_.end(), [&](const std::unique_ptr<Tile>& each) {
    return each->plan->column == column && each->plan->row == row;
  });
}

Machine::Channel Machine::find_channel(int column, int row, Direction direction, int channel) {
  Tile& owner = tile(column, row);
  for (const DescriptorPlan& descriptor : owner.plan->descriptors) {
    if (descriptor.direction == direction && descriptor.channel == channel) return {&owner, &descriptor};
  }
  return {&owner, nullptr};
}

std::string Machine::read_instructions(const uint32_t* words, size_t count,
                                       const std::array<HostBuffer, kArguments>& buffers) {
  for (std::unique_ptr<Pair>& pair : pairs_) {
    pair->reads.clear();
    pair->results.clear();
    pair->from_upper = pair->from_lower = 0;
    pair->fault.clear();
  }
  if (count < kHeaderWords || words[0] != kMagic || words[1] != kStreamVersion || words[3] != count) {
    return "the instruction stream is not one of this design";
  }
  for (size_t at = kHeaderWords; at < count;) {
    const size_t size = words[at] == kTask ? kTaskWords : kWaitWords;
    if (words[at] != kTask && words[at] != kWait) return "an instruction that is none";
    if (at + size > count) return "the instruction stream is cut";
    if (words[at] == kTask) {
      const uint32_t channel = words[at + 2] & 0xff;
      const bool reads = (words[at + 2] & 0x100) != 0;
      const uint64_t offset = words[at + 5] | static_cast<uint64_t>(words[at + 6]) << 32;
      const uint64_t bytes = static_cast<uint64_t>(words[at + 7]) * 4;
      if (words[at + 1] >= tile::kColumns || channel > 1 || words[at + 4] >= kArguments) {
        return "a task of a channel or a buffer that is not there";
      }
      const HostBuffer& buffer = buffers[words[at + 4]];
      if (offset % 4 != 0 || offset > buffer.bytes || bytes > buffer.bytes - offset) {
        return std::string("a task beyond the end of ") + name_of(static_cast<Argument>(words[at + 4]));
      }
      Pair& pair = *pairs_[words[at + 1] * 2 + channel];
      (reads ? pair.reads : pair.results).add(buffer.data + offset, bytes);
    }
    at += size;
  }
  return "";
}

// What the cores would believe; here it decides how far memory is read.
std::string Machine::check_header(const tile::StepHeader& header) const {
  bool is_good = header.layers >= 1 && header.layers <= 64 && header.rows >= 1 && header.rows <= tile::kRows &&
                 header.runs >= 1 && header.runs <= header.rows && header.vocabulary_pages >= 2 &&
                 header.vocabulary_pages <= 2 * tile::kMaximumZeros;
  if (!is_good) return "the step's header is none";
  int rows = 0;
  for (int i = 0; i < header.rows; i++) {
    is_good = is_good && header.text_positions[i] >= 1 && header.text_positions[i] <= tile::kTextPositions;
  }
  for (int i = 0; i < header.runs; i++) {
    is_good = is_good && header.run_positions[i] >= 1 && header.run_positions[i] <= kAudioContext &&
              header.run_rows[i] >= 1 && header.run_rows[i] <= tile::kRows;
    rows += header.run_rows[i];
  }
  return is_good && rows == header.rows ? "" : "the step's header does not fit its rows";
}

void Machine::run_stage(Stage stage, int index) {
  Pair& pair = *pairs_[static_cast<size_t>(index)];
  if (!pair.fault.empty()) return;
  Port port(pair);
  Tile& upper = *pair.upper;
  Tile& lower = *pair.lower;
  tile::begin_stage(stage, upper.state, upper.view, port);
  tile::begin_stage(stage, lower.state, lower.view, port);
  const int pages = tile::stage_pages(stage, *lower.view.header);
  for (int page = 0; page < pages && pair.fault.empty(); page++) {
    uint8_t* ring = pair.ring_in.take();
    const bool is_there = pair.reads.transfer(
        pair.ring_in.bytes(),
        [&](uint8_t* from, uint64_t offset, uint64_t bytes) { std::memcpy(ring + offset, from, bytes); });
    if (!is_there) {
      pair.fault = "a pair waits for a page that no task brings";
      return;
    }
    const uint32_t bytes = pair.ring_out.bytes();
    const uint8_t* from = pair.ring_out.take();
    uint8_t* to_upper = pair.upper_page.take();
    uint8_t* to_lower = pair.lower_page.take();
    std::memcpy(to_upper, from, bytes);
    std::memcpy(to_lower, from, bytes);
    tile::take_page(stage, upper.state, upper.view, page, to_upper, port);
    tile::take_page(stage, lower.state, lower.view, page, to_lower, port);
    if (stage == Stage::kHeader && page == 0) pair.fault = check_header(*lower.view.header);
  }
  if (!pair.fault.empty()) return;
  tile::end_stage(stage, upper.state, upper.view, port);
  tile::end_stage(stage, lower.state, lower.view, port);
}

// Down the columns, to the joining memory tile, to all cores.
void Machine::gather(Stage stage) {
  for (size_t column = 0; column < block_out_.size(); column++) {
    for (int row = tile::kTilesPerColumn - 1; row > 0; row--) {
      Tile& core = tile(static_cast<int>(column), kFirstCoreRow + row);
      tile::hand_down(stage, core.state, core.view);
    }
    const uint32_t bytes = block_out_[column].bytes();
    const uint8_t* from = block_out_[column].take();
    std::memcpy(block_in_[column].take(), from, bytes);
  }
  std::vector<uint8_t*> to;
  const uint32_t all = gathered_in_.front().bytes();
  for (Channel& channel : gathered_in_) to.push_back(channel.take());
  for (uint32_t done = 0; done < all;) {
    const uint32_t bytes = joined_out_.front().bytes();
    const uint8_t* from = joined_out_.front().take();
    for (uint8_t* each : to) std::memcpy(each + done, from, bytes);
    done += bytes;
  }
}

void Machine::take_gathered(Stage stage, int index) {
  const Pair& pair = *pairs_[static_cast<size_t>(index)];
  tile::take_gathered(stage, pair.upper->view);
  tile::take_gathered(stage, pair.lower->view);
}

bool Machine::has_fault() const {
  return std::any_of(pairs_.begin(), pairs_.end(), [](const auto& pair) { return !pair->fault.empty(); });
}

MachineResult Machine::run(const uint32_t* words, size_t count, const std::array<HostBuffer, kArguments>& buffers,
                           ThreadPool& pool) {
  MachineResult result;
  result.message = read_instructions(words, count, buffers);
  if (!result.message.empty()) {
    result.state = MachineState::kError;
    return result;
  }
  Stage gathered = Stage::kHeader;  // what is still to be taken; nothing for kHeader
  const auto run = [&](Stage stage) {
    pool.run([&](int) {
      for (int pair = pool.next(); pair < tile::kPairs; pair = pool.next()) {
        if (gathered != Stage::kHeader) take_gathered(gathered, pair);
        run_stage(stage, pair);
      }
    });
    gathered = Stage::kHeader;
    if (!tile::gathers(stage) || has_fault()) return;
    gather(stage);
    gathered = stage;
  };
  run(Stage::kHeader);
  const int layers = has_fault() ? 0 : pairs_.front()->lower->view.header->layers;
  for (int layer = 0; layer < layers && !has_fault(); layer++) {
    for (int stage = static_cast<int>(tile::kFirstOfLayer); stage <= static_cast<int>(tile::kLastOfLayer); stage++) {
      run(static_cast<Stage>(stage));
    }
  }
  if (!has_fault()) run(Stage::kFinalNorm);
  if (!has_fault()) run(Stage::kVocabulary);
  for (const std::unique_ptr<Pair>& pair : pairs_) {
    if (pair->fault.empty() && (pair->reads.left() > 0 || pair->results.left() > 0)) {
      pair->fault = "a task waits for a pair that is done";
    }
    if (!pair->fault.empty()) result.message = pair->fault;
    result.bytes_read += pair->reads.done();
    result.bytes_written += pair->results.done();
  }
  // All of these are what the silicon would wait for until the driver ends it.
  if (!result.message.empty()) result.state = MachineState::kTimeout;
  return result;
}

}  // namespace tilescribe::npu
