// The engine without JavaScript: what a window costs to encode and a step to decode, and where that time goes.
// In: a packed weights file, and the sound: 16-bit mono WAV of 16 kHz with 44 bytes of header, as `npm run bench`
// leaves them in .cache/bench/audio; without one it is noise. Out: percentiles and the shares of the operations, as
// text.
//
//   engine_bench WEIGHTS [--speech WAV] [--threads N] [--steps N] [--encodes N] [--rows N]
//                        [--only barrier|encoder|decoder]
//
// The low percentiles are what to compare on a machine that is not idle.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "test/random.h"
#include "whisper/session.h"

namespace {

using tilescribe::Operation;
using tilescribe::Part;
using tilescribe::Session;
using tilescribe::StepInput;
using tilescribe::ThreadPool;
using tilescribe::TokenRule;

constexpr const char* kNames[tilescribe::kOperations] = {
    "mel", "convolution", "self-attention", "cross-attention", "feed-forward", "vocabulary", "choice"};

struct Choices {
  std::string weights;
  std::string speech;
  std::string only;
  int threads = 1;
  int steps = 200;
  int encodes = 10;
  int rows = 0;  // 0: 1, 2, 4 and 8
};

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void print_percentiles(const char* what, std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double share) { return ms[static_cast<size_t>(share * static_cast<double>(ms.size() - 1))]; };
  std::printf("%-22s least %.3f, 5 %% %.3f, median %.3f, 95 %% %.3f ms\n", what, at(0), at(0.05), at(0.5), at(0.95));
}

// Times of calls, each by itself, and of their operations.
class Calls {
 public:
  explicit Calls(Session& session) : session_(session) {}

  void measure(const std::function<void()>& call) {
    const std::vector<double> before = sums();
    const double began = now_ms();
    call();
    ms_.push_back(now_ms() - began);
    const std::vector<double> after = sums();
    for (size_t i = 0; i < after.size(); i++) operations_[i].push_back(after[i] - before[i]);
  }

  size_t count() const { return ms_.size(); }

  void print(const char* what) const {
    print_percentiles(what, ms_);
    for (size_t i = 0; i < operations_.size(); i++) {
      const std::vector<double>& ms = operations_[i];
      if (*std::max_element(ms.begin(), ms.end()) == 0) continue;
      print_percentiles((std::string("  ") + kNames[i % tilescribe::kOperations]).c_str(), ms);
    }
  }

 private:
  // By part and operation, over all layers.
  std::vector<double> sums() const {
    std::vector<double> result;
    for (const Part part : {Part::kEncoder, Part::kDecoder}) {
      for (int operation = 0; operation < tilescribe::kOperations; operation++) {
        double sum = 0;
        for (int layer = 0; layer < session_.timings().layers(); layer++) {
          sum += session_.timings().at(part, layer, static_cast<Operation>(operation)).ms();
        }
        result.push_back(sum);
      }
    }
    return result;
  }

  Session& session_;
  std::vector<double> ms_;
  std::array<std::vector<double>, 2 * tilescribe::kOperations> operations_;
};

void measure_barriers(int threads) {
  constexpr int kBarriers = 1000;
  ThreadPool pool(threads);
  std::vector<double> us;
  for (int round = 0; round < 100; round++) {
    const double began = now_ms();
    pool.run([&](int) {
      for (int i = 0; i < kBarriers; i++) pool.barrier();
    });
    us.push_back((now_ms() - began) / kBarriers * 1e3);
  }
  std::sort(us.begin(), us.end());
  std::printf("a barrier, %d threads       least %.3f, median %.3f us\n", threads, us.front(), us[us.size() / 2]);
}

// Window after window of a file, from the first again after the last; or noise.
class Sound {
 public:
  // False when there is no such file.
  bool read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(kHeaderBytes);
    for (char two[2]; file.read(two, 2);) {
      const int low = static_cast<unsigned char>(two[0]);
      samples_.push_back(static_cast<float>(static_cast<signed char>(two[1]) * 256 + low) / 32768.0f);
    }
    return !samples_.empty();
  }

  std::vector<float> window(int index) const {
    std::vector<float> window(tilescribe::kSamplesWithEdges, 0.0f);
    if (samples_.empty()) {
      tilescribe::test::Random random(static_cast<uint64_t>(index + 1));
      for (float& sample : window) sample = 0.1f * random.signed_unit();
      return window;
    }
    constexpr size_t kWindow = tilescribe::kWindowSamples;
    const size_t windows = std::max<size_t>(1, samples_.size() / kWindow);
    const size_t start = static_cast<size_t>(index) % windows * kWindow;
    for (size_t i = 0; i < kWindow && start + i < samples_.size(); i++) {
      window[tilescribe::kEdgeSamples + i] = samples_[start + i];
    }
    return window;
  }

 private:
  static constexpr int kHeaderBytes = 44;
  std::vector<float> samples_;
};

