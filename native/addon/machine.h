// measureMachine(threads) -> Promise<{readBytesPerSecond, int8MacsPerSecond, instructions}>: machine/limits.h off
// the JavaScript thread, under a second of all threads on a machine of today.
#pragma once

#include <napi.h>

namespace tilescribe {

Napi::Value measure_machine(const Napi::CallbackInfo& info);

}  // namespace tilescribe
