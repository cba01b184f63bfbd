// What the machine can do, so that the engine's figures have something to be held against: the int8
// multiply-accumulate rate with all operands in registers, and the rate at which memory can be read.
#include "machine/limits.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "base/memory.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tilescribe {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

Rate measure_rate(int threads, int repeats, double amount, const std::function<void(int)>& work) {
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

namespace {

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

}  // namespace

const char* int8_instructions() { return choose_peak().name; }

Rate measure_int8(int threads, int repeats) {
  const Peak peak = choose_peak();
  // About 50 ms at 200 GMAC/s a thread.
  const int64_t loops = int64_t{10'000'000'000} / peak.macs_per_loop;
  const double amount = static_cast<double>(loops) * static_cast<double>(peak.macs_per_loop) * threads;
  return measure_rate(threads, repeats, amount, [&](int) { peak.run(loops); });
}

Rate measure_reading(int megabytes, int threads, int repeats) {
  const auto reader = choose_reader();
  constexpr int64_t kUnit = 4096;
  const int64_t part = int64_t{megabytes} * 1'000'000 / threads / kUnit * kUnit;
  // Huge pages where the system gives them: the faster case, so the stricter measure.
  const Memory memory(static_cast<size_t>(part * threads));
  uint8_t* bytes = memory.data();
  std::memset(bytes, 1, static_cast<size_t>(part * threads));
  // About 1 GB a repeat, so that a cache of tens of MB settles.
  const int passes = std::max(1, 1000 / megabytes);
  const double amount = static_cast<double>(part) * threads * passes;
  return measure_rate(threads, repeats, amount, [&](int thread) {
    int64_t total = 0;
    for (int pass = 0; pass < passes; pass++) total ^= reader(bytes + part * thread, part);
    sink = total;
  });
}

}  // namespace tilescribe
