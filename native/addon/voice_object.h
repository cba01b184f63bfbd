// The voice detector as a JavaScript class, `VoiceDetector`.
#pragma once

#include <napi.h>

namespace tilescribe {

Napi::Function define_voice_detector(Napi::Env env);

}  // namespace tilescribe
