// Its calls are short (ten microseconds a frame) and run on the JavaScript thread. All arguments are checked
// here; nothing below throws.
#include "addon/voice_object.h"

#include <memory>
#include <string>

#include "voice/silero.h"

namespace tilescribe {
namespace {

constexpr size_t kBlock = 512 * 4096;

struct TensorPlace {
  const char* name;
  size_t length;
};

// In the order of SileroTensors.
constexpr TensorPlace kPlaces[Silero::kTensors] = {
    {"basis", 258 * 256},    {"encoder.0 weight", 128 * 129 * 3},
    {"encoder.0 bias", 128}, {"encoder.1 weight", 64 * 128 * 3},
    {"encoder.1 bias", 64},  {"encoder.2 weight", 64 * 64 * 3},
    {"encoder.2 bias", 64},  {"encoder.3 weight", 128 * 64 * 3},
    {"encoder.3 bias", 128}, {"input weight", 512 * 128},
    {"input bias", 512},     {"hidden weight", 512 * 128},
    {"hidden bias", 512},    {"output weight", 128},
    {"output bias", 1},
};

Napi::Float32Array take_floats(const Napi::Value& value, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    throw Napi::TypeError::New(value.Env(), std::string(what) + " must be a Float32Array");
  }
  return value.As<Napi::Float32Array>();
}

class VoiceObject : public Napi::ObjectWrap<VoiceObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "VoiceDetector",
                       {
                           InstanceMethod<&VoiceObject::describe>("describe"),
                           InstanceMethod<&VoiceObject::process>("process"),
                       });
  }

  // new VoiceDetector(tensors: Float32Array[15]); throws an Error with the code `model-corrupt`.
  explicit VoiceObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<VoiceObject>(info) {
    if (!info[0].IsArray() || info[0].As<Napi::Array>().Length() != Silero::kTensors) {
      throw Napi::TypeError::New(info.Env(), "tensors must be an array of fifteen");
    }
    const Napi::Array array = info[0].As<Napi::Array>();
    const float* at[Silero::kTensors];
    for (uint32_t i = 0; i < Silero::kTensors; i++) {
      const Napi::Float32Array floats = take_floats(array.Get(i), kPlaces[i].name);
      if (floats.ElementLength() != kPlaces[i].length) {
        throw Napi::RangeError::New(info.Env(), std::string(kPlaces[i].name) + " has the wrong length");
      }
      at[i] = floats.Data();
    }
    const SileroTensors tensors = {
        at[0], {at[1], at[3], at[5], at[7]}, {at[2], at[4], at[6], at[8]}, at[9], at[10], at[11], at[12], at[13],
        at[14]};
    const Status status = Silero::open(tensors, best_voice_kernels(), &silero_);
    if (!status.ok()) {
      Napi::Error error = Napi::Error::New(info.Env(), status.message());
      error.Set("code", Napi::String::New(info.Env(), "model-corrupt"));
      throw error;
    }
  }

 private:
  Napi::Value describe(const Napi::CallbackInfo& info) {
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("kernels", silero_->kernels_name());
    return object;
  }

  // process(samples: Float32Array [frames * 512]) -> Float32Array [frames]
  Napi::Value process(const Napi::CallbackInfo& info) {
    const Napi::Float32Array samples = take_floats(info[0], "samples");
    if (samples.ElementLength() % Silero::kFrame != 0 || samples.ElementLength() > kBlock) {
      throw Napi::RangeError::New(info.Env(), "samples must be whole frames of 512, at most 4096 of them");
    }
    const int frames = static_cast<int>(samples.ElementLength()) / Silero::kFrame;
    Napi::Float32Array result = Napi::Float32Array::New(info.Env(), static_cast<size_t>(frames));
    silero_->process(samples.Data(), frames, result.Data());
    return result;
  }

  std::unique_ptr<Silero> silero_;
};

}  // namespace

Napi::Function define_voice_detector(Napi::Env env) { return VoiceObject::define(env); }

}  // namespace tilescribe
