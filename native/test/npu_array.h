// The array of the NPU with everything at once: a thread for each core and each DMA channel, over the locks,
// descriptors and routes of the program. The emulator (npu/machine.h) runs one tile after the other and so cannot find
// a design that waits for ever, or one that works only in the emulator's order; this can. It knows nothing of what is
// computed.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "base/memory.h"
#include "kernels/decoder_step/core.h"
#include "npu/machine.h"
#include "npu/program.h"

namespace tilescribe::test {

// Thrown in whatever waits when the array is switched off.
struct SwitchedOff {};

// Ends every wait of the array at once.
struct Switch {
  std::atomic<bool> is_off{false};
};

// A mutex with a condition that ends when the array is switched off.
class Gate {
 public:
  explicit Gate(const Switch& power) : power_(power) {}
  // change() when ready() holds.
  template <typename Ready, typename Change>
  void pass(Ready ready, Change change) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return power_.is_off || ready(); });
    if (power_.is_off) throw SwitchedOff();
    change();
    changed_.notify_all();
  }
  // False if it was not ready in time.
  template <typename Ready>
  bool wait_for(std::chrono::seconds limit, Ready ready) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, limit, ready);
  }
  void wake() {
    const std::lock_guard<std::mutex> lock(mutex_);
    changed_.notify_all();
  }

 private:
  const Switch& power_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

// Words on their way to one S2MM channel: as few as the switches hold.
class Wire {
 public:
  explicit Wire(const Switch& power) : gate_(power) {}
  void push(const uint32_t* words, size_t count) {
    while (count > 0) {
      size_t some = 0;
      gate_.pass([&] { return held_.size() < kRoom; },
                 [&] {
                   some = std::min(count, kRoom - held_.size());
                   held_.insert(held_.end(), words, words + some);
                 });
      words += some;
      count -= some;
    }
  }
  void pop(uint32_t* words, size_t count) {
    while (count > 0) {
      size_t some = 0;
      gate_.pass([&] { return !held_.empty(); },
                 [&] {
                   some = std::min(count, held_.size());
                   std::copy_n(held_.begin(), some, words);
                   held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(some));
                 });
      words += some;
      count -= some;
    }
  }
  void wake() { gate_.wake(); }

 private:
  // The switches hold a handful; more only spares the test's time.
  static constexpr size_t kRoom = 256;
  Gate gate_;
  std::deque<uint32_t> held_;
};

class Array {
 public:
  explicit Array(const npu::ProgramPlan& program) : program_(program) {
    for (const npu::TilePlan& plan : program_.tiles) {
      auto tile = std::make_unique<Tile>(power_);
      tile->plan = &plan;
      if (plan.row != npu::kShimRow)
        tile->memory = std::make_unique<Memory>(plan.row == npu::kMemoryRow ? 524288 : 65536);
      for (const npu::LockPlan& lock : plan.locks) tile->locks[lock.id] = lock.initial;
      tiles_.emplace(std::make_pair(plan.column, plan.row), std::move(tile));
    }
    for (const npu::RoutePlan& route : program_.routes) {
      for (const npu::EndPoint& to : route.to) {
        auto wire = std::make_unique<Wire>(power_);
        outputs_[key(route.from)].push_back(wire.get());
        inputs_[key(to)] = std::move(wire);
      }
    }
    for (const npu::TilePlan& plan : program_.tiles) start_tile(plan);
  }
  ~Array() { switch_off(); }

