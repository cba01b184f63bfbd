// The NPU in the addon: opening it for a session, what it says of itself, and the model of its time.
#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "npu/npu_decoder.h"
#include "whisper/session.h"

namespace tilescribe {

struct NpuOptions {
  bool is_emulated = false;
  std::string fault;  // of the emulator, see npu/emulator.h
  npu::Vocabulary vocabulary = npu::Vocabulary::kFull;
  std::vector<int> sparse_groups;
  npu::Design design;  // of the XRT device; the emulator makes its own
};

// {device: 'emulated' | 'xrt', fault, vocabulary: 'full' | 'sparse', sparseGroups, design: null | {xclbin, kernelName,
// hash, streams: [{words: Uint32Array, points: Int32Array [patch, layer, index, pair, offset, length, ...]}]}}.
// Throws Napi::TypeError or Napi::RangeError.
NpuOptions take_npu_options(const Napi::Value& value, const Config& config);

// kDeviceUnavailable with the reason.
Status open_npu(const NpuOptions& options, Session& session);

// Throws an Error with the code `device-unavailable` or `device-fault`, if the status is one.
void check_device(Napi::Env env, const Status& status);

// {name, runtime, isModelled, runs, failedRuns, resets, runMs}, or null.
Napi::Value give_npu(Napi::Env env, Session& session);

// {steps, fallbacks}, also while a step is under way; null but where steps go over a sparse vocabulary.
Napi::Value give_sparse_steps(Napi::Env env, const StepDecoder* device);

// modelNpuStep({layers, vocabulary, sparseTokens, rows, runs, textPositions, windowPositions, isSparse, readGbPerS,
// dispatchMs, clockGhz, macsPerCycle}) -> {parts: [{name, bytes, macs, ms}], bytes, bytesWritten, macs, dispatchMs, ms,
// exchangeMs}; see npu/time_model.h.
Napi::Value model_npu_step(const Napi::CallbackInfo& info);

// npuProgram() -> the program for the sizes of "base" as JSON; see npu/program.h.
Napi::Value npu_program(const Napi::CallbackInfo& info);

}  // namespace tilescribe
