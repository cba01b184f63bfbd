#include "addon/npu.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "addon/values.h"
#include "npu/emulator.h"
#include "npu/time_model.h"
#include "npu/xrt/loader.h"

namespace tilescribe {
namespace {

// The decoder with the device that it runs on.
class OwnedNpu final : public StepDecoder {
 public:
  OwnedNpu(std::unique_ptr<ThreadPool> pool, std::unique_ptr<npu::Device> device, bool is_modelled)
      : pool_(std::move(pool)), device_(std::move(device)), is_modelled_(is_modelled) {}

  Status open(const Model& model, const npu::ProgramPlan& program, const npu::Design& design,
              const NpuOptions& options) {
    return npu::NpuDecoder::open(*device_, model, program, design, options.sparse_groups, options.vocabulary,
                                 is_modelled_, &decoder_);
  }
  Status step(const DecoderRow* rows, int count, Decoder& decoder) override {
    return decoder_->step(rows, count, decoder);
  }
  bool recover() override { return decoder_->recover(); }
  Timings& timings() override { return decoder_->timings(); }
  const npu::NpuDecoder& decoder() const { return *decoder_; }
  npu::Telemetry telemetry() const { return device_->telemetry(); }

 private:
  std::unique_ptr<ThreadPool> pool_;  // of the emulator, which computes while the session's encodes
  std::unique_ptr<npu::Device> device_;
  bool is_modelled_;
  std::unique_ptr<npu::NpuDecoder> decoder_;
};

std::string take_string(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsString()) throw Napi::TypeError::New(object.Env(), std::string(name) + " must be a string");
  return value.As<Napi::String>();
}

template <typename Array, typename T>
std::vector<T> take_words(const Napi::Object& object, const char* name, napi_typedarray_type type) {
  const Napi::Value value = object.Get(name);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
    throw Napi::TypeError::New(object.Env(), std::string(name) + " must be a typed array of 32-bit integers");
  }
  const Array array = value.As<Array>();
  return std::vector<T>(array.Data(), array.Data() + array.ElementLength());
}

npu::InstructionStream take_stream(const Napi::Object& object) {
  constexpr size_t kPointNumbers = 6;
  npu::InstructionStream stream;
  stream.words = take_words<Napi::Uint32Array, uint32_t>(object, "words", napi_uint32_array);
  const std::vector<int32_t> points = take_words<Napi::Int32Array, int32_t>(object, "points", napi_int32_array);
  const int words = static_cast<int>(stream.words.size());
  for (size_t i = 0; i + kPointNumbers <= points.size(); i += kPointNumbers) {
    const int32_t* p = points.data() + i;
    // An offset is two words.
    const bool is_good = p[0] >= 0 && p[0] <= static_cast<int>(npu::Patch::kResults) && p[1] >= -1 && p[1] < 64 &&
                         p[2] >= -1 && p[2] < tile::kRows && p[3] >= 0 && p[3] < tile::kPairs && p[4] >= -1 &&
                         p[4] < words - 1 && p[5] >= -1 && p[5] < words;
    if (!is_good) throw Napi::RangeError::New(object.Env(), "a patch point is out of range");
    stream.points.push_back({static_cast<npu::Patch>(p[0]), p[1], p[2], p[3], p[4], p[5]});
  }
  return stream;
}

}  // namespace

NpuOptions take_npu_options(const Napi::Value& value, const Config& config) {
  if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), "the NPU's options must be an object");
  const Napi::Object object = value.As<Napi::Object>();
  NpuOptions options;
  options.is_emulated = take_string(object, "device") == "emulated";
  options.fault = take_string(object, "fault");
  const bool is_sparse = take_string(object, "vocabulary") == "sparse";
  options.vocabulary = is_sparse ? npu::Vocabulary::kSparse : npu::Vocabulary::kFull;
  if (is_sparse) {
    const int groups = (config.vocabulary + kLanes - 1) / kLanes;
    options.sparse_groups =
        take_integers(object.Get("sparseGroups"), "sparseGroups", 0, groups - 1, static_cast<size_t>(groups));
  }
  const Napi::Value design = object.Get("design");
  if (!design.IsObject()) return options;
  const Napi::Object files = design.As<Napi::Object>();
  options.design.files = {take_string(files, "xclbin"), take_string(files, "kernelName"), take_string(files, "hash")};
  const Napi::Value streams = files.Get("streams");
  if (!streams.IsArray()) throw Napi::TypeError::New(value.Env(), "streams must be an array");
  for (uint32_t i = 0; i < streams.As<Napi::Array>().Length(); i++) {
    const Napi::Value stream = streams.As<Napi::Array>().Get(i);
    if (!stream.IsObject()) throw Napi::TypeError::New(value.Env(), "a stream must be an object");
    options.design.streams.push_back(take_stream(stream.As<Napi::Object>()));
  }
  return options;
}

