// AVX2.
#include "audio/mel_block.h"

namespace tilescribe {
namespace avx2 {

constexpr int kVectorBytes = 32;

#include "audio/mel_block_impl.h"

extern const MelBlock kMelBlock;
const MelBlock kMelBlock = compute_block;

}  // namespace avx2
}  // namespace tilescribe
