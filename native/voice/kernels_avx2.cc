#include "voice/kernels.h"

namespace tilescribe {
namespace voice_avx2 {

constexpr int kWidth = 8;
constexpr int kTileRows = 6;

#include "voice/kernels_impl.h"

extern const VoiceKernels kVoiceKernels;
const VoiceKernels kVoiceKernels = {"avx2", multiply, spectra, advance};

}  // namespace voice_avx2
}  // namespace tilescribe