Status open_npu(const NpuOptions& options, Session& session) {
  const std::string misfit = npu::find_misfit(session.config());
  if (!misfit.empty()) return Status(Code::kDeviceUnavailable, misfit);
  if (options.sparse_groups.size() * kLanes > static_cast<size_t>(npu::kSparseTokens)) {
    return Status(Code::kDeviceUnavailable, "the sparse vocabulary is larger than the NPU's design has room for");
  }
  // The room for it is part of the layout of the weights, which is compiled into the streams: it is there in any case.
  const npu::ProgramPlan program = npu::make_program(session.config(), npu::kSparseTokens);
  npu::Design design = options.design;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<npu::Device> device;
  if (options.is_emulated) {
    npu::FaultPlan fault;
    if (!npu::parse_fault(options.fault, &fault)) {
      return Status(Code::kDeviceUnavailable, "the fault \"" + options.fault + "\" is none that can be injected");
    }
    design.streams.clear();
    for (const npu::SequencePlan& sequence : program.sequences) design.streams.push_back(npu::encode(sequence));
    pool = std::make_unique<ThreadPool>(session.threads());
    device = npu::make_emulator(program, *pool, fault);
  } else {
    if (design.streams.size() != program.sequences.size()) {
      return Status(Code::kDeviceUnavailable, "the compiled design has not the sequences of this version");
    }
    device = npu::make_xrt_device();
  }
  auto owned = std::make_unique<OwnedNpu>(std::move(pool), std::move(device), options.is_emulated);
  Status status = owned->open(session.model(), program, design, options);
  if (!status.ok()) return Status(Code::kDeviceUnavailable, status.message());
  session.use_device(std::move(owned));
  return Status();
}

void check_device(Napi::Env env, const Status& status) {
  if (status.ok()) return;
  Napi::Error error = Napi::Error::New(env, status.message());
  const bool is_fault = status.code() == Code::kDeviceFault;
  error.Set("code", Napi::String::New(env, is_fault ? "device-fault" : "device-unavailable"));
  throw error;
}

Napi::Value give_npu(Napi::Env env, Session& session) {
  // Whatever device a session of the addon has is one of these.
  const OwnedNpu* owned = static_cast<const OwnedNpu*>(session.device());
  if (owned == nullptr) return env.Null();
  const npu::Telemetry telemetry = owned->telemetry();
  Napi::Object object = Napi::Object::New(env);
  object.Set("name", telemetry.device_name);
  object.Set("runtime", telemetry.runtime);
  object.Set("isModelled", telemetry.is_modelled);
  object.Set("runs", static_cast<double>(telemetry.runs));
  object.Set("failedRuns", static_cast<double>(telemetry.failed_runs));
  object.Set("resets", static_cast<double>(telemetry.resets));
  object.Set("runMs", telemetry.run_ms);
  return object;
}

Napi::Value give_sparse_steps(Napi::Env env, const StepDecoder* device) {
  const OwnedNpu* owned = static_cast<const OwnedNpu*>(device);
  if (owned == nullptr || !owned->decoder().is_sparse()) return env.Null();
  Napi::Object object = Napi::Object::New(env);
  object.Set("steps", static_cast<double>(owned->decoder().sparse_steps()));
  object.Set("fallbacks", static_cast<double>(owned->decoder().sparse_fallbacks()));
  return object;
}

Napi::Value model_npu_step(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (!info[0].IsObject()) throw Napi::TypeError::New(env, "what to model must be an object");
  const Napi::Object asked = info[0].As<Napi::Object>();
  const auto integer = [&](const char* name, int low, int high) {
    return take_integer(asked.Get(name), name, low, high);
  };
  const auto number = [&](const char* name) { return take_number(asked.Get(name), name, 1e-6, 1e6); };
  const Config config{tile::kWidth,
                      tile::kHeads,
                      integer("layers", 1, 64),
                      integer("layers", 1, 64),
                      tile::kTextPositions,
                      integer("vocabulary", 1000, 60000)};
  const npu::ProgramPlan program = npu::make_program(config, integer("sparseTokens", 0, 60000));
  const int rows = integer("rows", 1, tile::kRows);
  const npu::Rates rates{number("readGbPerS"), number("dispatchMs"), number("clockGhz"), number("macsPerCycle")};
  const npu::StepCost cost =
      npu::estimate_step(program, rows, integer("runs", 1, rows), integer("textPositions", 1, tile::kTextPositions),
                         integer("windowPositions", 1, kAudioContext), asked.Get("isSparse").ToBoolean(), rates);
  Napi::Object object = Napi::Object::New(env);
  Napi::Array parts = Napi::Array::New(env, cost.parts.size());
  for (uint32_t i = 0; i < cost.parts.size(); i++) {
    Napi::Object part = Napi::Object::New(env);
    part.Set("name", cost.parts[i].name);
    part.Set("bytes", cost.parts[i].bytes);
    part.Set("macs", cost.parts[i].macs);
    part.Set("ms", cost.parts[i].ms);
    parts.Set(i, part);
  }
  object.Set("parts", parts);
  object.Set("bytes", cost.bytes);
  object.Set("bytesWritten", cost.bytes_written);
  object.Set("macs", cost.macs);
  object.Set("dispatchMs", cost.dispatch_ms);
  object.Set("ms", cost.ms);
  object.Set("exchangeMs", cost.exchange_ms);
  return object;
}

Napi::Value npu_program(const Napi::CallbackInfo& info) {
  const npu::ProgramPlan program = npu::make_program(npu::kBaseConfig, npu::kSparseTokens);
  return Napi::String::New(info.Env(), npu::to_json(program));
}

}  // namespace tilescribe
