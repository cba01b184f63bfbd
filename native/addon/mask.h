// `Mask`: which tokens may never come, copied once from JavaScript and shared by every rule that names it, so
// that a step does not copy the size of the vocabulary for each row. Goes when JavaScript has let go of it and
// no step uses it any more.
#pragma once

#include <napi.h>

#include "whisper/choice.h"

namespace tilescribe {

class MaskObject : public Napi::ObjectWrap<MaskObject> {
 public:
  static Napi::Function define(Napi::Env env);

  // new Mask(suppressed: Uint8Array); throws Napi::TypeError.
  explicit MaskObject(const Napi::CallbackInfo& info);
  void Finalize(Napi::Env env) override;

  // The mask of a rule; Napi::TypeError unless it is a Mask of the vocabulary's size.
  static TokenMask take(const Napi::Value& value, int vocabulary);

 private:
  TokenMask mask_;
};

}  // namespace tilescribe
