#include "voice/kernels.h"

namespace tilescribe {
namespace voice_avx512vnni {

constexpr int kWidth = 16;
constexpr int kTileRows = 12;

#include "voice/kernels_impl.h"

extern const VoiceKernels kVoiceKernels;
const VoiceKernels kVoiceKernels = {"avx512vnni", multiply, spectra, advance};

}  // namespace voice_avx512vnni
}  // namespace tilescribe
