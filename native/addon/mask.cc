#include "addon/mask.h"

namespace tilescribe {
namespace {

// Tells a Mask from every other object, whatever its prototype claims. Random, as Node-API asks for.
constexpr napi_type_tag kTag = {0x8f3d1c5ae2764b09, 0xa1c7e95d30b248f6};

}  // namespace

Napi::Function MaskObject::define(Napi::Env env) { return DefineClass(env, "Mask", {}); }

MaskObject::MaskObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<MaskObject>(info) {
  if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw Napi::TypeError::New(info.Env(), "a mask must be a Uint8Array");
  }
  const Napi::Uint8Array bytes = info[0].As<Napi::Uint8Array>();
  mask_ = std::make_shared<std::vector<uint8_t>>(bytes.Data(), bytes.Data() + bytes.ElementLength());
  info.This().As<Napi::Object>().TypeTag(&kTag);
  // The garbage collector sees a small object, and would take its time.
  Napi::MemoryManagement::AdjustExternalMemory(info.Env(), static_cast<int64_t>(mask_->size()));
}

void MaskObject::Finalize(Napi::Env env) {
  if (mask_) Napi::MemoryManagement::AdjustExternalMemory(env, -static_cast<int64_t>(mask_->size()));
}

TokenMask MaskObject::take(const Napi::Value& value, int vocabulary) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTag)) {
    throw Napi::TypeError::New(value.Env(), "rule.suppressed must be a Mask");
  }
  const TokenMask mask = Unwrap(value.As<Napi::Object>())->mask_;
  if (mask->size() != static_cast<size_t>(vocabulary)) {
    throw Napi::TypeError::New(value.Env(), "rule.suppressed must be of the vocabulary's size");
  }
  return mask;
}

}  // namespace tilescribe
