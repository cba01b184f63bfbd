// The log-mel spectrogram against its definition in double precision, by a plain Fourier sum; and against
// itself: other instruction sets, other threads and what follows the wanted frames change no bit.
#include "audio/log_mel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "test/check.h"
#include "test/random.h"
#include "test/runnable.h"

namespace {

using tilescribe::best_kernels;
using tilescribe::find_kernels;
using tilescribe::Kernels;
using tilescribe::kFrameSamples;
using tilescribe::kHopSamples;
using tilescribe::kMelBins;
using tilescribe::kSamplesWithEdges;
using tilescribe::kWindowFrames;
using tilescribe::LogMel;
using tilescribe::ThreadPool;
using tilescribe::test::Random;
using tilescribe::test::runnable;
using tilescribe::test::same_bits;

using Samples = std::vector<float>;

constexpr double kTurn = 2 * 3.14159265358979323846;

double to_mel(double hz) { return hz < 1000 ? 3 * hz / 200 : 15 + 27 * std::log(hz / 1000) / std::log(6.4); }
double to_hz(double mel) { return mel < 15 ? 200 * mel / 3 : 1000 * std::pow(6.4, (mel - 15) / 27); }

// The definition, from the formulas alone.
class Reference {
 public:
  Reference() {
    for (int i = 0; i < kFrameSamples; i++) {
      cos_.push_back(std::cos(kTurn * i / kFrameSamples));
      sin_.push_back(std::sin(kTurn * i / kFrameSamples));
    }
    for (int i = 0; i < kMelBins + 2; i++) edges_.push_back(to_hz(to_mel(8000) * i / 81));
  }

  // float64 [80, frames]
  std::vector<double> compute(const Samples& samples, int frames) const {
    std::vector<double> mel(static_cast<size_t>(kMelBins * frames));
    for (int frame = 0; frame < frames; frame++) {
      const std::vector<double> power = measure_power(samples.data() + frame * kHopSamples);
      for (int bin = 0; bin < kMelBins; bin++) {
        mel[static_cast<size_t>(bin * frames + frame)] = std::log10(std::max(weigh(power, bin), 1e-10));
      }
    }
    const double floor = *std::max_element(mel.begin(), mel.end()) - 8;
    for (double& value : mel) value = (std::max(value, floor) + 4) / 4;
    return mel;
  }

 private:
  std::vector<double> measure_power(const float* samples) const {
    std::vector<double> power;
    for (int k = 0; k <= kFrameSamples / 2; k++) {
      double re = 0, im = 0;
      for (int i = 0; i < kFrameSamples; i++) {
        const double value = 0.5 * (1 - cos_[static_cast<size_t>(i)]) * static_cast<double>(samples[i]);
        const size_t angle = static_cast<size_t>(k * i % kFrameSamples);
        re += value * cos_[angle];
        im -= value * sin_[angle];
      }
      power.push_back(re * re + im * im);
    }
    return power;
  }

  double weigh(const std::vector<double>& power, int bin) const {
    const double* edge = edges_.data() + bin;
    double energy = 0;
    for (size_t k = 0; k < power.size(); k++) {
      const double hz = 40.0 * static_cast<double>(k);
      const double weight = std::min((hz - edge[0]) / (edge[1] - edge[0]), (edge[2] - hz) / (edge[2] - edge[1]));
      energy += std::max(0.0, weight) * power[k] * 2 / (edge[2] - edge[0]);
    }
    return energy;
  }

