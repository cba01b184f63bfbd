// A session as the addon uses it: what it refuses, what may be released when, beams, full texts, and that
// hundreds of windows leave no memory behind; and that a window is encoded beside the steps of a device.
#include "whisper/session.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "test/check.h"
#include "test/model_fixture.h"

// Freed memory goes back soon, or the measurement of memory would measure AddressSanitizer's quarantine.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=1:thread_local_quarantine_size_kb=64"; }

namespace {

using tilescribe::AlignInput;
using tilescribe::Code;
using tilescribe::Decoder;
using tilescribe::Operation;
using tilescribe::Part;
using tilescribe::Session;
using tilescribe::StartResult;
using tilescribe::Status;
using tilescribe::StepInput;
using tilescribe::TokenChoice;
using tilescribe::TokenRule;
using tilescribe::test::make_samples;
using tilescribe::test::ModelFixture;
using tilescribe::test::Random;
using tilescribe::test::TemporaryFolder;

bool is_refused(const Status& status) { return status.code() == Code::kInvalidArgument && !status.message().empty(); }

TokenRule plain_rule(const Session& session, int top = 3) {
  TokenRule rule;
  rule.suppressed = std::make_shared<std::vector<uint8_t>>(session.config().vocabulary, uint8_t{0});
  rule.top = top;
  return rule;
}

int start(Session& session, int window, const std::vector<int>& prompt) {
  if (!CHECK(session.check_start(window, prompt, -1).ok())) return -1;
  return session.start(window, prompt, plain_rule(session), -1, 0).sequences;
}

StepInput make_step(const Session& session, int sequences, const std::vector<int>& tokens) {
  return {sequences, tokens, std::vector<TokenRule>(tokens.size(), plain_rule(session))};
}

std::vector<TokenChoice> step(Session& session, int sequences, const std::vector<int>& tokens) {
  const std::vector<StepInput> inputs = {make_step(session, sequences, tokens)};
  if (!CHECK(session.check_step(inputs).ok())) return {};
  return session.step(inputs).at(0);
}

bool same(const TokenChoice& a, const TokenChoice& b) {
  if (a.top.size() != b.top.size()) return false;
  for (size_t i = 0; i < a.top.size(); i++) {
    if (a.top[i].id != b.top[i].id || a.top[i].log_probability != b.top[i].log_probability) return false;
  }
  return true;
}

// What the next token would be after these, from a sequence of its own.
TokenChoice choice_after(Session& session, int window, const std::vector<int>& tokens) {
  const StartResult result = session.start(window, tokens, plain_rule(session), -1, 0);
  session.release_sequences(result.sequences);
  return result.choice;
}

// A device that is a CPU of its own.
class OtherCpu final : public tilescribe::StepDecoder {
 public:
  explicit OtherCpu(const Session& session)
      : pool_(1),
        decoder_(session.model(), tilescribe::best_kernels(), pool_),
        timings_(session.config().decoder_layers) {}
  Status step(const tilescribe::DecoderRow* rows, int count, Decoder& decoder) override {
    decoder_.forward(rows, count, &timings_);
    decoder.adopt(decoder_.hidden(0), count);
    for (int r = 0; r < count; r++) std::copy_n(decoder_.logits(r), decoder_.logits_stride(), decoder.logits(r));
    steps_++;
    return Status();
  }
  bool recover() override { return false; }
  tilescribe::Timings& timings() override { return timings_; }
  int steps() const { return steps_; }

