// The memory of the fake device: one sparse file, /dev/accel/accel0, that every process with the device open maps.
//
// Its first page holds what the real driver knows across processes: where the next buffer goes, and who has the six
// hardware contexts (the slots of a process that died are free again, as the driver frees them on close). Buffers
// are stretches of the rest, so that XRT's own mmap of the device file at a buffer's offset gives the buffer.
#pragma once

#include <cstdint>

namespace fake_amdxdna {

constexpr uint64_t kPage = 4096;
// hwctx_limit of the npu1 in the kernel's driver.
constexpr int kContexts = 6;

class DeviceFile {
 public:
  // errno is that of open() or mmap() when this is false.
  bool open();

  // Zeroed memory; 0 when the file is full. `bytes` are rounded up to pages.
  uint64_t take(uint64_t bytes);
  void give_back(uint64_t offset, uint64_t bytes);
  uint8_t* at(uint64_t offset) const { return base_ + offset; }

  // A slot, or -1 when all six are taken.
  int take_context();
  void give_context_back(int slot);

 private:
  struct Shared;
  Shared* shared() const;
  int file_ = -1;
  uint64_t size_ = 0;
  uint8_t* base_ = nullptr;
};

uint64_t round_to_pages(uint64_t bytes);

}  // namespace fake_amdxdna
