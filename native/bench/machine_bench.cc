// What the machine can do, so that the engine's figures have something to be held against: the int8
// multiply-accumulate rate with all operands in registers, the rate at which memory can be read, and the
// rate of the engine's own int8 product at the shapes of Whisper base.
//
//   machine_bench [--threads N] [--repeats N] [--only int8|read|product]
//
// Prints one JSON object: GMAC/s and GB/s (10^9), each the median and the best of the repeats. Threads are
// started for each repeat, wait for each other, and the repeat lasts until the last is done.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/thread_pool.h"
#include "cpu/kernels.h"
#include "test/random.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

using tilescribe::Activations;
using tilescribe::Kernels;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct Rate {
  double median;
  double best;
};

// Runs work(thread) on `threads` threads, `repeats` times; `amount` is what all of them do together.
Rate measure(int threads, int repeats, double amount, const std::function<void(int)>& work) {
  std::vector<double> rates;
  for (int repeat = 0; repeat < repeats; repeat++) {
    std::atomic<int> ready{0};
    std::atomic<bool> go{false};
    std::vector<std::thread> helpers;
    for (int thread = 1; thread < threads; thread++) {
      helpers.emplace_back([&, thread] {
        ready.fetch_add(1);
        while (!go.load(std::memory_order_acquire)) std::this_thread::yield();
        work(thread);
      });
    }
    while (ready.load() != threads - 1) std::this_thread::yield();
    const double began = now();
    go.store(true, std::memory_order_release);
    work(0);
    for (std::thread& helper : helpers) helper.join();
    rates.push_back(amount / (now() - began) / 1e9);
  }
  std::sort(rates.begin(), rates.end());
  return {(rates[(rates.size() - 1) / 2] + rates[rates.size() / 2]) / 2, rates.back()};
}

// --- int8 peak: `loops` rounds of independent accumulators, operands in registers ---

// Where results go, so that the compiler must compute them.
volatile int64_t sink;

struct Peak {
  const char* name;
  int64_t macs_per_loop;
  void (*run)(int64_t loops);
};

#if defined(__x86_64__)
// GCC bug 105593: its AVX-512 headers trip over these warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) void run_avx512vnni(int64_t loops) {
  __m512i a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(-2), sums[16];
  for (auto& sum : sums) sum = _mm512_setzero_si512();
  for (int64_t loop = 0; loop < loops; loop++) {
    for (auto& sum : sums) sum = _mm512_dpbusd_epi32(sum, a, b);
    // Otherwise the compiler may turn the loop inside out.
    asm volatile("" : "+v"(a), "+v"(b));
  }
  __m512i total = sums[0];
  for (int i = 1; i < 16; i++) total = _mm512_xor_si512(total, sums[i]);
  alignas(64) int32_t lanes[16];
  _mm512_store_si512(lanes, total);
  sink = lanes[0];
}

__attribute__((target("avx512f"))) int64_t read_avx512(const uint8_t* from, int64_t bytes) {
  __m512i sums[8];
  for (auto& sum : sums) sum = _mm512_setzero_si512();
  for (int64_t at = 0; at < bytes; at += 512) {
    for (int i = 0; i < 8; i++) sums[i] = _mm512_xor_si512(sums[i], _mm512_load_si512(from + at + 64 * i));
  }
  __m512i total = sums[0];
  for (int i = 1; i < 8; i++) total = _mm512_xor_si512(total, sums[i]);
  alignas(64) int64_t lanes[8];
  _mm512_store_si512(lanes, total);
  return lanes[0];
}
#pragma GCC diagnostic pop

// Each step: 32 products of u8 x s8 in pairs, pairs in fours, added.
__attribute__((target("avx2"))) void run_avx2(int64_t loops) {
  __m256i a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(-2), ones = _mm256_set1_epi16(1), sums[8];
  for (auto& sum : sums) sum = _mm256_setzero_si256();
  for (int64_t loop = 0; loop < loops; loop++) {
    for (auto& sum : sums) {
      asm volatile("" : "+x"(a), "+x"(b));
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones));
    }
  }
  __m256i total = sums[0];
  for (int i = 1; i < 8; i++) total = _mm256_xor_si256(total, sums[i]);
  alignas(32) int32_t lanes[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), total);
  sink = lanes[0];
}