 private:
  tilescribe::ThreadPool pool_;
  Decoder decoder_;
  tilescribe::Timings timings_;
  int steps_ = 0;
};

void test_encode_beside_steps(Session& session, const std::vector<float>& samples) {
  constexpr int kSteps = 12;
  const auto decode = [&](int window) {
    const int sequences = start(session, window, {1, 2});
    std::vector<TokenChoice> choices;
    for (int i = 0; i < kSteps; i++) choices.push_back(step(session, sequences, {3 + i}).at(0));
    session.release_sequences(sequences);
    return choices;
  };
  const int before = session.encode(samples.data(), 20);
  const std::vector<TokenChoice> expected = decode(before);

  auto device = std::make_unique<OtherCpu>(session);
  const OtherCpu& other = *device;
  session.use_device(std::move(device));
  const int window = session.encode(samples.data(), 20);
  const int sequences = start(session, window, {1, 2});
  std::vector<int> encoded;
  std::thread encoder([&] {
    for (int i = 0; i < 6; i++) encoded.push_back(session.encode(samples.data(), 20));
  });
  std::vector<TokenChoice> choices;
  for (int i = 0; i < kSteps; i++) {
    choices.push_back(step(session, sequences, {3 + i}).at(0));
    // What the addon reads meanwhile.
    CHECK(session.timings().at(Part::kEncoder, 0, Operation::kMel).ms() >= 0);
  }
  encoder.join();
  CHECK(other.steps() == kSteps);
  // A window of before has no part in the device: its step is the CPU's, and waits for an encode that is under way.
  const int old = start(session, before, {1, 2});
  std::thread again([&] { encoded.push_back(session.encode(samples.data(), 20)); });
  CHECK(same(step(session, old, {3}).at(0), expected[0]));
  again.join();
  CHECK(other.steps() == kSteps);
  for (int i = 0; i < kSteps; i++) CHECK(same(choices[static_cast<size_t>(i)], expected[static_cast<size_t>(i)]));
  session.release_sequences(sequences);
  session.release_sequences(old);
  session.use_device(nullptr);
  for (int each : encoded) {
    CHECK(each > 0);
    const std::vector<TokenChoice> after = decode(each);
    CHECK(same(after.back(), expected.back()));
    session.release_window(each);
  }
  session.release_window(before);
  session.release_window(window);
}

void test_check_start(Session& session, const std::vector<float>& samples) {
  const int window = session.encode(samples.data(), 10);
  CHECK(session.check_start(window, {1}, -1).ok());
  CHECK(session.check_start(window, {1, 2, 3}, 2).ok());
  CHECK(session.check_start(window, std::vector<int>(Decoder::kMaxRows, 5), 0).ok());
  CHECK(is_refused(session.check_start(window + 1, {1}, -1)));
  CHECK(is_refused(session.check_start(-1, {1}, -1)));
  CHECK(is_refused(session.check_start(window, {}, -1)));
  CHECK(is_refused(session.check_start(window, std::vector<int>(Decoder::kMaxRows + 1, 5), -1)));
  CHECK(is_refused(session.check_start(window, {1, 2, 3}, 3)));
  session.release_window(window);
  CHECK(is_refused(session.check_start(window, {1}, -1)));
}

void test_align(Session& session, const std::vector<float>& samples) {
  const int window = session.encode(samples.data(), 10);
  const AlignInput good = {{1, 2, 3, 4}, 1, 9, {{0, 1}}};
  const auto refused = [&](const AlignInput& input) { return is_refused(session.check_align(window, input)); };
  CHECK(session.check_align(window, good).ok());
  CHECK(refused({{}, 0, 9, {{0, 1}}}));
  CHECK(refused({std::vector<int>(Decoder::kMaxRows + 1, 5), 0, 9, {{0, 1}}}));
  CHECK(refused({{1, 2}, 2, 9, {{0, 1}}}));
  CHECK(refused({{1, 2}, 0, 11, {{0, 1}}}));
  CHECK(refused({{1, 2}, 0, 0, {{0, 1}}}));
  CHECK(refused({{1, 2}, 0, 9, {}}));
  CHECK(refused({{1, 2}, 0, 9, {{0, session.config().heads}}}));
  CHECK(refused({{1, 2}, 0, 9, {{session.config().decoder_layers, 0}}}));
  CHECK(is_refused(session.check_align(window + 1, good)));

  // Sequences that are under way are left as they were.
  const int sequences = start(session, window, {1, 2});
  CHECK(session.align(window, good).size() == 3 * 9);
  CHECK(same(step(session, sequences, {7}).at(0), choice_after(session, window, {1, 2, 7})));
  session.release_sequences(sequences);
  session.release_window(window);
}

void test_check_step_and_reorder(Session& session, const std::vector<float>& samples) {
  const int window = session.encode(samples.data(), 10);
  const int one = start(session, window, {1, 2});
  const int two = start(session, window, {3});
  session.reorder(two, {0, 0});
  const auto refused = [&](const std::vector<StepInput>& inputs) { return is_refused(session.check_step(inputs)); };
  CHECK(session.check_step({make_step(session, one, {7}), make_step(session, two, {8, 9})}).ok());
  CHECK(refused({}));
  CHECK(refused({make_step(session, window, {7})}));
  CHECK(refused({make_step(session, 9999, {7})}));
  CHECK(refused({make_step(session, one, {})}));
  CHECK(refused({make_step(session, one, {7, 8})}));
  CHECK(refused({make_step(session, two, {7})}));
  CHECK(refused({make_step(session, one, {7}), make_step(session, one, {8})}));
  CHECK(refused({make_step(session, one, {7}), make_step(session, two, {8})}));
  StepInput without_rule = make_step(session, one, {7});
  without_rule.rules.clear();
  CHECK(refused({without_rule}));

  CHECK(session.check_reorder(two, {1, 0, 1}).ok());
  CHECK(is_refused(session.check_reorder(two, {})));
  CHECK(is_refused(session.check_reorder(two, {2})));
  CHECK(is_refused(session.check_reorder(two, {0, -1})));
  CHECK(is_refused(session.check_reorder(window, {0})));
  CHECK(is_refused(session.check_reorder(two, std::vector<int>(Decoder::kMaxRows + 1, 0))));
  session.release_sequences(one);
  session.release_sequences(two);
  CHECK(refused({make_step(session, one, {7})}));
  CHECK(is_refused(session.check_reorder(two, {0})));
  session.release_window(window);
}

// Sound behind the wanted positions is not heard, that before is; each window has one spectrogram.
void test_encode(Session& session, const std::vector<float>& samples) {
  std::vector<float> short_sound = samples;
  std::fill(short_sound.begin() + 40 * 320, short_sound.end(), 0.0f);
  std::vector<float> cut_sound = short_sound;
  std::fill(cut_sound.begin() + 60 * 320 + 400, cut_sound.end(), 1.0f);
  const int64_t before = session.timings().at(Part::kEncoder, 0, Operation::kMel).count();
  const int one = session.encode(short_sound.data(), 60);
  const int two = session.encode(cut_sound.data(), 60);
  const int three = session.encode(samples.data(), 60);
  CHECK(session.timings().at(Part::kEncoder, 0, Operation::kMel).count() == before + 3);
  CHECK(same(choice_after(session, one, {1, 2}), choice_after(session, two, {1, 2})));
  CHECK(!same(choice_after(session, one, {1, 2}), choice_after(session, three, {1, 2})));
  for (int window : {one, two, three}) session.release_window(window);
}

// 256 rows are the most in one step, from one set of sequences or many.
void test_too_many_rows(Session& session, const std::vector<float>& samples) {
  const int window = session.encode(samples.data(), 3);
  const int many = start(session, window, {1});
  const int one = start(session, window, {1});
  const std::vector<int> parents(Decoder::kMaxRows, 0);
  CHECK(session.check_reorder(many, parents).ok());
  session.reorder(many, parents);
  CHECK(session.row_count(many) == Decoder::kMaxRows);
  const StepInput full = make_step(session, many, std::vector<int>(Decoder::kMaxRows, 4));
  CHECK(is_refused(session.check_step({full, make_step(session, one, {4})})));
  const std::vector<TokenChoice> choices = step(session, many, full.tokens);
  for (const TokenChoice& choice : choices) CHECK(same(choice, choices.front()));
  session.release_sequences(many);
  session.release_sequences(one);
  session.release_window(window);
}

void test_cancel(Session& session, const std::vector<float>& samples) {
  session.cancel();
  CHECK(session.encode(samples.data(), 60) == -1);
  session.allow();
  const int window = session.encode(samples.data(), 60);
  CHECK(window >= 0);
  session.release_window(window);
}

void test_full_text(Session& session, const std::vector<float>& samples) {
  const int window = session.encode(samples.data(), 4);
  const int capacity = session.config().text_context;
  const int sequences = start(session, window, std::vector<int>(Decoder::kMaxRows, 8));
  for (int length = Decoder::kMaxRows; length < capacity; length++) {
    if (!CHECK(session.length(sequences) == length)) return;
    if (!CHECK(step(session, sequences, {length}).size() == 1)) return;
  }
  CHECK(session.length(sequences) == capacity);
  CHECK(is_refused(session.check_step({make_step(session, sequences, {1})})));
  // Other sequences go on; these may still be split and dropped.
  const int other = start(session, window, {1});
  CHECK(session.check_step({make_step(session, other, {1})}).ok());
  session.reorder(sequences, {0, 0});
  CHECK(is_refused(session.check_step({make_step(session, sequences, {1, 1})})));
  session.release_sequences(sequences);
  session.release_sequences(other);
  session.release_window(window);
}

// Sequences keep the window they began with; releasing what is gone already does nothing.
void test_release_in_any_order(Session& session, const std::vector<float>& samples) {
  const int first = session.encode(samples.data(), 12);
  const int second = session.encode(samples.data(), 30);
  const int a = start(session, first, {1, 2, 3});
  const int b = start(session, second, {1, 2, 3});
  const TokenChoice after_a = choice_after(session, first, {1, 2, 3, 4});
  const TokenChoice after_b = choice_after(session, second, {1, 2, 3, 4});
  CHECK(!same(after_a, after_b));
  session.release_window(first);
  session.release_window(first);
  CHECK(is_refused(session.check_start(first, {1}, -1)));
  CHECK(same(step(session, a, {4}).at(0), after_a));
  session.release_sequences(a);
  session.release_sequences(a);
  CHECK(same(step(session, b, {4}).at(0), after_b));
  session.release_sequences(b);
  session.release_sequences(12345);
  session.release_window(12345);
  CHECK(session.check_start(second, {1}, -1).ok());
  session.release_window(second);
}

// Random reorders, with parents repeated and dropped: every row goes on as its own tokens say.
void test_reorder(Session& session, const std::vector<float>& samples, Random& random) {
  const int window = session.encode(samples.data(), 15);
  const int sequences = start(session, window, {10, 20, 30});
  std::vector<std::vector<int>> texts = {{10, 20, 30}};
  for (int round = 0; round < 30; round++) {
    std::vector<int> parents;
    for (int i = random.between(1, 6); i > 0; i--)
      parents.push_back(random.between(0, static_cast<int>(texts.size()) - 1));
    if (!CHECK(session.check_reorder(sequences, parents).ok())) return;
    session.reorder(sequences, parents);
    CHECK(session.row_count(sequences) == static_cast<int>(parents.size()));
    std::vector<std::vector<int>> next;
    std::vector<int> tokens;
    for (int parent : parents) {
      next.push_back(texts[static_cast<size_t>(parent)]);
      tokens.push_back(random.between(0, session.config().vocabulary - 1));
      next.back().push_back(tokens.back());
    }
    texts = next;
    const std::vector<TokenChoice> choices = step(session, sequences, tokens);
    for (size_t i = 0; i < texts.size(); i++) {
      if (!CHECK(same(choices[i], choice_after(session, window, texts[i])))) return;
    }
  }
  session.release_sequences(sequences);
  session.release_window(window);
}

// The probe is the probability of one token at one place of the prompt.
void test_probe(Session& session, const std::vector<float>& samples) {
  const int window = session.encode(samples.data(), 15);
  const TokenRule all = plain_rule(session, session.config().vocabulary);
  const std::vector<int> prompt = {5, 6, 7, 8};
  for (int position = 0; position < 4; position++) {
    const std::vector<int> part(prompt.begin(), prompt.begin() + position + 1);
    const StartResult alone = session.start(window, part, all, -1, 0);
    const StartResult probed = session.start(window, prompt, all, position, 42);
    double expected = -1;
    for (const auto& token : alone.choice.top) {
      if (token.id == 42) expected = std::exp(token.log_probability);
    }
    CHECK(std::fabs(probed.probe_probability - expected) < 1e-3 * expected);
    CHECK(probed.choice.top.at(0).id == choice_after(session, window, prompt).top.at(0).id);
    session.release_sequences(alone.sequences);
    session.release_sequences(probed.sequences);
  }
  session.release_window(window);
}

void test_thread_counts(const std::string& weights, const std::vector<float>& samples) {
  std::vector<TokenChoice> first;
  for (int threads : {1, 2, 3, 5}) {
    std::unique_ptr<Session> session;
    if (!CHECK(Session::open(weights, threads, &session).ok())) return;
    CHECK(session->threads() == threads);
    const int window = session->encode(samples.data(), 70);
    const int sequences = start(*session, window, {1, 2, 3});
    session->reorder(sequences, {0, 0});
    const std::vector<TokenChoice> choices = step(*session, sequences, {4, 5});
    if (first.empty()) first = choices;
    CHECK(same(choices[0], first[0]) && same(choices[1], first[1]));
  }
}

int64_t resident_bytes() {
  int64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

// A leak of one text a round would be 300 times 240 KB, of one window 300 times 34 KB = 10 MB.
void test_memory_does_not_grow(Session& session, const std::vector<float>& samples, Random& random) {
  int64_t before = 0;
  for (int round = 0; round < 340; round++) {
    if (round == 40) before = resident_bytes();
    const int window = session.encode(samples.data(), 60);
    const int sequences = start(session, window, {1, 2, 3, 4});
    for (int beams : {3, 5, 2}) {
      std::vector<int> parents, tokens;
      for (int i = 0; i < beams; i++) {
        parents.push_back(random.between(0, session.row_count(sequences) - 1));
        tokens.push_back(random.between(0, session.config().vocabulary - 1));
      }
      session.reorder(sequences, parents);
      step(session, sequences, tokens);
    }
    session.release_window(window);
    session.release_sequences(sequences);
  }
  const int64_t growth = resident_bytes() - before;
  std::printf("session: grew by %lld KB over 300 rounds\n", static_cast<long long>(growth / 1024));
  CHECK(growth < (3 << 20));
}

}  // namespace

int main() {
  const ModelFixture fixture({});
  const TemporaryFolder folder;
  const std::string weights = folder.write("weights", fixture.bytes());
  std::unique_ptr<Session> session;
  if (!CHECK(Session::open(weights, 2, &session).ok())) return 1;
  Random random(21);
  const std::vector<float> samples = make_samples(random);
  // First, while there is no freed memory for a leak to hide in.
  test_memory_does_not_grow(*session, samples, random);
  test_check_start(*session, samples);
  test_align(*session, samples);
  test_encode(*session, samples);
  test_check_step_and_reorder(*session, samples);
  test_too_many_rows(*session, samples);
  test_cancel(*session, samples);
  test_full_text(*session, samples);
  test_release_in_any_order(*session, samples);
  test_reorder(*session, samples, random);
  test_probe(*session, samples);
  test_encode_beside_steps(*session, samples);
  test_thread_counts(weights, samples);
  return tilescribe::test::finish("session");
}
