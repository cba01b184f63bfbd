#include "base/memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <new>

namespace tilescribe {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
// Below this a huge page would waste more than it gives.
constexpr size_t kLarge = size_t{1} << 20;

}  // namespace

Memory::Memory(size_t bytes) {
  const bool is_large = bytes >= kLarge;
  // An anonymous map is zeroed and aligned to 4 KB; room to align a large one to a huge page.
  mapped_ = is_large ? bytes + kHugePage : bytes;
  map_ = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map_ == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<uint8_t*>(map_);
  if (!is_large) return;
  const uintptr_t address = reinterpret_cast<uintptr_t>(map_);
  data_ += (kHugePage - address % kHugePage) % kHugePage;
  // A wish: without it, or without huge pages, all is the same but slower.
  madvise(data_, bytes, MADV_HUGEPAGE);
}

Memory::~Memory() { munmap(map_, mapped_); }

void map_large_blocks() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

}  // namespace tilescribe
