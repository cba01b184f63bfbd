#include "voice/kernels.h"

namespace tilescribe {
namespace voice_generic {

constexpr int kWidth = 4;
constexpr int kTileRows = 4;

#include "voice/kernels_impl.h"

extern const VoiceKernels kVoiceKernels;
const VoiceKernels kVoiceKernels = {"generic", multiply, spectra, advance};

}  // namespace voice_generic
}  // namespace tilescribe
