#include "audio/log_mel.h"

#include <algorithm>
#include <cstring>

#include "audio/mel_tables.h"

namespace tilescribe {

namespace generic {
extern const MelBlock kMelBlock;
}
#if defined(__x86_64__)
namespace avx2 {
extern const MelBlock kMelBlock;
}
namespace avx512vnni {
extern const MelBlock kMelBlock;
}
#endif

namespace {

// What a thread takes at a time: long enough in a row of the spectrogram that threads seldom write to the
// same line of the cache.
constexpr int kPart = 40;
static_assert(kPart % kBlockFrames == 0 && kWindowFrames % kPart == 0, "parts are whole blocks");

MelBlock choose_block(const char* instruction_set) {
#if defined(__x86_64__)
  if (std::strcmp(instruction_set, "avx512vnni") == 0) return avx512vnni::kMelBlock;
  const bool has_avx2 = std::strcmp(instruction_set, "avx2") == 0 || std::strcmp(instruction_set, "avxvnni") == 0;
  if (has_avx2) return avx2::kMelBlock;
#endif
  static_cast<void>(instruction_set);
  return generic::kMelBlock;
}

bool is_zero(float sample) { return sample == 0.0f; }

}  // namespace

LogMel::LogMel(const Kernels& kernels, ThreadPool& pool)
    : tables_(make_mel_tables()),
      compute_block_(choose_block(kernels.name)),
      pool_(pool),
      maxima_(static_cast<size_t>(pool.threads())) {}

void LogMel::compute(const float* samples, int frames, float* mel) {
  pool_.run([&](int thread) {
    double& maximum = maxima_[static_cast<size_t>(thread)];
    maximum = kSilence;
    for (int begin = pool_.next() * kPart; begin < frames; begin = pool_.next() * kPart) {
      maximum = std::max(maximum, compute_part(samples, begin, std::min(begin + kPart, frames), mel));
    }
    pool_.barrier();
    const double floor = *std::max_element(maxima_.begin(), maxima_.end()) - 8;
    const float least = static_cast<float>((floor + 4) / 4);
    const Range mine = split_range(frames, kPart, thread, pool_.threads());
    for (int bin = 0; bin < kMelBins; bin++) {
      float* row = mel + bin * kWindowFrames;
      for (int frame = mine.begin; frame < mine.end; frame++) {
        row[frame] = std::max((row[frame] + 4.0f) / 4.0f, least);
      }
    }
  });
}

// log10 of the mel energies of frames [begin, end); returns the largest.
double LogMel::compute_part(const float* samples, int begin, int end, float* mel) const {
  double maximum = kSilence;
  for (int block = begin; block < end; block += kBlockFrames) {
    const float* from = samples + block * kHopSamples;
    if (std::all_of(from, from + kBlockSamples, is_zero)) {
      for (int bin = 0; bin < kMelBins; bin++)
        std::fill_n(mel + bin * kWindowFrames + block, kBlockFrames, static_cast<float>(kSilence));
    } else {
      maximum = std::max(maximum, compute_block_(tables_, from, std::min(kBlockFrames, end - block), mel + block));
    }
  }
  return maximum;
}

}  // namespace tilescribe
