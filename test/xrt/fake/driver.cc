#include "driver.h"

#include <errno.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace fake_amdxdna {
namespace {

// Where the device sees its heap, and the rest of memory; both are offsets of the file in their low bits.
constexpr uint64_t kHeapAddress = 0x4000000;
constexpr uint64_t kHostAddress = 0x100000000;
constexpr uint64_t kHeapStep = 0x8000;
// tdr_timeout_ms of the kernel's driver.
constexpr std::chrono::seconds kDriverEndsRuns{2};

template <typename T>
int answer(amdxdna_drm_get_info& call, const T& data) {
  if (call.buffer_size < sizeof data) return ENOSPC;
  std::memcpy(reinterpret_cast<void*>(call.buffer), &data, sizeof data);
  call.buffer_size = sizeof data;
  return 0;
}

// A Phoenix: five columns (the first has no shim that can be used), six rows: one of shims, one of memory, four of
// cores.
amdxdna_drm_query_aie_metadata describe_array() {
  amdxdna_drm_query_aie_metadata array = {};
  array.col_size = 0x2000000;
  array.cols = 5;
  array.rows = 6;
  array.version.major = 2;
  array.core.row_count = 4;
  array.core.row_start = 2;
  array.core.dma_channel_count = 2;
  array.core.lock_count = 16;
  array.mem.row_count = 1;
  array.mem.row_start = 1;
  array.mem.dma_channel_count = 6;
  array.mem.lock_count = 64;
  array.shim.row_count = 1;
  array.shim.dma_channel_count = 2;
  array.shim.lock_count = 16;
  return array;
}

amdxdna_drm_query_clock_metadata describe_clocks() {
  amdxdna_drm_query_clock_metadata clocks = {};
  std::memcpy(clocks.mp_npu_clock.name, "MP-NPU Clock", 13);
  clocks.mp_npu_clock.freq_mhz = 847;
  std::memcpy(clocks.h_clock.name, "H Clock", 8);
  clocks.h_clock.freq_mhz = 1600;
  return clocks;
}

}  // namespace

int Driver::check() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (is_gone_) return ENODEV;
  return file_.open() ? 0 : errno;
}

// In the gaps between the buffers that are there, so that contexts can be made again and again.
int Driver::place_in_heap(Buffer& buffer) {
  const auto heap = std::find_if(buffers_.begin(), buffers_.end(),
                                 [](const auto& entry) { return entry.second.type == AMDXDNA_BO_DEV_HEAP; });
  if (heap == buffers_.end()) return EAGAIN;
  const uint64_t end = kHeapAddress + heap->second.bytes;
  for (uint64_t at = kHeapAddress; at + buffer.bytes <= end; at += kHeapStep) {
    const bool is_taken = std::any_of(buffers_.begin(), buffers_.end(), [&](const auto& entry) {
      const Buffer& other = entry.second;
      return other.type == AMDXDNA_BO_DEV && at < other.address + other.bytes && other.address < at + buffer.bytes;
    });
    if (is_taken) continue;
    buffer.address = at;
    buffer.file_offset = heap->second.file_offset + (at - kHeapAddress);
    return 0;
  }
  return EAGAIN;
}

int Driver::create_buffer(amdxdna_drm_create_bo& call) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (call.size == 0 || call.vaddr != 0) return EINVAL;
  Buffer buffer = {call.type, round_to_pages(call.size), 0, 0};
  if (call.type == AMDXDNA_BO_DEV) {
    const int failed = place_in_heap(buffer);
    if (failed != 0) return failed;
    std::memset(file_.at(buffer.file_offset), 0, buffer.bytes);
  } else {
    buffer.file_offset = file_.take(buffer.bytes);
    if (buffer.file_offset == 0) return ENOMEM;
    buffer.address = call.type == AMDXDNA_BO_DEV_HEAP ? kHeapAddress : kHostAddress + buffer.file_offset;
  }
  call.handle = next_handle_++;
  buffers_[call.handle] = buffer;
  return 0;
}

int Driver::describe_buffer(amdxdna_drm_get_bo_info& call) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = buffers_.find(call.handle);
  if (found == buffers_.end()) return ENOENT;
  const bool is_in_heap = found->second.type == AMDXDNA_BO_DEV;
  call.map_offset = is_in_heap ? AMDXDNA_INVALID_ADDR : found->second.file_offset;
  call.vaddr = 0;
  call.xdna_addr = found->second.address;
  return 0;
}

int Driver::close_buffer(const drm_gem_close& call) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = buffers_.find(call.handle);
  if (found == buffers_.end()) return EINVAL;
  if (found->second.type != AMDXDNA_BO_DEV) file_.give_back(found->second.file_offset, found->second.bytes);
  buffers_.erase(found);
  return 0;
}

int Driver::create_context(amdxdna_drm_create_hwctx& call) {
  std::lock_guard<std::mutex> lock(mutex_);
  const int slot = file_.take_context();
  if (slot < 0) return EINVAL;
  auto context = std::make_shared<Context>();
  context->slot = slot;
  call.handle = next_handle_++;
  call.syncobj_handle = 0;
  call.umq_doorbell = AMDXDNA_INVALID_DOORBELL_OFFSET;
  contexts_[call.handle] = context;
  context->worker = std::thread([this, context] { work(context); });
  return 0;
}

