#include "executor.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

#include "npu/emulator.h"
#include "npu/run_design.h"

namespace fake_amdxdna {
namespace {

// The packet of XRT's detail/ert.h: state in bits 0 to 3, count of the words that follow in 12 to 22, opcode in 23
// to 27.
constexpr uint32_t kStateMask = 0xf;
constexpr uint32_t kOpcodeStartCu = 0;
constexpr uint32_t kOpcodeChain = 19;
constexpr uint32_t kTransaction = 3;
// Of a start packet: header and mask of compute units, then the arguments at the offsets that the xclbin declares
// (test/xrt/make-xclbin.sh): opcode 64 bits, instructions 64, their number 32, then buffers of 64 each.
constexpr uint32_t kArgumentsWord = 2;
constexpr uint32_t kBuffersWord = 5;
// Of a chain: header, number of commands, submitted, failed, then three reserved words.
constexpr uint32_t kChainHandlesWord = 7;
constexpr uint32_t kMaxBuffers = 16;

const std::map<std::string, Fault> kFaults = {
    {"timeout", Fault::kTimeout}, {"abort", Fault::kAbort}, {"error", Fault::kError}, {"hang", Fault::kHang},
    {"dead", Fault::kDead},       {"gone", Fault::kGone},   {"flip", Fault::kFlip}};

uint64_t read_u64(const uint32_t* words) { return words[0] | (static_cast<uint64_t>(words[1]) << 32); }

uint32_t opcode_of(uint32_t header) { return (header >> 23) & 0x1f; }
uint32_t count_of(uint32_t header) { return (header >> 12) & 0x7ff; }

struct Run {
  const uint32_t* words = nullptr;
  uint32_t count = 0;
  std::vector<Memory> buffers;
};

// False when an address names no buffer or the instructions reach over theirs.
bool parse(const uint32_t* packet, const Device& device, Run& run) {
  const uint32_t words = count_of(packet[0]) + 1;
  if (words < kBuffersWord + kArgumentsWord) return false;
  const uint32_t* arguments = packet + kArgumentsWord;
  if (read_u64(arguments) != kTransaction) return false;
  const Memory instructions = device.find(read_u64(arguments + 2));
  run.count = arguments[4];
  if (instructions.data == nullptr || run.count > instructions.bytes / sizeof(uint32_t)) return false;
  run.words = reinterpret_cast<const uint32_t*>(instructions.data);
  for (uint32_t at = kBuffersWord; at + 2 <= words - kArgumentsWord && run.buffers.size() < kMaxBuffers; at += 2) {
    const uint64_t address = read_u64(arguments + at);
    // An argument of the kernel that was not set.
    if (address == 0) break;
    const Memory buffer = device.find(address);
    if (buffer.data == nullptr) return false;
    run.buffers.push_back(buffer);
  }
  return true;
}

// out[i] = in[i] + instruction word 0, for each 32-bit word of the smaller buffer.
State add_one(const Run& run) {
  if (run.count == 0 || run.buffers.size() < 2) return State::kError;
  const auto* in = reinterpret_cast<const uint32_t*>(run.buffers[0].data);
  auto* out = reinterpret_cast<uint32_t*>(run.buffers[1].data);
  const uint64_t bytes = run.buffers[0].bytes < run.buffers[1].bytes ? run.buffers[0].bytes : run.buffers[1].bytes;
  for (uint64_t i = 0; i < bytes / sizeof(uint32_t); i++) out[i] = in[i] + run.words[0];
  return State::kCompleted;
}

State run_design(const std::string& design, const Run& run) {
  if (design == "add-one") return add_one(run);
  std::vector<tilescribe_npu_buffer> buffers;
  for (const Memory& memory : run.buffers) buffers.push_back({memory.data, memory.bytes});
  char message[512] = "";
  const int state = tilescribe_npu_run_design(design.c_str(), run.words, run.count, buffers.data(), buffers.size(),
                                              message, sizeof message);
  if (state == 0) return State::kCompleted;
  std::fprintf(stderr, "[fake amdxdna] %s: %s\n", design.c_str(), message);
  return static_cast<State>(state);
}

void set_state(uint32_t* packet, State state) { packet[0] = (packet[0] & ~kStateMask) | static_cast<uint32_t>(state); }

Outcome execute_start(uint32_t* packet, const std::string& design, const Device& device, FaultPlan& faults) {
  const Fault fault = faults.next();
  Outcome outcome{State::kCompleted, fault};
  switch (fault) {
    case Fault::kHang:
    case Fault::kDead: return outcome;
    case Fault::kGone: outcome.state = State::kError; return outcome;
    case Fault::kTimeout: outcome.state = State::kTimeout; break;
    case Fault::kAbort: outcome.state = State::kAbort; break;
    case Fault::kError: outcome.state = State::kError; break;
    case Fault::kFlip:
    case Fault::kNone: {
      Run run;
      outcome.state = State::kError;
      if (!parse(packet, device, run)) break;
      if (fault == Fault::kFlip && design == "decoder_step") {
        const auto program =
            tilescribe::npu::make_program(tilescribe::npu::kBaseConfig, tilescribe::npu::kSparseTokens);
        tilescribe::npu::flip_bit_of_vocabulary(program, run.buffers[0].data);
      }
      outcome.state = run_design(design, run);
      outcome.fault = Fault::kNone;
    }
  }
  set_state(packet, outcome.state);
  return outcome;
}

}  // namespace

FaultPlan::FaultPlan() {
  const char* text = std::getenv("FAKE_AMDXDNA_FAULT");
  std::istringstream plan(text == nullptr ? "" : text);
  for (std::string part; std::getline(plan, part, ',');) {
    const size_t at = part.find('@');
    const auto kind = kFaults.find(part.substr(0, at));
    if (kind == kFaults.end() || at == std::string::npos) {
      std::fprintf(stderr, "FAKE_AMDXDNA_FAULT: no such fault: %s\n", part.c_str());
      std::abort();
    }
    faults_[std::strtoull(part.c_str() + at + 1, nullptr, 10)] = kind->second;
  }
}

Fault FaultPlan::next() {
  const auto found = faults_.find(++runs_);
  return found == faults_.end() ? Fault::kNone : found->second;
}

void mark(Memory packet, State state) { set_state(reinterpret_cast<uint32_t*>(packet.data), state); }

Outcome execute(Memory packet, const std::string& design, const Device& device, FaultPlan& faults) {
  auto* words = reinterpret_cast<uint32_t*>(packet.data);
  switch (opcode_of(words[0])) {
    case kOpcodeStartCu: return execute_start(words, design, device, faults);
    case kOpcodeChain: {
      Outcome outcome;
      for (uint32_t i = 0; i < words[1] && outcome.state == State::kCompleted && outcome.fault == Fault::kNone; i++) {
        const Memory command = device.command(static_cast<uint32_t>(read_u64(words + kChainHandlesWord + 2 * i)));
        if (command.data == nullptr) {
          outcome.state = State::kError;
        } else {
          outcome = execute_start(reinterpret_cast<uint32_t*>(command.data), design, device, faults);
        }
        // Which one failed is word 3 of the chain.
        if (outcome.state != State::kCompleted) words[3] = i;
      }
      const bool has_ended =
          outcome.fault != Fault::kHang && outcome.fault != Fault::kDead && outcome.fault != Fault::kGone;
      if (has_ended) set_state(words, outcome.state);
      return outcome;
    }
    default: set_state(words, State::kError); return {State::kError, Fault::kNone};
  }
}

}  // namespace fake_amdxdna
