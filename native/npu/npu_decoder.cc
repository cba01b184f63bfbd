#include "npu/npu_decoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "npu/pages.h"
#include "npu/self_test.h"
#include "npu/time_model.h"

namespace tilescribe::npu {
namespace {

// The first runs on a context: more than the self-test of src/engine/backend/npu-choice.ts takes. Each costs the CPU
// one more product with the vocabulary.
constexpr int kCheckedRuns = 24;
// A sparse step whose best token has less than this of the sparse vocabulary is run again over the full one.
constexpr double kSureProbability = 0.6;

bool is_same_window(const DecoderRow& a, const DecoderRow& b) { return a.window == b.window; }

}  // namespace

Status NpuDecoder::open(Device& device, const Model& model, const ProgramPlan& program, const Design& design,
                        const std::vector<int>& sparse_groups, Vocabulary vocabulary, bool is_modelled,
                        std::unique_ptr<NpuDecoder>* decoder) {
  Status status = device.open();
  if (status.ok()) status = device.load(design.files);
  if (!status.ok()) return status;
  std::unique_ptr<NpuDecoder> made(
      new NpuDecoder(device, model, program, design, sparse_groups, vocabulary, is_modelled));
  status = made->allocate();
  if (status.ok()) status = made->make_runs();
  // Before the model's weights are there, whose place those of the known answers take.
  for (const KnownCase& known : kKnownCases) {
    if (!status.ok() || is_modelled) break;
    const size_t index = made->index_of(known.rows, known.runs);
    status = check_known_answer(program, known, made->arguments_, *made->instructions_[index], *made->runs_[index]);
  }
  if (status.ok()) status = made->load_weights();
  if (status.ok()) *decoder = std::move(made);
  return status;
}

NpuDecoder::NpuDecoder(Device& device, const Model& model, const ProgramPlan& program, const Design& design,
                       const std::vector<int>& sparse_groups, Vocabulary vocabulary, bool is_modelled)
    : device_(device),
      model_(model),
      program_(program),
      design_(design),
      sparse_groups_(sparse_groups),
      vocabulary_(vocabulary),
      is_modelled_(is_modelled),
      texts_(static_cast<size_t>(program.text_slots)),
      windows_(static_cast<size_t>(program.window_slots)),
      timings_(program.config.decoder_layers) {}

NpuDecoder::~NpuDecoder() = default;

Status NpuDecoder::allocate() {
  for (int i = 0; i < kArguments; i++) {
    Status status = device_.allocate(BufferKind::kData, program_.argument_bytes[i], &arguments_[i]);
    if (!status.ok()) return status;
  }
  for (const InstructionStream& stream : design_.streams) {
    instructions_.emplace_back();
    Status status = device_.allocate(BufferKind::kInstructions, stream.words.size() * 4, &instructions_.back());
    if (!status.ok()) return status;
    std::memcpy(instructions_.back()->data(), stream.words.data(), stream.words.size() * 4);
  }
  return Status();
}

Status NpuDecoder::load_weights() {
  Buffer& weights = *arguments_[static_cast<int>(Argument::kWeights)];
  pack_weights(program_, model_, sparse_groups_, weights.data());
  return weights.sync_to_device(0, weights.bytes());
}

size_t NpuDecoder::index_of(int rows, int runs) const {
  return static_cast<size_t>(&program_.sequence(rows, runs) - program_.sequences.data());
}

Status NpuDecoder::make_runs() {
  runs_.clear();
  std::vector<Buffer*> arguments;
  for (const std::unique_ptr<Buffer>& buffer : arguments_) arguments.push_back(buffer.get());
  for (size_t i = 0; i < instructions_.size(); i++) {
    runs_.emplace_back();
    Status status = device_.make_run(*instructions_[i], design_.streams[i].words.size(), arguments, &runs_.back());
    if (!status.ok()) return status;
  }
  return Status();
}

bool NpuDecoder::recover() {
  if (has_recovered_) return false;
  has_recovered_ = true;
  checked_runs_ = 0;
  runs_.clear();
  if (!device_.reset().ok() || !make_runs().ok()) return false;
  // What the device wrote or held is worth nothing, its copy of the weights among it.
  for (Slot& slot : texts_) slot = {};
  for (Slot& slot : windows_) slot = {};
  return load_weights().ok();
}

// The slot of that content, or the one that was not used for longest.
int NpuDecoder::take_slot(std::vector<Slot>& slots, uint64_t stamp) {
  auto found = std::find_if(slots.begin(), slots.end(), [&](const Slot& slot) { return slot.stamp == stamp; });
  if (found == slots.end()) {
    found = std::min_element(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) { return a.used < b.used; });
    *found = {stamp, 0, 0};
  }
  found->used = ++clock_;
  return static_cast<int>(found - slots.begin());
}

