// AVX-512.
#include "audio/mel_block.h"

namespace tilescribe {
namespace avx512vnni {

constexpr int kVectorBytes = 64;

#include "audio/mel_block_impl.h"

extern const MelBlock kMelBlock;
const MelBlock kMelBlock = compute_block;

}  // namespace avx512vnni
}  // namespace tilescribe
