#include "npu/checker.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "npu/instructions.h"

namespace tilescribe::npu {
namespace {

class Checker {
 public:
  Checker(const ProgramPlan& program, const Limits& limits) : program_(program), limits_(limits) {}

  std::vector<std::string> run() {
    expect(program_.contexts <= limits_.contexts, "the design", "needs more contexts than the NPU has");
    expect(kArguments <= limits_.arguments, "the design", "has more data buffers than a run can name");
    std::set<std::pair<int, int>> places;
    for (const TilePlan& tile : program_.tiles) {
      const std::string name = name_of(tile);
      expect(tile.column >= 0 && tile.column < limits_.columns && tile.row >= 0 &&
                 tile.row < kFirstCoreRow + limits_.core_rows,
             name, "is not in the array");
      expect(places.insert({tile.column, tile.row}).second, name, "is there twice");
      check_memory(tile, name);
      check_descriptors(tile, name);
    }
    check_routes();
    for (const SequencePlan& sequence : program_.sequences) check_sequence(sequence);
    return std::move(faults_);
  }

 private:
  static std::string name_of(const TilePlan& tile) {
    const char* kind = tile.row == kShimRow ? "shim" : tile.row == kMemoryRow ? "memory tile" : "core";
    return std::string(kind) + " (" + std::to_string(tile.column) + ", " + std::to_string(tile.row) + ")";
  }

  void expect(bool is_so, const std::string& where, const std::string& what) {
    if (!is_so) faults_.push_back(where + " " + what);
  }

  bool is_core(const TilePlan& tile) const { return tile.row >= kFirstCoreRow; }

  void check_memory(const TilePlan& tile, const std::string& name) {
    const uint64_t size = is_core(tile) ? limits_.core_memory : tile.row == kMemoryRow ? limits_.memory_tile : 0;
    if (is_core(tile)) {
      expect(tile.stack_bytes >= limits_.minimum_stack, name, "has too small a stack");
      expect(tile.program_bytes <= limits_.program_memory, name, "has a program of more bytes than there are");
    }
    for (size_t i = 0; i < tile.buffers.size(); i++) {
      const BufferPlan& a = tile.buffers[i];
      const uint64_t end = static_cast<uint64_t>(a.address) + a.bytes;
      expect(end <= size, name, "has no room for " + a.name);
      expect(a.address >= tile.stack_bytes, name, "has " + a.name + " in its stack");
      expect(a.address % 32 == 0, name, "has " + a.name + " at an address that vectors cannot be loaded from");
      for (size_t j = 0; j < i; j++) {
        const BufferPlan& b = tile.buffers[j];
        const bool overlap = a.address < static_cast<uint64_t>(b.address) + b.bytes && b.address < end;
        expect(!overlap || (a.live & b.live) == 0, name, "has " + a.name + " over " + b.name);
      }
    }
  }

  void check_descriptors(const TilePlan& tile, const std::string& name) {
    const bool is_memory = tile.row == kMemoryRow;
    const int count = is_memory ? limits_.memory_descriptors : limits_.core_descriptors;
    const int channels = is_memory ? limits_.memory_channels : limits_.core_channels;
    const int locks = is_memory ? limits_.memory_locks : limits_.core_locks;
    const int dimensions = is_memory ? limits_.memory_dimensions : limits_.core_dimensions;
    const uint32_t words = is_memory ? limits_.memory_transfer_words : limits_.core_transfer_words;
    std::map<int, const DescriptorPlan*> all;
    for (const LockPlan& lock : tile.locks) {
      expect(lock.id >= 0 && lock.id < locks, name, "has too many locks");
      expect(lock.initial >= 0 && lock.initial <= limits_.lock_maximum, name, "has " + lock.name + " out of range");
    }
    expect(tile.row != kShimRow || tile.descriptors.empty(), name, "has descriptors outside of the instructions");
    for (const DescriptorPlan& d : tile.descriptors) {
      const std::string which = name + ", descriptor " + std::to_string(d.id) + ",";
      expect(d.id >= 0 && d.id < count, which, "is one too many");
      expect(all.emplace(d.id, &d).second, which, "is there twice");
      expect(d.channel >= 0 && d.channel < channels, which, "is of a channel that is not there");
      if (is_memory) {
        expect(d.id / (limits_.memory_descriptors / 2) == d.channel % 2, which,
               "is not among those that its channel can use");
      }
      check_extent(tile, d, which, dimensions, words);
      const auto has_lock = [&](int id) {
        return std::any_of(tile.locks.begin(), tile.locks.end(), [&](const LockPlan& l) { return l.id == id; });
      };
      expect(has_lock(d.acquire_lock) && has_lock(d.release_lock), which, "names a lock that is not there");
    }
    for (const DescriptorPlan& d : tile.descriptors) {
      const auto next = all.find(d.next);
      const bool is_chain =
          next != all.end() && next->second->channel == d.channel && next->second->direction == d.direction;
      expect(is_chain, name + ", descriptor " + std::to_string(d.id) + ",", "leads to one of another channel");
    }
  }