// Pages for `position` and all before it, of which the last is to come.
Status NpuDecoder::prepare_text(const TextMemory& text, int position, int* slot) {
  *slot = take_slot(texts_, text.stamp());
  Slot& held = texts_[static_cast<size_t>(*slot)];
  Buffer& buffer = *arguments_[static_cast<int>(Argument::kTexts)];
  const bool is_copied = held.length == position;
  const int pages = tile::attention_pages(position + 1);
  for (int layer = 0; layer < program_.config.decoder_layers; layer++) {
    for (int head = 0; head < tile::kHeads; head++) {
      const uint64_t offset = text_offset(program_.config, *slot, layer, head);
      uint8_t* to = buffer.data() + offset;
      if (!is_copied) pack_attention(text.layers[static_cast<size_t>(layer)].head(head, position), to);
      make_room(position, to);
      Status status = buffer.sync_to_device(offset, static_cast<size_t>(pages) * tile::kPageBytes);
      if (!status.ok()) return status;
    }
  }
  held.length = -1;  // until the row is there
  return Status();
}

Status NpuDecoder::prepare_window(const WindowMemory& window, int* slot) {
  *slot = take_slot(windows_, window.stamp());
  Slot& held = windows_[static_cast<size_t>(*slot)];
  if (held.length == window.positions) return Status();
  Buffer& buffer = *arguments_[static_cast<int>(Argument::kWindows)];
  for (int layer = 0; layer < program_.config.decoder_layers; layer++) {
    for (int head = 0; head < tile::kHeads; head++) {
      const uint64_t offset = window_offset(program_.config, *slot, layer, head);
      pack_attention(window.layers[static_cast<size_t>(layer)].head(head, window.positions), buffer.data() + offset);
    }
  }
  held.length = window.positions;
  return buffer.sync_to_device(window_offset(program_.config, *slot, 0, 0), window_slot_bytes(program_.config));
}

Status NpuDecoder::run_rows(const DecoderRow* rows, int count, bool is_sparse, StepResults* results) {
  if (runs_.size() != instructions_.size()) return Status(Code::kDeviceFault, "the NPU could not be made ready again");
  StepPatches patches = {};
  patches.is_sparse = is_sparse;
  tile::StepHeader header = {};
  header.step = ++step_;
  header.layers = program_.config.decoder_layers;
  header.rows = count;
  header.vocabulary_pages = is_sparse ? program_.sparse_pages : program_.vocabulary_pages;
  Buffer& step = *arguments_[static_cast<int>(Argument::kStep)];
  for (int r = 0; r < count; r++) {
    Status status = prepare_text(*rows[r].text, rows[r].position, &patches.text_slots[r]);
    if (!status.ok()) return status;
    header.text_positions[r] = patches.text_positions[r] = rows[r].position + 1;
    if (r == 0 || !is_same_window(rows[r - 1], rows[r])) {
      const int run = header.runs++;
      status = prepare_window(*rows[r].window, &patches.window_slots[run]);
      if (!status.ok()) return status;
      header.run_positions[run] = patches.window_positions[run] = rows[r].window->positions;
    }
    header.run_rows[header.runs - 1]++;
    embed_token(model_, rows[r].token, rows[r].position,
                reinterpret_cast<float*>(step.data() + tile::kPageBytes) + r * tile::kWidth);
  }
  std::memcpy(step.data(), &header, sizeof header);
  Status status = step.sync_to_device(0, step.bytes());
  if (!status.ok()) return status;

  const size_t index = index_of(count, header.runs);
  Buffer& instructions = *instructions_[index];
  apply(program_, program_.sequences[index], design_.streams[index].points, patches,
        reinterpret_cast<uint32_t*>(instructions.data()));
  status = instructions.sync_to_device(0, instructions.bytes());
  if (status.ok()) status = runs_[index]->start();
  if (!status.ok()) return status;
  const RunState state = runs_[index]->wait(kTimeoutMs);
  if (state != RunState::kCompleted) {
    return Status(Code::kDeviceFault, std::string("a step on the NPU ") + name_of(state));
  }
  Buffer& out = *arguments_[static_cast<int>(Argument::kResults)];
  status = out.sync_from_device(0, out.bytes());
  if (!status.ok()) return status;
  results->read(program_, count, header.vocabulary_pages, out.data());
  // A context that was taken away and given again can finish in time with nothing done.
  int pages = 0;
  for (int stage = 0; stage <= static_cast<int>(tile::Stage::kVocabulary); stage++) {
    const bool is_of_layer =
        stage >= static_cast<int>(tile::kFirstOfLayer) && stage <= static_cast<int>(tile::kLastOfLayer);
    pages += tile::stage_pages(static_cast<tile::Stage>(stage), header) * (is_of_layer ? header.layers : 1);
  }
  if (results->step != header.step || results->pages != pages) {
    return Status(Code::kDeviceFault, "a step on the NPU gave the results of another");
  }
  if (checked_runs_ < kCheckedRuns) {
    status = results->check_integers(model_, is_sparse ? &sparse_groups_ : nullptr, count, is_modelled_ ? 0 : 1);
    if (!status.ok()) return status;
    checked_runs_++;
  }
  count_time(rows, count, header.runs, is_sparse);
  return Status();
}