void measure_encoder(Session& session, const Sound& sound, int encodes) {
  const std::vector<float> samples = sound.window(0);
  session.release_window(session.encode(samples.data(), tilescribe::kAudioContext));
  Calls calls(session);
  for (int i = 0; i < encodes; i++) {
    int window = 0;
    calls.measure([&] { window = session.encode(samples.data(), tilescribe::kAudioContext); });
    session.release_window(window);
  }
  calls.print("encoder, 30 s");
}

// Text alone, so that no sequence ends.
TokenRule make_rule(int vocabulary) {
  constexpr int kEndOfText = 50257;
  auto suppressed = std::make_shared<std::vector<uint8_t>>(static_cast<size_t>(vocabulary), uint8_t{0});
  for (int id = kEndOfText; id < vocabulary; id++) (*suppressed)[static_cast<size_t>(id)] = 1;
  TokenRule rule;
  rule.suppressed = suppressed;
  return rule;
}

void measure_decoder(Session& session, const std::vector<int>& windows, int rows, int steps) {
  constexpr int kTokens = 100;
  const TokenRule rule = make_rule(session.config().vocabulary);
  Calls calls(session);
  while (static_cast<int>(calls.count()) < steps) {
    std::vector<StepInput> inputs;
    for (int row = 0; row < rows; row++) {
      const auto started = session.start(windows[static_cast<size_t>(row)], {50258, 50259, 50359, 50363}, rule, -1, 0);
      inputs.push_back({started.sequences, {started.choice.top[0].id}, {rule}});
    }
    for (int token = 0; token < kTokens && static_cast<int>(calls.count()) < steps; token++) {
      std::vector<std::vector<tilescribe::TokenChoice>> choices;
      calls.measure([&] { choices = session.step(inputs); });
      for (size_t row = 0; row < inputs.size(); row++) inputs[row].tokens[0] = choices[row][0].top[0].id;
    }
    for (const StepInput& input : inputs) session.release_sequences(input.sequences);
  }
  calls.print(("a step, " + std::to_string(rows) + (rows == 1 ? " row" : " rows")).c_str());
}

bool read_choices(int count, char** arguments, Choices* choices) {
  if (count < 2 || count % 2 != 0) return false;
  choices->weights = arguments[1];
  for (int i = 2; i < count; i += 2) {
    const std::string name = arguments[i];
    const int number = std::atoi(arguments[i + 1]);
    if (name == "--speech") {
      choices->speech = arguments[i + 1];
    } else if (name == "--threads") {
      choices->threads = number;
    } else if (name == "--steps") {
      choices->steps = number;
    } else if (name == "--encodes") {
      choices->encodes = number;
    } else if (name == "--rows") {
      choices->rows = number;
    } else if (name == "--only") {
      choices->only = arguments[i + 1];
    } else {
      return false;
    }
  }
  const std::string& only = choices->only;
  return choices->threads >= 1 && choices->threads <= 256 && choices->steps >= 1 && choices->encodes >= 1 &&
         choices->rows >= 0 && choices->rows <= 64 &&
         (only.empty() || only == "barrier" || only == "encoder" || only == "decoder");
}

}  // namespace

int main(int count, char** arguments) {
  Choices choices;
  if (!read_choices(count, arguments, &choices)) {
    std::fprintf(stderr,
                 "Usage: engine_bench WEIGHTS [--speech WAV] [--threads N] [--steps N] [--encodes N] [--rows N]\n"
                 "                    [--only barrier|encoder|decoder]\n");
    return 2;
  }
  Sound sound;
  if (!choices.speech.empty() && !sound.read(choices.speech)) {
    std::fprintf(stderr, "engine_bench: %s has no sound\n", choices.speech.c_str());
    return 1;
  }
  const auto wants = [&](const char* part) { return choices.only.empty() || choices.only == part; };
  if (wants("barrier")) measure_barriers(choices.threads);
  std::unique_ptr<Session> session;
  const tilescribe::Status status = Session::open(choices.weights, choices.threads, &session);
  if (!status.ok()) {
    std::fprintf(stderr, "engine_bench: %s\n", status.message().c_str());
    return 1;
  }
  std::printf("kernels %s, %d threads\n", session->kernels_name(), choices.threads);
  if (wants("encoder")) measure_encoder(*session, sound, choices.encodes);
  if (!wants("decoder")) return 0;
  const std::vector<int> batches = choices.rows > 0 ? std::vector<int>{choices.rows} : std::vector<int>{1, 2, 4, 8};
  std::vector<int> windows;
  for (int i = 0; i < batches.back(); i++) {
    windows.push_back(session->encode(sound.window(i).data(), tilescribe::kAudioContext));
  }
  for (const int rows : batches) measure_decoder(*session, windows, rows, choices.steps);
  return 0;
}
