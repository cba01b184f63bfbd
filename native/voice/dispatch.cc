// Chooses the voice kernels for the CPU that runs: those of the name that the engine's own kernels have.
#include <cstring>

#include "cpu/kernels.h"
#include "voice/kernels.h"

namespace tilescribe {

namespace voice_generic {
extern const VoiceKernels kVoiceKernels;
}
#if defined(__x86_64__)
namespace voice_avx2 {
extern const VoiceKernels kVoiceKernels;
}
namespace voice_avx512vnni {
extern const VoiceKernels kVoiceKernels;
}
#endif

namespace {

constexpr const VoiceKernels* kAll[] = {
#if defined(__x86_64__)
    &voice_avx512vnni::kVoiceKernels,
    &voice_avx2::kVoiceKernels,
#endif
    &voice_generic::kVoiceKernels,
};

}  // namespace

const VoiceKernels* find_voice_kernels(const char* name) {
  if (find_kernels(name) == nullptr) return nullptr;
  for (const VoiceKernels* kernels : kAll) {
    if (std::strcmp(kernels->name, name) == 0) return kernels;
  }
  return nullptr;
}

const VoiceKernels& best_voice_kernels() {
  for (const VoiceKernels* kernels : kAll) {
    if (find_kernels(kernels->name) != nullptr) return *kernels;
  }
  return voice_generic::kVoiceKernels;
}

}  // namespace tilescribe