  // Runs the tasks of a sequence, each channel's in order. "" or what went wrong, after which the array is off.
  std::string run(const npu::SequencePlan& sequence, const npu::HostBuffer* buffers, std::chrono::seconds limit) {
    std::map<std::tuple<int, npu::Direction, int>, std::vector<npu::TaskPlan>> channels;
    for (const npu::TaskPlan& task : sequence.tasks) {
      channels[{task.column, task.direction, task.channel}].push_back(task);
    }
    host_.pass([] { return true; }, [&] { busy_ = static_cast<int>(channels.size()); });
    std::vector<std::thread> shims;
    for (const auto& [channel, tasks] : channels) {
      shims.emplace_back([this, tasks = tasks, buffers] { run_shim(tasks, buffers); });
    }
    const bool is_done = host_.wait_for(limit, [&] { return busy_ == 0; });
    if (!is_done) switch_off();
    for (std::thread& shim : shims) shim.join();
    return is_done ? "" : "the array waits for ever:" + describe_locks();
  }

 private:
  struct Tile {
    explicit Tile(const Switch& power) : gate(power) {}
    const npu::TilePlan* plan = nullptr;
    std::unique_ptr<Memory> memory;
    Gate gate;  // of the locks
    std::map<int, int> locks;
    uint8_t* buffer(const std::string& name) {
      for (const npu::BufferPlan& each : plan->buffers) {
        if (each.name == name) return memory->data() + each.address;
      }
      return nullptr;
    }
  };
  using Key = std::tuple<int, int, int>;
  static Key key(const npu::EndPoint& end) { return {end.column, end.row, end.channel}; }

  // A core's own locks and its southern neighbour's.
  struct Locks {
    Array& array;
    Tile& self;
    Tile& south;
    Tile& of(tile::Owner owner) { return owner == tile::Owner::kSelf ? self : south; }
    void acquire(tile::Owner owner, int id) { array.acquire(of(owner), id, 1); }
    void release(tile::Owner owner, int id) { array.release(of(owner), id, 1); }
  };

  Tile& at(int column, int row) { return *tiles_.at({column, row}); }

  void acquire(Tile& tile, int id, int value) {
    int& lock = tile.locks.at(id);
    tile.gate.pass([&] { return lock >= value; }, [&] { lock -= value; });
  }
  void release(Tile& tile, int id, int value) {
    int& lock = tile.locks.at(id);
    tile.gate.pass([] { return true; }, [&] { lock += value; });
  }