  void check_extent(const TilePlan& tile, const DescriptorPlan& d, const std::string& which, int dimensions,
                    uint32_t words) {
    const auto found = std::find_if(tile.buffers.begin(), tile.buffers.end(),
                                    [&](const BufferPlan& buffer) { return buffer.name == d.buffer; });
    if (found == tile.buffers.end()) {
      expect(false, which, "names a buffer that is not there");
      return;
    }
    expect(d.offset % 4 == 0 && found->address % 4 == 0, which, "begins between words");
    expect(d.length_words > 0 && d.length_words <= words, which, "moves too many words at once");
    expect(static_cast<int>(d.dimensions.size()) <= dimensions, which, "has too many dimensions");
    uint64_t last = 0;
    uint64_t product = 1;
    for (const DimensionPlan& dimension : d.dimensions) {
      expect(dimension.stride_words >= 1 && dimension.stride_words <= limits_.stride_words, which,
             "has too large a stride");
      expect(dimension.wrap >= 1 && dimension.wrap <= limits_.wrap, which, "has too large a wrap");
      last += static_cast<uint64_t>(dimension.wrap - 1) * dimension.stride_words;
      product *= dimension.wrap;
    }
    if (d.dimensions.empty()) last = d.length_words - 1;
    expect(d.dimensions.empty() || product == d.length_words, which, "has dimensions that are not its length");
    expect(d.iteration.wrap >= 1 && d.iteration.wrap <= limits_.iteration, which, "has too many iterations");
    expect(d.iteration.stride_words <= limits_.stride_words, which, "has too large a stride of iterations");
    last += static_cast<uint64_t>(d.iteration.wrap - 1) * d.iteration.stride_words;
    expect(d.offset + (last + 1) * 4 <= found->bytes, which, "reaches beyond " + d.buffer);
  }

  // Each channel that has descriptors is in one route, each receiver gets one stream.
  void check_routes() {
    const auto channels_of = [&](int row) {
      return row == kShimRow     ? limits_.shim_channels
             : row == kMemoryRow ? limits_.memory_channels
                                 : limits_.core_channels;
    };
    using Key = std::tuple<int, int, int>;
    std::set<Key> senders, receivers;
    for (const RoutePlan& route : program_.routes) {
      const EndPoint& from = route.from;
      expect(from.channel >= 0 && from.channel < channels_of(from.row), "a route", "begins at no channel");
      expect(senders.insert({from.column, from.row, from.channel}).second, "a route", "begins where another does");
      for (const EndPoint& to : route.to) {
        expect(to.channel >= 0 && to.channel < channels_of(to.row), "a route", "ends at no channel");
        expect(receivers.insert({to.column, to.row, to.channel}).second, "a route", "ends where another does");
      }
    }
    for (const TilePlan& tile : program_.tiles) {
      for (const DescriptorPlan& d : tile.descriptors) {
        const std::set<Key>& ends = d.direction == Direction::kFromMemory ? senders : receivers;
        expect(ends.count({tile.column, tile.row, d.channel}) == 1, name_of(tile), "has a channel without a route");
      }
    }
  }

  void check_sequence(const SequencePlan& sequence) {
    const std::string name =
        "the sequence of " + std::to_string(sequence.rows) + " rows, " + std::to_string(sequence.runs) + " windows,";
    expect(sequence.rows >= 1 && sequence.rows <= tile::kRows && sequence.runs <= sequence.rows, name,
           "has rows that a product has not");
    for (const TaskPlan& task : sequence.tasks) {
      expect(task.channel >= 0 && task.channel < limits_.shim_channels, name, "uses a shim channel that is not there");
      expect(task.offset % 4 == 0, name, "moves from between words");
      expect(task.length_words > 0, name, "moves nothing");
      const uint64_t end = task.offset + static_cast<uint64_t>(task.length_words) * 4;
      expect(end <= program_.argument_bytes[static_cast<int>(task.argument)], name,
             std::string("reaches beyond ") + npu::name_of(task.argument));
    }
    check_stream(encode(sequence).words, name);
  }

  // Tasks of a channel under way at once, and descriptors written while they are in use.
  void check_stream(const std::vector<uint32_t>& words, const std::string& name) {
    std::map<std::pair<uint32_t, uint32_t>, std::vector<uint32_t>> queues;  // descriptors under way
    for (size_t at = kHeaderWords; at < words.size();) {
      const std::pair<uint32_t, uint32_t> channel{words[at + 1], words[at + 2]};
      std::vector<uint32_t>& queue = queues[channel];
      if (words[at] == kWait) {
        expect(!queue.empty(), name, "waits for nothing");
        if (!queue.empty()) queue.erase(queue.begin());
        at += kWaitWords;
        continue;
      }
      const uint32_t descriptor = words[at + 3];
      expect(descriptor < static_cast<uint32_t>(limits_.shim_descriptors), name, "uses a descriptor too many");
      for (const auto& [other, busy] : queues) {
        expect(other.first != channel.first || std::count(busy.begin(), busy.end(), descriptor) == 0, name,
               "writes a descriptor that is in use");
      }
      queue.push_back(descriptor);
      expect(static_cast<int>(queue.size()) <= limits_.queue_depth, name, "gives a channel too many tasks at once");
      at += kTaskWords;
    }
    for (const auto& [channel, queue] : queues) expect(queue.empty(), name, "ends before its tasks do");
  }

  const ProgramPlan& program_;
  const Limits& limits_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> check_program(const ProgramPlan& program, const Limits& limits) {
  return Checker(program, limits).run();
}

}  // namespace tilescribe::npu
