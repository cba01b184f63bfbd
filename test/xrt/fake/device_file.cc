#include "device_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace fake_amdxdna {

// All zero in a new file.
struct DeviceFile::Shared {
  std::atomic<uint64_t> taken;
  std::atomic<int32_t> owners[kContexts];
};

uint64_t round_to_pages(uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

bool DeviceFile::open() {
  if (base_ != nullptr) return true;
  const int file = ::open("/dev/accel/accel0", O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  struct stat status;
  if (fstat(file, &status) != 0 || status.st_size == 0) {
    close(file);
    errno = ENODEV;
    return false;
  }
  size_ = static_cast<uint64_t>(status.st_size);
  void* mapped = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0);
  if (mapped == MAP_FAILED) {
    close(file);
    return false;
  }
  file_ = file;
  base_ = static_cast<uint8_t*>(mapped);
  return true;
}

DeviceFile::Shared* DeviceFile::shared() const { return reinterpret_cast<Shared*>(base_); }

uint64_t DeviceFile::take(uint64_t bytes) {
  const uint64_t wanted = round_to_pages(bytes);
  const uint64_t offset = kPage + shared()->taken.fetch_add(wanted);
  return offset + wanted <= size_ ? offset : 0;
}

// The place is not used again, so that a stale address shows; its memory is.
void DeviceFile::give_back(uint64_t offset, uint64_t bytes) {
  fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
            static_cast<off_t>(round_to_pages(bytes)));
}

int DeviceFile::take_context() {
  for (int slot = 0; slot < kContexts; slot++) {
    int32_t owner = shared()->owners[slot].load();
    const bool is_free = owner == 0 || (kill(owner, 0) != 0 && errno == ESRCH);
    if (is_free && shared()->owners[slot].compare_exchange_strong(owner, getpid())) return slot;
  }
  return -1;
}

void DeviceFile::give_context_back(int slot) { shared()->owners[slot].store(0); }

}  // namespace fake_amdxdna
