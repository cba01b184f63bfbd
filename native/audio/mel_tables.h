// The numbers that a log-mel spectrogram is made with.
#pragma once

#include "audio/mel_block.h"

namespace tilescribe {

MelTables make_mel_tables();

}  // namespace tilescribe
