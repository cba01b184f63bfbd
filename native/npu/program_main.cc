// Prints the decoder's program as JSON, which kernels/decoder_step/design.py places: for whisper-base, whose shape is
// the only one that the design fits. The sparse vocabulary has the product's own size.
//
//   npu_program [SPARSE_TOKENS]
#include <cstdio>
#include <cstdlib>

#include "npu/program.h"

int main(int argc, char** argv) {
  tilescribe::Config config;
  config.width = 512;
  config.heads = 8;
  config.encoder_layers = 6;
  config.decoder_layers = 6;
  config.text_context = 448;
  config.vocabulary = 51865;
  const int sparse_tokens = argc > 1 ? std::atoi(argv[1]) : 0;
  if (argc > 2 || sparse_tokens < 0 || sparse_tokens > config.vocabulary) {
    std::fprintf(stderr, "usage: npu_program [SPARSE_TOKENS]\n");
    return 2;
  }
  std::puts(tilescribe::npu::to_json(tilescribe::npu::make_program(config, sparse_tokens)).c_str());
  return 0;
}