int Driver::destroy_context(const amdxdna_drm_destroy_hwctx& call) {
  ContextPointer context;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = contexts_.find(call.handle);
    if (found == contexts_.end()) return EINVAL;
    context = found->second;
    contexts_.erase(found);
    context->is_closing = true;
    changed_.notify_all();
  }
  context->worker.join();
  file_.give_context_back(context->slot);
  return 0;
}

int Driver::configure_context(const amdxdna_drm_config_hwctx& call) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = contexts_.find(call.handle);
  if (found == contexts_.end()) return EINVAL;
  if (call.param_type != DRM_AMDXDNA_HWCTX_CONFIG_CU) return EOPNOTSUPP;
  const auto* units = reinterpret_cast<const amdxdna_hwctx_param_config_cu*>(call.param_val);
  if (units->num_cus != 1) return EINVAL;
  const auto pdi = buffers_.find(units->cu_configs[0].cu_bo);
  if (pdi == buffers_.end()) return EINVAL;
  const auto* text = reinterpret_cast<const char*>(file_.at(pdi->second.file_offset));
  found->second->design.assign(text, strnlen(text, pdi->second.bytes));
  auto& design = found->second->design;
  design.erase(std::min(design.find('\n'), design.size()));
  return 0;
}

int Driver::submit(amdxdna_drm_exec_cmd& call) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = contexts_.find(call.hwctx);
  if (found == contexts_.end() || call.type != AMDXDNA_CMD_SUBMIT_EXEC_BUF || call.cmd_count != 1) return EINVAL;
  // The one handle itself, not a pointer to it.
  found->second->commands.push_back(static_cast<uint32_t>(call.cmd_handles));
  call.seq = ++found->second->submitted;
  changed_.notify_all();
  return 0;
}

int Driver::wait(const amdxdna_drm_wait_cmd& call) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto found = contexts_.find(call.hwctx);
  if (found == contexts_.end()) return EINVAL;
  const ContextPointer context = found->second;
  const auto is_done = [&] { return context->done >= call.seq || is_gone_; };
  if (call.timeout == 0) {
    changed_.wait(lock, is_done);
  } else if (!changed_.wait_for(lock, std::chrono::milliseconds(call.timeout), is_done)) {
    return ETIME;
  }
  return is_gone_ ? ENODEV : 0;
}

int Driver::query(amdxdna_drm_get_info& call) {
  switch (call.param) {
    case DRM_AMDXDNA_QUERY_AIE_METADATA: return answer(call, describe_array());
    case DRM_AMDXDNA_QUERY_CLOCK_METADATA: return answer(call, describe_clocks());
    case DRM_AMDXDNA_QUERY_FIRMWARE_VERSION: {
      const amdxdna_drm_query_firmware_version version = {1, 5, 5, 391};
      return answer(call, version);
    }
    case DRM_AMDXDNA_GET_POWER_MODE: return answer(call, amdxdna_drm_get_power_mode{});
    default: return EOPNOTSUPP;
  }
}

Memory Driver::find(uint64_t address) {
  for (const auto& [handle, buffer] : buffers_) {
    if (buffer.type == AMDXDNA_BO_DEV_HEAP || address < buffer.address) continue;
    const uint64_t into = address - buffer.address;
    if (into < buffer.bytes) return {file_.at(buffer.file_offset + into), buffer.bytes - into};
  }
  return {};
}

Memory Driver::find_handle(uint32_t handle) {
  const auto found = buffers_.find(handle);
  if (found == buffers_.end()) return {};
  return {file_.at(found->second.file_offset), found->second.bytes};
}

// Holds the lock only to look things up: a design may run for long.
Outcome Driver::run(Context& context, const Memory& packet, std::unique_lock<std::mutex>& lock) {
  const Device device = {[this](uint64_t address) {
                           std::lock_guard<std::mutex> guard(mutex_);
                           return find(address);
                         },
                         [this](uint32_t handle) {
                           std::lock_guard<std::mutex> guard(mutex_);
                           return find_handle(handle);
                         }};
  lock.unlock();
  Outcome outcome = execute(packet, context.design, device, faults_);
  lock.lock();
  const auto is_closing = [&] { return context.is_closing; };
  if (outcome.fault == Fault::kDead) changed_.wait(lock, is_closing);
  if (outcome.fault == Fault::kHang) {
    changed_.wait_for(lock, kDriverEndsRuns, is_closing);
    mark(packet, State::kTimeout);
    outcome.state = State::kTimeout;
  }
  return outcome;
}

// The thread of a context.
void Driver::work(const ContextPointer& context) {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return context->is_closing || !context->commands.empty(); });
    if (context->is_closing) return;
    const Memory packet = find_handle(context->commands.front());
    context->commands.pop_front();
    if (packet.data != nullptr && context->is_broken) {
      mark(packet, State::kAbort);
    } else if (packet.data != nullptr) {
      const Outcome outcome = run(*context, packet, lock);
      context->is_broken = outcome.state != State::kCompleted;
      is_gone_ = is_gone_ || outcome.fault == Fault::kGone;
    }
    context->done++;
    changed_.notify_all();
  }
}

}  // namespace fake_amdxdna