// Whether a token that is not among the sparse ones may be the best: nothing excludes it but how sure the best is.
bool NpuDecoder::is_doubtful(const float* logits) const {
  float best = -std::numeric_limits<float>::infinity();
  for (int token = 0; token < program_.config.vocabulary; token++) best = std::max(best, logits[token]);
  double sum = 0;
  for (int token = 0; token < program_.config.vocabulary; token++)
    sum += std::exp(static_cast<double>(logits[token] - best));
  return 1 / sum < kSureProbability;
}

Status NpuDecoder::step(const DecoderRow* rows, int count, Decoder& decoder) {
  std::vector<float> hidden;
  std::vector<StepResults> all;
  std::vector<bool> sparse;
  for (int first = 0; first < count; first += tile::kRows) {
    const int some = std::min(tile::kRows, count - first);
    all.emplace_back();
    bool is_sparse = vocabulary_ == Vocabulary::kSparse;
    Status status = run_rows(rows + first, some, is_sparse, &all.back());
    if (status.ok() && is_sparse) {
      sparse_steps_++;
      std::vector<float> logits(static_cast<size_t>(model_.tokens.outputs));
      for (int r = 0; r < some && is_sparse; r++) {
        all.back().put_logits(model_, &sparse_groups_, r, logits.data());
        is_sparse = !is_doubtful(logits.data());
      }
      // The texts are as they were, so the same rows can be run again.
      if (!is_sparse) {
        sparse_fallbacks_++;
        status = run_rows(rows + first, some, false, &all.back());
      }
    }
    if (!status.ok()) return Status(Code::kDeviceFault, status.message());
    sparse.push_back(is_sparse);
    hidden.insert(hidden.end(), all.back().hidden.begin(), all.back().hidden.end());
  }
  decoder.adopt(hidden.data(), count);
  for (size_t i = 0; i < all.size(); i++) {
    const int first = static_cast<int>(i) * tile::kRows;
    const int some = std::min(tile::kRows, count - first);
    const std::vector<int>* groups = sparse[i] ? &sparse_groups_ : nullptr;
    for (int r = 0; r < some; r++) all[i].put_logits(model_, groups, r, decoder.logits(first + r));
    keep(rows + first, some, all[i]);
  }
  return Status();
}

// The new keys and values, into the texts and into the device's copies.
void NpuDecoder::keep(const DecoderRow* rows, int count, const StepResults& results) {
  for (int r = 0; r < count; r++) {
    TextMemory& text = *rows[r].text;
    const int slot = take_slot(texts_, text.stamp());
    Slot& held = texts_[static_cast<size_t>(slot)];
    // More rows than slots: the copy is gone, and will be made again.
    const bool is_held = held.length < 0;
    for (int layer = 0; layer < program_.config.decoder_layers; layer++) {
      for (int head = 0; head < tile::kHeads; head++) {
        const tile::KeyValueRow& row = results.keys[static_cast<size_t>((layer * count + r) * tile::kHeads + head)];
        text.layers[static_cast<size_t>(layer)].put(head, rows[r].position, row.key, row.value, row.scales);
        if (!is_held) continue;
        put_row(
            row, rows[r].position + 1,
            arguments_[static_cast<int>(Argument::kTexts)]->data() + text_offset(program_.config, slot, layer, head));
      }
    }
    text.length = rows[r].position + 1;
    if (is_held) held.length = text.length;
  }
}

void NpuDecoder::count_time(const DecoderRow* rows, int count, int runs, bool is_sparse) {
  if (!is_modelled_) return;
  const StepCost cost =
      estimate_step(program_, count, runs, rows[0].position + 1, rows[0].window->positions, is_sparse, Rates{});
  // Parts of the model in the order of time_model.cc; the residual rows and the dispatch go with the vocabulary.
  const Operation operations[] = {Operation::kVocabulary,     Operation::kSelfAttention,  Operation::kSelfAttention,
                                  Operation::kCrossAttention, Operation::kCrossAttention, Operation::kFeedForward,
                                  Operation::kVocabulary};
  const int layers = program_.config.decoder_layers;
  for (size_t i = 0; i < cost.parts.size(); i++) {
    const bool is_of_layer = operations[i] != Operation::kVocabulary;
    for (int layer = 0; layer < (is_of_layer ? layers : 1); layer++) {
      timings_.at(Part::kDecoder, layer, operations[i]).add(cost.parts[i].ms / (is_of_layer ? layers : 1), 0);
    }
  }
  timings_.at(Part::kDecoder, 0, Operation::kVocabulary).add(cost.dispatch_ms);
  for (int layer = 0; layer < layers; layer++) {
    for (Operation operation : {Operation::kSelfAttention, Operation::kCrossAttention, Operation::kFeedForward}) {
      timings_.at(Part::kDecoder, layer, operation).add(0);
    }
  }
}

}  // namespace tilescribe::npu
