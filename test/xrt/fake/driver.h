// The state of one process with the fake device open: its buffers, its contexts and what they still have to do.
//
// In: the structures of the kernel's interface (drm/amdxdna_accel.h), one method a call. Out: 0 or an errno, as the
// driver returns it. Commands run in order on a thread of their own, as on the device: a wait can end before them.
#pragma once

#include <drm/amdxdna_accel.h>
#include <drm/drm.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "device_file.h"
#include "executor.h"

namespace fake_amdxdna {

class Driver {
 public:
  int create_buffer(amdxdna_drm_create_bo& call);
  int describe_buffer(amdxdna_drm_get_bo_info& call);
  int close_buffer(const drm_gem_close& call);
  int create_context(amdxdna_drm_create_hwctx& call);
  int destroy_context(const amdxdna_drm_destroy_hwctx& call);
  int configure_context(const amdxdna_drm_config_hwctx& call);
  int submit(amdxdna_drm_exec_cmd& call);
  int wait(const amdxdna_drm_wait_cmd& call);
  int query(amdxdna_drm_get_info& call);
  // The device file cannot be opened, or a fault took the device away.
  int check();

 private:
  struct Buffer {
    uint32_t type;
    uint64_t bytes;
    uint64_t file_offset;
    uint64_t address;
  };
  struct Context {
    int slot;
    std::string design;
    uint64_t submitted = 0;
    uint64_t done = 0;
    // After a run that failed the array is in no known state: it takes a new context to run again.
    bool is_broken = false;
    bool is_closing = false;
    std::deque<uint32_t> commands;
    std::thread worker;
  };
  using ContextPointer = std::shared_ptr<Context>;

  int place_in_heap(Buffer& buffer);
  Memory find(uint64_t address);
  Memory find_handle(uint32_t handle);
  void work(const ContextPointer& context);
  Outcome run(Context& context, const Memory& packet, std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  DeviceFile file_;
  FaultPlan faults_;
  bool is_gone_ = false;
  std::map<uint32_t, Buffer> buffers_;
  std::map<uint32_t, ContextPointer> contexts_;
  uint32_t next_handle_ = 1;
};

}  // namespace fake_amdxdna