__attribute__((target("avx2"))) int64_t read_avx2(const uint8_t* from, int64_t bytes) {
  __m256i sums[8];
  for (auto& sum : sums) sum = _mm256_setzero_si256();
  for (int64_t at = 0; at < bytes; at += 256) {
    for (int i = 0; i < 8; i++) {
      sums[i] = _mm256_xor_si256(sums[i], _mm256_load_si256(reinterpret_cast<const __m256i*>(from + at + 32 * i)));
    }
  }
  __m256i total = sums[0];
  for (int i = 1; i < 8; i++) total = _mm256_xor_si256(total, sums[i]);
  alignas(32) int64_t lanes[4];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), total);
  return lanes[0];
}
#endif

// What the compiler makes of plain C++ for any CPU of this architecture: a floor, not the CPU's peak.
void run_generic(int64_t loops) {
  constexpr int kValues = 64;
  int8_t a[kValues], b[kValues];
  for (int i = 0; i < kValues; i++) a[i] = static_cast<int8_t>(i), b[i] = static_cast<int8_t>(-i);
  int32_t sums[kValues] = {};
  for (int64_t loop = 0; loop < loops; loop++) {
    for (int i = 0; i < kValues; i++) sums[i] += a[i] * b[i];
    asm volatile("" : : "r"(a), "r"(b) : "memory");
  }
  int32_t total = 0;
  for (const int32_t sum : sums) total ^= sum;
  sink = total;
}

int64_t read_generic(const uint8_t* from, int64_t bytes) {
  uint64_t sums[8] = {};
  for (int64_t at = 0; at < bytes; at += 64) {
    uint64_t words[8];
    std::memcpy(words, from + at, sizeof words);
    for (int i = 0; i < 8; i++) sums[i] ^= words[i];
  }
  uint64_t total = 0;
  for (const uint64_t sum : sums) total ^= sum;
  return static_cast<int64_t>(total);
}

Peak choose_peak() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw")) {
    return {"avx512vnni: VPDPBUSD, 512 bits", 16 * 64, run_avx512vnni};
  }
  if (__builtin_cpu_supports("avx2")) return {"avx2: VPMADDUBSW, VPMADDWD, VPADDD, 256 bits", 8 * 32, run_avx2};
#endif
  return {"generic: plain C++, not the CPU's peak", 64, run_generic};
}

int64_t (*choose_reader())(const uint8_t*, int64_t) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return read_avx512;
  if (__builtin_cpu_supports("avx2")) return read_avx2;
#endif
  return read_generic;
}

