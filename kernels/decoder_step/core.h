// The core's main loop of the decoder step: stages.h between the locks that the tile shares with its DMA and its
// neighbours. In: the tile's memory and its locks. Written over `Locks`, so that the tests can run sixteen of them at
// once on threads:
//
//   void acquire(Owner owner, int id)   waits until the lock is at least 1 and takes 1 from it
//   void release(Owner owner, int id)   adds 1
//
// Why so few locks: what is handed for one exchange is read before the exchange's broadcast reaches any core, and a
// core hands its next part after that. So only "full" has to be said between neighbours; "free" follows.
#pragma once

#include "kernels/decoder_step/stages.h"

namespace tilescribe::tile {

enum class Owner { kSelf, kSouth };

// As native/npu/program.cc numbers them.
enum CoreLock {
  kPageFree,
  kPageFull,
  kGatheredFree,
  kGatheredFull,
  kBlockFree,
  kBlockFull,
  kChunkFree,
  kChunkFull,
  kHandedFull,  // parts of the rows above lie in this tile's block
  kUpperFull,   // lower tile: the upper one has filled its half
  kChunkRoom,   // lower tile: the upper one may fill its half of the next chunk
};

inline constexpr int kPageSlots = 3;
inline constexpr int kChunkSlots = 2;

// Rings in the tile's own memory; the upper tile has the lower one's chunks.
struct CoreBuffers {
  uint8_t* pages;
  uint8_t* chunks;
};

// What stages.h asks of its surroundings.
template <typename Locks>
class CorePort {
 public:
  CorePort(Locks& locks, uint8_t* chunks, bool is_upper) : locks_(locks), chunks_(chunks), is_upper_(is_upper) {
    if (!is_upper_) locks_.acquire(Owner::kSelf, kChunkFree);
  }
  uint8_t* chunk() { return chunks_ + count_ % kChunkSlots * kChunkBytes; }
  void send_chunk() {
    locks_.release(Owner::kSelf, kChunkFull);
    count_++;
    locks_.acquire(Owner::kSelf, kChunkFree);
  }
  void await_upper() { locks_.acquire(Owner::kSelf, kUpperFull); }
  void signal_upper() { locks_.release(Owner::kSelf, kChunkRoom); }
  void signal_lower() { locks_.release(Owner::kSouth, kUpperFull); }
  void await_room() {
    if (has_filled_) count_++;
    has_filled_ = true;
    locks_.acquire(Owner::kSouth, kChunkRoom);
  }
  // The upper tile counts the lower one's chunks along, to find the slot that is being filled.
  void end_stage(Stage stage) {
    if (!is_upper_) return;
    if (stage == Stage::kSelfAttention || stage == Stage::kFinalNorm) count_++;
    if (stage != Stage::kVocabulary) return;
    count_ += has_filled_ ? 2 : 1;
    has_filled_ = false;
  }

 private:
  Locks& locks_;
  uint8_t* chunks_;
  bool is_upper_;
  bool has_filled_ = false;
  unsigned count_ = 0;
};

template <typename Locks>
class Core {
 public:
  Core(int column, int row, const TileMemory& memory, const CoreBuffers& buffers, Locks& locks)
      : memory_(memory), pages_(buffers.pages), locks_(locks), port_(locks, buffers.chunks, row % 2 == 1) {
    state_ = {};
    state_.column = column;
    state_.row = row;
  }

  void run_token() {
    run(Stage::kHeader);
    const int layers = memory_.header->layers;
    for (int layer = 0; layer < layers; layer++) {
      for (int stage = static_cast<int>(kFirstOfLayer); stage <= static_cast<int>(kLastOfLayer); stage++) {
        run(static_cast<Stage>(stage));
      }
    }
    run(Stage::kFinalNorm);
    run(Stage::kVocabulary);
  }

 private:
  void run(Stage stage) {
    begin_stage(stage, state_, memory_, port_);
    const int pages = stage_pages(stage, *memory_.header);
    for (int page = 0; page < pages; page++) {
      locks_.acquire(Owner::kSelf, kPageFull);
      take_page(stage, state_, memory_, page, pages_ + slot_ * kPageBytes, port_);
      slot_ = slot_ + 1 < kPageSlots ? slot_ + 1 : 0;
      locks_.release(Owner::kSelf, kPageFree);
    }
    // Its operand was what the last exchange gathered.
    if (stage == Stage::kForwardDown) locks_.release(Owner::kSelf, kGatheredFree);
    end_stage(stage, state_, memory_, port_);
    port_.end_stage(stage);
    if (gathers(stage)) exchange(stage);
  }

  void exchange(Stage stage) {
    // The tile above has written the parts of all rows above before it says so.
    if (state_.row + 1 < kTilesPerColumn) locks_.acquire(Owner::kSelf, kHandedFull);
    hand_down(stage, state_, memory_);
    if (state_.row > 0) {
      locks_.release(Owner::kSouth, kHandedFull);
    } else {
      locks_.acquire(Owner::kSelf, kBlockFree);
      locks_.release(Owner::kSelf, kBlockFull);
    }
    locks_.acquire(Owner::kSelf, kGatheredFull);
    take_gathered(stage, memory_);
    if (stage != Stage::kForwardQuantize) locks_.release(Owner::kSelf, kGatheredFree);
  }

  TileState state_;
  TileMemory memory_;
  uint8_t* pages_;
  Locks& locks_;
  CorePort<Locks> port_;
  int slot_ = 0;
};

}  // namespace tilescribe::tile
