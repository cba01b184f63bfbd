// The core's program on the NPU: for each row of tiles a function that design.py's cores call once, and that never
// returns. Not part of the host's build: acquire_greater_equal and release are the core's own instructions.
#include "kernels/decoder_step/core.h"
#include "kernels/common/npu_vec.h"

using namespace tilescribe::tile;

namespace {

// As a core numbers the locks that it can reach: its southern neighbour's, the western, the northern, its own.
struct HardwareLocks {
  static unsigned number(Owner owner, int id) {
    return (owner == Owner::kSouth ? 0u : 48u) + static_cast<unsigned>(id);
  }
  void acquire(Owner owner, int id) { acquire_greater_equal(number(owner, id), 1); }
  void release(Owner owner, int id) { ::release(number(owner, id), 1); }
};

}  // namespace

// In the order of design.py, ARGUMENTS. What the tile has not is some other buffer of it, which is not looked at.
#define TILESCRIBE_CORE(ROW)                                                                                        \
  extern "C" void decoder_step_core_row##ROW(                                                                       \
      int32_t column, uint8_t* pages, uint8_t* chunks, StepHeader* header, float* x, float* rows, int8_t* q,        \
      float* scale, int32_t* sum, float* maximum, MatrixParameters* parameters, int32_t* products, float* outputs,  \
      AttentionState* attention, float* head, int8_t* head_q, uint8_t* block, uint8_t* next_block,                  \
      const uint8_t* gathered, int8_t* planes) {                                                                    \
    tile_begin();                                                                                                   \
    HardwareLocks locks;                                                                                            \
    const TileMemory memory = {header,  x,         rows, q,      scale, sum,        maximum,  parameters, products, \
                               outputs, attention, head, head_q, block, next_block, gathered, planes};              \
    Core<HardwareLocks> core(column, ROW, memory, {pages, chunks}, locks);                                          \
    for (;;) core.run_token();                                                                                      \
  }

// Types of the buffers differ from row to row in MLIR, so that each row needs a name of its own. The linker drops the
// three that a core does not call.
TILESCRIBE_CORE(0)
TILESCRIBE_CORE(1)
TILESCRIBE_CORE(2)
TILESCRIBE_CORE(3)
