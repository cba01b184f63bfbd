// A model opened for work: threads, encoder, decoder, and the windows and sequences that are alive. Knows
// nothing of JavaScript. One call at a time, but that an encode() and a step() of
// windows on a device may go on side by side: the encoder has the CPU meanwhile, and a step that needs it waits.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "audio/log_mel.h"
#include "whisper/choice.h"
#include "whisper/decoder.h"
#include "whisper/encoder.h"
#include "whisper/step_decoder.h"

namespace tilescribe {

struct StepInput {
  int sequences;
  std::vector<int> tokens;       // one per row
  std::vector<TokenRule> rules;  // one per row
};

struct StartResult {
  int sequences = 0;
  TokenChoice choice;
  double probe_probability = 0;
};

struct AlignInput {
  std::vector<int> tokens;  // fed in one pass
  int first_row = 0;        // the first token that is scored
  int positions = 0;        // of the window that hold sound
  std::vector<AlignmentHead> heads;
};

class Session {
 public:
  static Status open(const std::string& weights, int threads, std::unique_ptr<Session>* session);

  const Config& config() const { return model_->config; }
  const Model& model() const { return *model_; }

  // Gives the steps of windows that are encoded from now on to a device. Prompts and alignment stay here, and so
  // does all once the device is given up.
  void use_device(std::unique_ptr<StepDecoder> device);
  StepDecoder* device() { return device_.get(); }
  const char* kernels_name() const { return kernels_.name; }
  int threads() const { return pool_.threads(); }

  // See Model::check_unchanged; before each of encode, start, step and align.
  Status check_weights() const { return model_->check_unchanged(); }

  // `samples` is float32 [kSamplesWithEdges]: a window and what its frames reach to either side. Encodes the
  // first `positions` (1 to 1500) of it, each 20 ms, as if it ended there. Returns the window's id, or -1 if
  // it was cancelled.
  int encode(const float* samples, int positions);

  // From any thread: ends an encode() under way or about to begin
  // within some milliseconds. allow() comes before the encode() that is not meant.
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  void allow() { cancelled_.store(false, std::memory_order_relaxed); }

  // Whether the arguments fit what is alive; kInvalidArgument says what does not.
  Status check_start(int window, const std::vector<int>& prompt, int probe_position) const;
  Status check_step(const std::vector<StepInput>& inputs) const;
  Status check_reorder(int sequences, const std::vector<int>& parents) const;
  Status check_align(int window, const AlignInput& input) const;

  // probe_position < 0: no probe.
  StartResult start(int window, const std::vector<int>& prompt, const TokenRule& rule, int probe_position,
                    int probe_token);
  // `fault` becomes kDeviceFault when a device failed at it, and then there are no choices and nothing has changed: all
  // windows that are encoded by now go on without the device; windows encoded later have it again if it could be made
  // ready, once. Without a device it may be null.
  std::vector<std::vector<TokenChoice>> step(const std::vector<StepInput>& inputs, Status* fault = nullptr);
  void reorder(int sequences, const std::vector<int>& parents);
  // float32 [tokens - first_row, positions]; see score_alignment.
  std::vector<float> align(int window, const AlignInput& input);
  int row_count(int sequences) const;
  int length(int sequences) const;

  void release_window(int window) { windows_.erase(window); }
  void release_sequences(int sequences);

  Timings& timings() { return timings_; }

 private:
  struct Sequences {
    int window_id;
    std::shared_ptr<WindowMemory> window;
    std::vector<std::unique_ptr<TextMemory>> rows;
  };

  Session(std::unique_ptr<Model> model, int threads);
  std::unique_ptr<TextMemory> take_memory();

  std::unique_ptr<Model> model_;
  const Kernels& kernels_;
  ThreadPool pool_;
  std::mutex cpu_;  // of the pool: held by encode() and by what runs the decoder on it
  LogMel log_mel_;
  std::vector<float> mel_;  // of the window under way: [80, 3000]
  Encoder encoder_;
  Decoder decoder_;
  Timings timings_;
  std::unique_ptr<StepDecoder> device_;
  int device_begin_ = 0;  // the first window whose steps the device may run
  std::atomic<bool> cancelled_{false};
  std::atomic<int> next_id_{1};
  std::map<int, std::shared_ptr<WindowMemory>> windows_;
  std::map<int, Sequences> sequences_;
  std::vector<std::unique_ptr<TextMemory>> free_;
};

}  // namespace tilescribe
