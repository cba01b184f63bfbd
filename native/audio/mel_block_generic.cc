// Portable C++: the vectors of any 64-bit CPU.
#include "audio/mel_block.h"

namespace tilescribe {
namespace generic {

constexpr int kVectorBytes = 16;

#include "audio/mel_block_impl.h"

extern const MelBlock kMelBlock;
const MelBlock kMelBlock = compute_block;

}  // namespace generic
}  // namespace tilescribe
