// Steps of the decoder on a device: what the host does before and after each run.
//
// Before: copies of texts and windows in the device's pages, the step's header and residual rows, the patches. After:
// logits from the sums of both planes, the new keys and values into the CPU's memories and the device's pages. Nothing
// is changed until every run of a step is complete, so a fault in the middle leaves the texts as they were.
//
// The device writes no keys and values itself: they come with the results, 192 bytes a layer, head and row. It saves
// the scattering descriptors of its shim tiles, and lets the CPU go on at any token.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "npu/device.h"
#include "npu/instructions.h"
#include "npu/program.h"
#include "npu/step_results.h"
#include "whisper/step_decoder.h"

namespace tilescribe::npu {

// What is loaded onto the device.
struct Design {
  DesignFiles files;
  // One for each of the program's sequences, in their order; made by the compiler, or by encode() for the emulator.
  std::vector<InstructionStream> streams;
};

enum class Vocabulary { kFull, kSparse };

class NpuDecoder final : public StepDecoder {
 public:
  // Opens the device, loads the design and gives it the weights. A device that is not modelled is first given the
  // known answers (known_answers.h). `sparse_groups`: see pack_weights; needed for kSparse. `device` and `model`
  // outlive this.
  static Status open(Device& device, const Model& model, const ProgramPlan& program, const Design& design,
                     const std::vector<int>& sparse_groups, Vocabulary vocabulary, bool is_modelled,
                     std::unique_ptr<NpuDecoder>* decoder);
  ~NpuDecoder() override;

  Status step(const DecoderRow* rows, int count, Decoder& decoder) override;
  bool recover() override;
  Timings& timings() override { return timings_; }

  bool is_sparse() const { return vocabulary_ == Vocabulary::kSparse; }
  // Steps that were run again over the full vocabulary, of all with a sparse one; from any thread, also during a step.
  int64_t sparse_steps() const { return sparse_steps_; }
  int64_t sparse_fallbacks() const { return sparse_fallbacks_; }

 private:
  struct Slot {
    uint64_t stamp = 0;  // of the memory it holds a copy of
    int length = 0;      // positions
    uint64_t used = 0;   // when, for the oldest to make room
  };

  NpuDecoder(Device& device, const Model& model, const ProgramPlan& program, const Design& design,
             const std::vector<int>& sparse_groups, Vocabulary vocabulary, bool is_modelled);
  Status allocate();
  Status load_weights();
  Status make_runs();
  size_t index_of(int rows, int runs) const;
  int take_slot(std::vector<Slot>& slots, uint64_t stamp);
  Status prepare_text(const TextMemory& text, int position, int* slot);
  Status prepare_window(const WindowMemory& window, int* slot);
  Status run_rows(const DecoderRow* rows, int count, bool is_sparse, StepResults* results);
  bool is_doubtful(const float* logits) const;
  void keep(const DecoderRow* rows, int count, const StepResults& results);
  void count_time(const DecoderRow* rows, int count, int runs, bool is_sparse);

  Device& device_;
  const Model& model_;
  const ProgramPlan program_;
  const Design design_;
  const std::vector<int> sparse_groups_;
  const Vocabulary vocabulary_;
  const bool is_modelled_;
  std::unique_ptr<Buffer> arguments_[kArguments];
  std::vector<std::unique_ptr<Buffer>> instructions_;
  std::vector<std::unique_ptr<Run>> runs_;
  std::vector<Slot> texts_;
  std::vector<Slot> windows_;
  uint64_t clock_ = 0;
  int32_t step_ = 0;
  bool has_recovered_ = false;
  int checked_runs_ = 0;
  Timings timings_;
  std::atomic<int64_t> sparse_steps_{0};
  std::atomic<int64_t> sparse_fallbacks_{0};
};

}  // namespace tilescribe::npu
