#include "whisper/session.h"

#include <algorithm>

namespace tilescribe {
namespace {

Status invalid(const std::string& what) { return Status(Code::kInvalidArgument, what); }

}  // namespace

Status Session::open(const std::string& weights, int threads, std::unique_ptr<Session>* session) {
  std::unique_ptr<Model> model;
  Status status = Model::open(weights, &model);
  if (status.ok()) session->reset(new Session(std::move(model), threads));
  return status;
}

Session::Session(std::unique_ptr<Model> model, int threads)
    : model_(std::move(model)),
      kernels_(best_kernels()),
      pool_(threads),
      log_mel_(kernels_, pool_),
      mel_(static_cast<size_t>(kMelBins) * kWindowFrames),
      encoder_(*model_, kernels_, pool_),
      decoder_(*model_, kernels_, pool_),
      timings_(std::max(model_->config.encoder_layers, model_->config.decoder_layers)) {}

int Session::encode(const float* samples, int positions) {
  const std::lock_guard<std::mutex> lock(cpu_);
  {
    Timed timed(timings_.at(Part::kEncoder, 0, Operation::kMel), true);
    // The encoder sees two frames for each position, and none after them.
    log_mel_.compute(samples, 2 * positions, mel_.data());
  }
  std::unique_ptr<WindowMemory> window = encoder_.encode(mel_.data(), positions, cancelled_, &timings_);
  if (!window) return -1;
  // The windows go before the encoder does.
  windows_[next_id_] = std::shared_ptr<WindowMemory>(
      window.release(), [this](WindowMemory* gone) { encoder_.recycle(std::unique_ptr<WindowMemory>(gone)); });
  return next_id_++;
}

Status Session::check_start(int window, const std::vector<int>& prompt, int probe_position) const {
  if (windows_.count(window) == 0) return invalid("the window was released");
  if (prompt.empty() || prompt.size() > static_cast<size_t>(std::min(Decoder::kMaxRows, config().text_context))) {
    return invalid("the prompt is empty or too long");
  }
  if (probe_position >= static_cast<int>(prompt.size())) return invalid("the probe is not in the prompt");
  return Status();
}

Status Session::check_step(const std::vector<StepInput>& inputs) const {
  size_t rows = 0;
  for (const StepInput& input : inputs) {
    const auto found = sequences_.find(input.sequences);
    if (found == sequences_.end()) return invalid("the sequences were released");
    if (input.tokens.size() != found->second.rows.size() || input.rules.size() != found->second.rows.size()) {
      return invalid("a step needs one token and one rule for each row");
    }
    if (found->second.rows.front()->length >= config().text_context) return invalid("the text context is full");
    rows += input.tokens.size();
    const auto same = [&](const StepInput& other) { return other.sequences == input.sequences; };
    if (std::count_if(inputs.begin(), inputs.end(), same) != 1) return invalid("sequences are in the step twice");
  }
  if (rows == 0 || rows > static_cast<size_t>(Decoder::kMaxRows)) return invalid("a step of no or too many rows");
  return Status();
}

Status Session::check_reorder(int sequences, const std::vector<int>& parents) const {
  const auto found = sequences_.find(sequences);
  if (found == sequences_.end()) return invalid("the sequences were released");
  if (parents.empty() || parents.size() > static_cast<size_t>(Decoder::kMaxRows)) {
    return invalid("a reorder to no or too many rows");
  }
  for (int parent : parents) {
    if (parent < 0 || parent >= static_cast<int>(found->second.rows.size())) return invalid("a parent that is no row");
  }
  return Status();
}

Status Session::check_align(int window, const AlignInput& input) const {
  const auto found = windows_.find(window);
  if (found == windows_.end()) return invalid("the window was released");
  const int count = static_cast<int>(input.tokens.size());
  if (count > std::min(Decoder::kMaxRows, config().text_context)) return invalid("too many tokens to align");
  if (input.first_row < 0 || input.first_row >= count) return invalid("the first row is not among the tokens");
  if (input.positions < 1 || input.positions > found->second->positions) {
    return invalid("the window has not so many positions");
  }
  if (input.heads.empty()) return invalid("no heads to align by");
  for (const AlignmentHead& head : input.heads) {
    const bool is_there =
        head.layer >= 0 && head.layer < config().decoder_layers && head.head >= 0 && head.head < config().heads;
    if (!is_there) return invalid("a head that the model does not have");
  }
  return Status();
}

StartResult Session::start(int window, const std::vector<int>& prompt, const TokenRule& rule, int probe_position,
                           int probe_token) {
  Sequences made;
  made.window_id = window;
  made.window = windows_.at(window);
  made.rows.push_back(take_memory());
  std::vector<DecoderRow> rows;
  const int last = static_cast<int>(prompt.size()) - 1;
  for (int i = 0; i <= last; i++) {
    rows.push_back({prompt[static_cast<size_t>(i)], i, made.rows.front().get(), made.window.get(),
                    i == last || i == probe_position});
  }
  decoder_.forward(rows.data(), static_cast<int>(rows.size()), &timings_);

  StartResult result;
  if (probe_position >= 0) {
    result.probe_probability = token_probability(decoder_, kernels_, config().vocabulary, 0, probe_token);
  }
  const int row = probe_position >= 0 && probe_position != last ? 1 : 0;
  result.choice = choose_token(decoder_, kernels_, config().vocabulary, row, rule);
  result.sequences = next_id_;
  sequences_[next_id_++] = std::move(made);
  return result;
}

void Session::use_device(std::unique_ptr<StepDecoder> device) {
  device_ = std::move(device);
  device_begin_ = next_id_;
}

std::vector<std::vector<TokenChoice>> Session::step(const std::vector<StepInput>& inputs, Status* fault) {
  std::vector<DecoderRow> rows;
  bool on_device = device_ != nullptr;
  for (const StepInput& input : inputs) {
    const Sequences& sequences = sequences_.at(input.sequences);
    on_device = on_device && sequences.window_id >= device_begin_;
    for (size_t r = 0; r < sequences.rows.size(); r++) {
      TextMemory* text = sequences.rows[r].get();
      rows.push_back({input.tokens[r], text->length, text, sequences.window.get(), true});
    }
  }
  if (on_device) {
    Status status = device_->step(rows.data(), static_cast<int>(rows.size()), decoder_);
    if (!status.ok()) {
      device_begin_ = device_->recover() ? next_id_.load() : INT32_MAX;
      *fault = status;
      return {};
    }
  } else {
    const std::lock_guard<std::mutex> lock(cpu_);
    decoder_.forward(rows.data(), static_cast<int>(rows.size()), &timings_);
  }
  Timed timed(timings_.at(Part::kDecoder, 0, Operation::kChoice), true);
  std::vector<const TokenRule*> rules;
  for (const StepInput& input : inputs) {
    for (const TokenRule& rule : input.rules) rules.push_back(&rule);
  }
  std::vector<TokenChoice> flat(rules.size());
  const auto choose = [&](size_t row) {
    flat[row] = choose_token(decoder_, kernels_, config().vocabulary, static_cast<int>(row), *rules[row]);
  };
  if (device_ != nullptr) {
    // The pool may be encoding.
    for (size_t row = 0; row < rules.size(); row++) choose(row);
  } else {
    pool_.run([&](int) {
      for (size_t row = static_cast<size_t>(pool_.next()); row < rules.size();
           row = static_cast<size_t>(pool_.next())) {
        choose(row);
      }
    });
  }
  std::vector<std::vector<TokenChoice>> choices;
  auto next = flat.begin();
  for (const StepInput& input : inputs) {
    choices.emplace_back(next, next + static_cast<int64_t>(input.rules.size()));
    next += static_cast<int64_t>(input.rules.size());
  }
  return choices;
}

void Session::reorder(int sequences, const std::vector<int>& parents) {
  std::vector<std::unique_ptr<TextMemory>>& rows = sequences_.at(sequences).rows;
  std::vector<std::unique_ptr<TextMemory>> next;
  // The last child of a row takes its memory over; only the others copy.
  for (size_t i = 0; i < parents.size(); i++) {
    const size_t parent = static_cast<size_t>(parents[i]);
    if (std::find(parents.begin() + static_cast<int64_t>(i) + 1, parents.end(), parents[i]) == parents.end()) {
      next.push_back(std::move(rows[parent]));
    } else {
      next.push_back(take_memory());
      next.back()->copy_from(*rows[parent]);
    }
  }
  for (std::unique_ptr<TextMemory>& row : rows) {
    if (row) free_.push_back(std::move(row));
  }
  rows = std::move(next);
}

std::vector<float> Session::align(int window, const AlignInput& input) {
  const WindowMemory& memory = *windows_.at(window);
  std::unique_ptr<TextMemory> text = take_memory();
  std::vector<DecoderRow> rows;
  for (size_t i = 0; i < input.tokens.size(); i++) {
    rows.push_back({input.tokens[i], static_cast<int>(i), text.get(), &memory, false});
  }
  CrossQueries queries(input.heads, static_cast<int>(rows.size()));
  decoder_.forward(rows.data(), static_cast<int>(rows.size()), &timings_, &queries);
  free_.push_back(std::move(text));
  return score_alignment(queries, memory, input.first_row, input.positions, kernels_, pool_);
}

int Session::row_count(int sequences) const { return static_cast<int>(sequences_.at(sequences).rows.size()); }

int Session::length(int sequences) const { return sequences_.at(sequences).rows.front()->length; }

void Session::release_sequences(int sequences) {
  const auto found = sequences_.find(sequences);
  if (found == sequences_.end()) return;
  for (std::unique_ptr<TextMemory>& row : found->second.rows) free_.push_back(std::move(row));
  sequences_.erase(found);
}

std::unique_ptr<TextMemory> Session::take_memory() {
  if (free_.empty()) return std::make_unique<TextMemory>(config());
  std::unique_ptr<TextMemory> memory = std::move(free_.back());
  free_.pop_back();
  memory->clear();
  return memory;
}

}  // namespace tilescribe
