// Zeroed memory for arrays that are read from end to end: on huge pages where the kernel gives them, which the
// hardware reads ahead of without stopping every 4 KB (a fifth more bandwidth, measured on Zen 4).
#pragma once

#include <cstddef>
#include <cstdint>

namespace tilescribe {

class Memory {
 public:
  // Throws std::bad_alloc.
  explicit Memory(size_t bytes);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // Aligned to 64 bytes.
  uint8_t* data() const { return data_; }

 private:
  uint8_t* data_ = nullptr;
  size_t mapped_ = 0;
  void* map_ = nullptr;
};

// From now on blocks of the C library's heap from 128 KB are mapped by themselves, and given back to the system when
// they are freed. By itself glibc raises that bound to the largest block that was ever freed, up to 32 MB: the sound of
// the windows (1.9 MB each, collected by JavaScript at its leisure) then comes to lie between small blocks that stay,
// and the heap grows by 30 MB in ten minutes of speech that nobody uses. For the whole process; does nothing elsewhere.
void map_large_blocks();

}  // namespace tilescribe
