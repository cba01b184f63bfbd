// The emulated silicon: memories of the tiles, and the stages of every core over them, with data that really moves
// through the descriptors and routes of the program, so that a wrong address gives a wrong result.
//
// What it is not: it does not run the cores at once. Each stage is run for one tile after the other, the upper tile
// of a pair first; a lock is a count that must not be wanting when it is asked for. A program that would wait for
// ever for data is found; one that would wait for ever for a buffer is not.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "npu/program.h"

namespace tilescribe::npu {

struct HostBuffer {
  uint8_t* data = nullptr;
  size_t bytes = 0;
};

// Numbers of the driver's ERT_CMD_STATE_*.
enum class MachineState { kCompleted = 4, kError = 5, kTimeout = 8 };

struct MachineResult {
  MachineState state = MachineState::kCompleted;
  std::string message;
  uint64_t bytes_read = 0;  // from DDR
  uint64_t bytes_written = 0;
};

class Machine {
 public:
  // Of the program only tiles and routes are looked at; they fit any model.
  explicit Machine(const ProgramPlan& program);
  ~Machine();

  // One run over an instruction stream (instructions.h). Pairs are shared among the pool's threads.
  MachineResult run(const uint32_t* words, size_t count, const std::array<HostBuffer, kArguments>& buffers,
                    ThreadPool& pool);

 private:
  struct Tile;
  struct Channel;
  class Stream;
  struct Pair;
  class Port;

  Tile& tile(int column, int row);
  Channel find_channel(int column, int row, Direction direction, int channel);
  std::string read_instructions(const uint32_t* words, size_t count, const std::array<HostBuffer, kArguments>& buffers);
  std::string check_header(const tile::StepHeader& header) const;
  void run_stage(tile::Stage stage, int pair);
  void take_gathered(tile::Stage stage, int pair);
  void gather(tile::Stage stage);
  bool has_fault() const;

  ProgramPlan program_;
  std::vector<std::unique_ptr<Tile>> tiles_;
  std::vector<std::unique_ptr<Pair>> pairs_;
  std::vector<Channel> block_out_;   // of the lowest rows
  std::vector<Channel> block_in_;    // of the joining memory tile
  std::vector<Channel> joined_out_;  // one
  std::vector<Channel> gathered_in_;
};

}  // namespace tilescribe::npu