  std::vector<double> cos_;
  std::vector<double> sin_;
  std::vector<double> edges_;
};

// float32 [80, frames]
std::vector<float> compute(const Kernels& kernels, int threads, const Samples& samples, int frames) {
  ThreadPool pool(threads);
  std::vector<float> all(static_cast<size_t>(kMelBins) * kWindowFrames, -77.0f);
  LogMel(kernels, pool).compute(samples.data(), frames, all.data());
  std::vector<float> mel;
  for (int bin = 0; bin < kMelBins; bin++) {
    const auto row = all.begin() + bin * kWindowFrames;
    mel.insert(mel.end(), row, row + frames);
  }
  return mel;
}

Samples make_silence() { return Samples(static_cast<size_t>(kSamplesWithEdges), 0.0f); }

Samples make_noise(Random& random, float level) {
  Samples samples = make_silence();
  for (float& sample : samples) sample = level * random.signed_unit();
  return samples;
}

Samples make_tone(double hz, double level) {
  Samples samples = make_silence();
  for (size_t i = 0; i < samples.size(); i++) {
    samples[i] = static_cast<float>(level * std::sin(kTurn * hz * static_cast<double>(i) / 16000));
  }
  return samples;
}

// Bursts of every loudness between zeros, in pieces that fit no block.
Samples make_bursts(Random& random) {
  Samples samples = make_silence();
  size_t at = 0;
  while (at < samples.size()) {
    const float level = random.between(0, 2) == 0 ? 0.0f : std::pow(10.0f, -5.0f * (1 + random.signed_unit()) / 2);
    const size_t end = std::min(samples.size(), at + static_cast<size_t>(random.between(1, 9000)));
    for (; at < end; at++) samples[at] = level * random.signed_unit();
  }
  return samples;
}

void check_against_definition(const char* what, const Samples& samples, int frames) {
  static const Reference reference;
  const std::vector<double> exact = reference.compute(samples, frames);
  const std::vector<float> mel = compute(best_kernels(), 2, samples, frames);
  double worst = 0;
  for (size_t i = 0; i < exact.size(); i++) {
    const double error = std::fabs(static_cast<double>(mel[i]) - exact[i]);
    // As it is written, so that NaN fails.
    if (!(error <= worst)) worst = error;
  }
  std::printf("log-mel, %s, %d frames: largest error %.1e\n", what, frames, worst);
  CHECK(worst < 1e-6);
}

void test_against_definition(Random& random) {
  check_against_definition("bursts", make_bursts(random), kWindowFrames);
  check_against_definition("noise", make_noise(random, 0.3f), 100);
  check_against_definition("full scale", make_noise(random, 1.0f), 100);
  check_against_definition("far too loud", make_noise(random, 1e15f), 40);
  check_against_definition("16-bit noise floor", make_noise(random, 1.0f / 32768), 40);
  check_against_definition("denormal", make_noise(random, 1e-40f), 40);
  check_against_definition("silence", make_silence(), 40);
  // What lies 80 dB below a tone is where rounding would show.
  for (double hz : {40.0, 55.0, 440.0, 1000.0, 3999.0, 7990.0}) {
    check_against_definition("tone", make_tone(hz, 0.9), 20);
  }
  Samples click = make_silence();
  click[5000] = 1.0f;
  check_against_definition("click", click, 60);
  check_against_definition("constant", Samples(static_cast<size_t>(kSamplesWithEdges), 0.5f), 20);
  for (int frames : {1, 2, 3, 7, 8, 9, 39, 40, 41, 82}) {
    check_against_definition("few frames", make_bursts(random), frames);
  }
}

void test_kernels_and_threads_change_no_bit(Random& random) {
  for (int frames : {1, 6, 94, 1850, kWindowFrames}) {
    for (const Samples& samples : {make_bursts(random), make_noise(random, 0.1f)}) {
      const std::vector<float> expected = compute(*find_kernels("generic"), 1, samples, frames);
      for (const Kernels* kernels : runnable()) {
        for (int threads : {1, 2, 3, 5}) {
          if (!CHECK(same_bits(compute(*kernels, threads, samples, frames), expected))) return;
        }
      }
    }
  }
}

// A window whose sound ends gives the same columns whether or not the zeros after it are asked for.
void test_zeros_that_follow_change_no_bit(Random& random) {
  constexpr int kFrames = 170;
  Samples samples = make_bursts(random);
  std::fill(samples.begin() + kFrames * kHopSamples - 3000, samples.end(), 0.0f);
  const std::vector<float> part = compute(best_kernels(), 2, samples, kFrames);
  const std::vector<float> whole = compute(best_kernels(), 2, samples, kWindowFrames);
  for (int bin = 0; bin < kMelBins; bin++) {
    const auto row = whole.begin() + bin * kWindowFrames;
    if (!CHECK(std::equal(row, row + kFrames, part.begin() + bin * kFrames))) return;
  }
}

// What lies behind the wanted frames is not looked at, however loud.
void test_what_follows_does_not_matter(Random& random) {
  for (int frames : {1, 12, 101}) {
    const Samples quiet = make_noise(random, 1e-3f);
    Samples loud = quiet;
    std::fill(loud.begin() + (frames - 1) * kHopSamples + kFrameSamples, loud.end(), 1.0f);
    CHECK(same_bits(compute(best_kernels(), 2, loud, frames), compute(best_kernels(), 2, quiet, frames)));
  }
}

// Frames of zeros take a way of their own; the value must be that of the other, in a frame beside a sound.
void test_silence_is_one_value() {
  const std::vector<float> silent = compute(best_kernels(), 2, make_silence(), kWindowFrames);
  CHECK(std::count(silent.begin(), silent.end(), -1.5f) == static_cast<int64_t>(silent.size()));
  Samples click = make_silence();
  click[2000] = 1e-6f;
  const std::vector<float> mel = compute(best_kernels(), 1, click, 40);
  CHECK(std::count(mel.begin(), mel.end(), -1.5f) == static_cast<int64_t>(mel.size()));
}

// Samples that are no numbers give no spectrogram of use, but one of numbers, and the same everywhere.
void test_not_a_number(Random& random) {
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                    -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::max()}) {
    Samples samples = make_noise(random, 0.1f);
    samples[30000] = bad;
    const std::vector<float> expected = compute(*find_kernels("generic"), 1, samples, kWindowFrames);
    CHECK(std::all_of(expected.begin(), expected.end(), [](float value) { return std::isfinite(value); }));
    for (const Kernels* kernels : runnable()) {
      CHECK(same_bits(compute(*kernels, 2, samples, kWindowFrames), expected));
    }
  }
}

// One LogMel serves window after window.
void test_windows_leave_nothing_behind(Random& random) {
  ThreadPool pool(3);
  LogMel log_mel(best_kernels(), pool);
  std::vector<float> mel(static_cast<size_t>(kMelBins) * kWindowFrames);
  for (float level : {1.0f, 1e-4f, 0.0f, 0.1f}) {
    const Samples samples = make_noise(random, level);
    log_mel.compute(samples.data(), kWindowFrames, mel.data());
    CHECK(same_bits(mel, compute(best_kernels(), 1, samples, kWindowFrames)));
  }
}

}  // namespace

int main() {
  Random random(31);
  test_against_definition(random);
  test_kernels_and_threads_change_no_bit(random);
  test_zeros_that_follow_change_no_bit(random);
  test_what_follows_does_not_matter(random);
  test_silence_is_one_value();
  test_not_a_number(random);
  test_windows_leave_nothing_behind(random);
  return tilescribe::test::finish("log-mel");
}