  void switch_off() {
    power_.is_off = true;
    for (const auto& [place, tile] : tiles_) tile->gate.wake();
    for (const auto& [end, wire] : inputs_) wire->wake();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  template <typename Work>
  void start(Work work) {
    threads_.emplace_back([work]() mutable {
      try {
        for (;;) work();
      } catch (const SwitchedOff&) {
      }
    });
  }

  void start_tile(const npu::TilePlan& plan) {
    Tile& tile = at(plan.column, plan.row);
    std::map<std::pair<npu::Direction, int>, const npu::DescriptorPlan*> firsts;
    for (const npu::DescriptorPlan& each : plan.descriptors)
      firsts.emplace(std::make_pair(each.direction, each.channel), &each);
    for (const auto& [channel, first] : firsts) {
      start([this, &tile, first = first, uses = std::map<int, uint32_t>()]() mutable {
        transfer(tile, *first, uses[first->id]++);
        const int next = first->next;
        for (const npu::DescriptorPlan& each : tile.plan->descriptors) {
          if (each.id == next) first = &each;
        }
      });
    }
    if (plan.row >= npu::kFirstCoreRow) start_core(tile);
  }

  void transfer(Tile& tile, const npu::DescriptorPlan& d, uint32_t use) {
    acquire(tile, d.acquire_lock, d.acquire_value);
    const uint32_t turn = use % d.iteration.wrap * d.iteration.stride_words * 4;
    uint32_t* words = reinterpret_cast<uint32_t*>(tile.buffer(d.buffer) + d.offset + turn);
    const Key end{tile.plan->column, tile.plan->row, d.channel};
    if (d.direction == npu::Direction::kToMemory) {
      inputs_.at(end)->pop(words, d.length_words);
    } else {
      for (uint32_t i = 0; i < d.length_words; i += kBeat) {
        for (Wire* wire : outputs_.at(end)) wire->push(words + i, std::min(kBeat, d.length_words - i));
      }
    }
    release(tile, d.release_lock, d.release_value);
  }

  void start_core(Tile& tile) {
    const int column = tile.plan->column;
    const int row = tile.plan->row - npu::kFirstCoreRow;
    Tile& south = at(column, npu::kFirstCoreRow + std::max(row - 1, 0));
    Tile& lower = at(column, npu::kFirstCoreRow + row / 2 * 2);
    const auto floats = [&](Tile& of, const char* name) { return reinterpret_cast<float*>(of.buffer(name)); };
    tile::TileMemory view = {};
    view.header = reinterpret_cast<tile::StepHeader*>(tile.buffer("header"));
    view.x = floats(tile, "x");
    view.rows = floats(tile, "rows");
    view.q = reinterpret_cast<int8_t*>(tile.buffer("q"));
    view.scale = floats(tile, "scale");
    view.sum = reinterpret_cast<int32_t*>(tile.buffer("sum"));
    view.maximum = floats(tile, "maximum");
    view.parameters = reinterpret_cast<tile::MatrixParameters*>(tile.buffer("parameters"));
    view.products = reinterpret_cast<int32_t*>(tile.buffer("products"));
    view.outputs = floats(tile, "outputs");
    view.attention = reinterpret_cast<tile::AttentionState*>(tile.buffer("attention"));
    view.head = floats(lower, "head");
    view.head_q = reinterpret_cast<int8_t*>(tile.buffer("head_q"));
    view.block = tile.buffer("block");
    view.next_block = south.buffer("block");
    view.gathered = tile.buffer("gathered");
    view.planes = reinterpret_cast<int8_t*>(tile.buffer("planes"));
    const tile::CoreBuffers buffers{tile.buffer("pages"), lower.buffer("chunks")};
    threads_.emplace_back([this, column, row, view, buffers, &tile, &south] {
      try {
        Locks locks{*this, tile, south};
        tile::Core<Locks> core(column, row, view, buffers, locks);
        for (;;) core.run_token();
      } catch (const SwitchedOff&) {
      }
    });
  }

  void run_shim(const std::vector<npu::TaskPlan>& tasks, const npu::HostBuffer* buffers) {
    try {
      for (const npu::TaskPlan& task : tasks) {
        const Key end{task.column, npu::kShimRow, task.channel};
        uint32_t* words = reinterpret_cast<uint32_t*>(buffers[static_cast<int>(task.argument)].data + task.offset);
        if (task.direction == npu::Direction::kToMemory) {
          inputs_.at(end)->pop(words, task.length_words);
        } else {
          outputs_.at(end).front()->push(words, task.length_words);
        }
      }
      host_.pass([] { return true; }, [&] { busy_--; });
    } catch (const SwitchedOff&) {
    }
  }

  // What the locks of each tile stand at, for whoever wants to know who waits for whom.
  std::string describe_locks() const {
    std::string text;
    for (const auto& [place, tile] : tiles_) {
      if (tile->locks.empty()) continue;
      text += "\n  (" + std::to_string(place.first) + ", " + std::to_string(place.second) + ")";
      for (const npu::LockPlan& lock : tile->plan->locks) {
        text += " " + lock.name + " " + std::to_string(tile->locks.at(lock.id));
      }
    }
    return text;
  }

  // Words that a broadcast gives to all its destinations before the next.
  static constexpr uint32_t kBeat = 64;

  npu::ProgramPlan program_;
  Switch power_;
  Gate host_{power_};
  int busy_ = 0;  // shim channels with tasks left
  std::map<std::pair<int, int>, std::unique_ptr<Tile>> tiles_;
  std::map<Key, std::unique_ptr<Wire>> inputs_;
  std::map<Key, std::vector<Wire*>> outputs_;
  std::vector<std::thread> threads_;
};

}  // namespace tilescribe::test