Rate measure_peak(const Peak& peak, int threads, int repeats) {
  // About 50 ms at 200 GMAC/s a thread.
  const int64_t loops = int64_t{10'000'000'000} / peak.macs_per_loop;
  const double amount = static_cast<double>(loops) * static_cast<double>(peak.macs_per_loop) * threads;
  return measure(threads, repeats, amount, [&](int) { peak.run(loops); });
}

// Every thread reads its own part, as the engine's threads read their own rows of a matrix.
Rate measure_reading(int megabytes, int threads, int repeats) {
  const auto reader = choose_reader();
  // Huge pages where the system gives them: the faster case, so the stricter measure.
  constexpr int64_t kHugePage = 2 << 20;
  constexpr int64_t kUnit = 4096;
  const int64_t part = int64_t{megabytes} * 1'000'000 / threads / kUnit * kUnit;
  const int64_t whole = (part * threads + kHugePage - 1) / kHugePage * kHugePage;
  std::unique_ptr<void, decltype(&std::free)> memory(std::aligned_alloc(kHugePage, static_cast<size_t>(whole)),
                                                     std::free);
  if (!memory) {
    std::fprintf(stderr, "machine_bench: no memory for %d MB\n", megabytes);
    std::exit(1);
  }
  auto* bytes = static_cast<uint8_t*>(memory.get());
#if defined(__linux__)
  // It is only advice; without it the figure is that of small pages.
  madvise(bytes, static_cast<size_t>(whole), MADV_HUGEPAGE);
#endif
  std::memset(bytes, 1, static_cast<size_t>(part * threads));
  // About 1 GB a repeat, so that a cache of tens of MB settles.
  const int passes = std::max(1, 1000 / megabytes);
  const double amount = static_cast<double>(part) * threads * passes;
  return measure(threads, repeats, amount, [&](int thread) {
    int64_t total = 0;
    for (int pass = 0; pass < passes; pass++) total ^= reader(bytes + part * thread, part);
    sink = total;
  });
}

Rate measure_product(const Kernels& kernels, const int (&shape)[3], int repeats) {
  const auto [rows, outputs, inputs] = shape;
  tilescribe::test::Random random(1);
  const auto weights = tilescribe::test::make_weights(random, outputs, inputs);
  const std::vector<int8_t> values(static_cast<size_t>(rows) * static_cast<size_t>(inputs), 3);
  const std::vector<float> scale(static_cast<size_t>(rows), 1.0f);
  const std::vector<int32_t> sum(static_cast<size_t>(rows), 3 * inputs);
  std::vector<float> result(static_cast<size_t>(rows) * static_cast<size_t>(outputs));
  const Activations activations{values.data(), scale.data(), sum.data(), rows, inputs};
  const double macs = static_cast<double>(rows) * outputs * inputs;
  const int loops = std::max(1, static_cast<int>(2e9 / macs));
  return measure(1, repeats, macs * loops, [&](int) {
    for (int loop = 0; loop < loops; loop++) {
      kernels.multiply(activations, weights.view, 0, outputs, false, result.data(), outputs);
    }
  });
}

void print_rate(const char* unit, const Rate& rate, const char* end) {
  std::printf("\"unit\": \"%s\", \"median\": %.2f, \"best\": %.2f}%s", unit, rate.median, rate.best, end);
}

struct Choices {
  int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  int repeats = 5;
  std::string only;
};

bool read_choices(int count, char** arguments, Choices* choices) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = arguments[i];
    const char* value = arguments[i + 1];
    if (name == "--threads") {
      choices->threads = std::atoi(value);
    } else if (name == "--repeats") {
      choices->repeats = std::atoi(value);
    } else if (name == "--only") {
      choices->only = value;
    } else {
      return false;
    }
  }
  const std::string& only = choices->only;
  return count % 2 == 1 && choices->threads >= 1 && choices->threads <= 1024 && choices->repeats >= 1 &&
         (only.empty() || only == "int8" || only == "read" || only == "product");
}

}  // namespace

int main(int count, char** arguments) {
  Choices choices;
  if (!read_choices(count, arguments, &choices)) {
    std::fprintf(stderr, "Usage: machine_bench [--threads N] [--repeats N] [--only int8|read|product]\n");
    return 2;
  }
  const auto wants = [&](const char* part) { return choices.only.empty() || choices.only == part; };
  std::vector<int> thread_counts{1};
  if (choices.threads > 1) thread_counts.push_back(choices.threads);

  const Peak peak = choose_peak();
  std::printf("{\n  \"instructions\": \"%s\",\n  \"int8\": [", peak.name);
  const char* comma = "";
  for (const int threads : thread_counts) {
    if (!wants("int8")) break;
    std::printf("%s\n    {\"threads\": %d, ", comma, threads);
    print_rate("GMAC/s", measure_peak(peak, threads, choices.repeats), "");
    comma = ",";
  }
  std::printf("],\n  \"read\": [");
  comma = "";
  for (const int megabytes : {24, 50, 75, 150}) {
    for (const int threads : thread_counts) {
      if (!wants("read")) break;
      std::printf("%s\n    {\"megabytes\": %d, \"threads\": %d, ", comma, megabytes, threads);
      print_rate("GB/s", measure_reading(megabytes, threads, choices.repeats), "");
      comma = ",";
    }
  }
  const Kernels& kernels = tilescribe::best_kernels();
  std::printf("],\n  \"kernels\": \"%s\",\n  \"product\": [", kernels.name);
  comma = "";
  // Rows, outputs, inputs: the encoder's matrices and its attention by tiles of 48 rows; the decoder's by one.
  const int shapes[][3] = {{48, 1536, 512}, {48, 512, 512}, {48, 2048, 512}, {48, 512, 2048},
                           {48, 1504, 64},  {96, 64, 1504}, {1, 2048, 512},  {8, 2048, 512}};
  for (const auto& shape : shapes) {
    if (!wants("product")) break;
    std::printf("%s\n    {\"rows\": %d, \"outputs\": %d, \"inputs\": %d, ", comma, shape[0], shape[1], shape[2]);
    print_rate("GMAC/s", measure_product(kernels, shape, choices.repeats), "");
    comma = ",";
  }
  std::printf("]\n}\n");
  return 0;
}
