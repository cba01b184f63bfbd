/*
 * The C interface between the addon and libtilescribe_xrt.so, the only code of ours that is linked against XRT.
 * The addon opens the library at run time, so that it also loads where XRT is not installed.
 *
 * In: paths, sizes, buffers. Out: codes of a closed list, each with a text. No exception crosses it, and nothing in
 * it names a type of C++, so that the library may be built by another compiler than the addon.
 *
 * One symbol is looked up by name, TILESCRIBE_NPU_ENTRY; it gives the table of all functions, or null when it does
 * not speak the version that is asked for. Of one device, one thread calls at a time.
 */
#ifndef TILESCRIBE_NPU_XRT_NPU_ABI_H_
#define TILESCRIBE_NPU_XRT_NPU_ABI_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TILESCRIBE_NPU_ABI 1u
#define TILESCRIBE_NPU_ENTRY "tilescribe_npu_functions"

/* Why a call did not do what it was asked for. */
enum {
  TILESCRIBE_NPU_OK = 0,
  TILESCRIBE_NPU_NO_DEVICE = 1,
  TILESCRIBE_NPU_NO_PERMISSION = 2,
  /* RLIMIT_MEMLOCK: XRT locks a heap of 64 MB when it opens the device. */
  TILESCRIBE_NPU_MEMORY_LOCK = 3,
  TILESCRIBE_NPU_BAD_DESIGN = 4,
  TILESCRIBE_NPU_NO_CONTEXT = 5,
  TILESCRIBE_NPU_NO_MEMORY = 6,
  TILESCRIBE_NPU_BAD_ARGUMENT = 7,
  /* The device or its context is gone: what was made for it must be made again. */
  TILESCRIBE_NPU_LOST = 8,
  TILESCRIBE_NPU_OTHER = 9
};

/* How a run that was started ended. */
enum {
  TILESCRIBE_NPU_COMPLETED = 0,
  TILESCRIBE_NPU_TIMEOUT = 1,
  TILESCRIBE_NPU_ABORTED = 2,
  TILESCRIBE_NPU_ERROR = 3,
  TILESCRIBE_NPU_GONE = 4
};

/* Where a buffer lies: instructions in the device's own heap, data in memory that both sides see. */
enum { TILESCRIBE_NPU_INSTRUCTIONS = 0, TILESCRIBE_NPU_DATA = 1 };

enum { TILESCRIBE_NPU_TO_DEVICE = 0, TILESCRIBE_NPU_FROM_DEVICE = 1 };

typedef struct TilescribeNpuDevice TilescribeNpuDevice;
typedef struct TilescribeNpuBuffer TilescribeNpuBuffer;
typedef struct TilescribeNpuRun TilescribeNpuRun;

/* Filled when a function gives anything but TILESCRIBE_NPU_OK; the text ends with a zero. */
typedef struct {
  char message[512];
} TilescribeNpuError;

typedef struct {
  /* "2.25.0": of the XRT that was loaded, not of the headers. */
  int32_t (*version)(char* text, size_t bytes, TilescribeNpuError* error);
  int32_t (*open)(uint32_t index, TilescribeNpuDevice** device, TilescribeNpuError* error);
  /* Ends its runs, its context and its buffers; pointers to those are no longer to be used. */
  void (*close)(TilescribeNpuDevice* device);
  /* JSON: {"name","bdf","platform":what XRT says about columns and power mode, or null}. */
  int32_t (*telemetry)(TilescribeNpuDevice* device, char* json, size_t bytes, TilescribeNpuError* error);

  /* Registers the design and takes one hardware context for it. A device has one design in its life. */
  int32_t (*load)(TilescribeNpuDevice* device, const char* xclbin_path, const char* kernel, TilescribeNpuError* error);
  /* After a run that did not complete: gives the context back and takes a new one. Buffers keep what they hold;
     runs are made again for the new context by the library, all with the buffers they had. */
  int32_t (*reset)(TilescribeNpuDevice* device, TilescribeNpuError* error);

  /* The memory is zeroed and stays mapped. */
  int32_t (*allocate)(TilescribeNpuDevice* device, int32_t kind, uint64_t bytes, TilescribeNpuBuffer** buffer,
                      void** memory, TilescribeNpuError* error);
  int32_t (*sync)(TilescribeNpuBuffer* buffer, int32_t direction, uint64_t offset, uint64_t bytes,
                  TilescribeNpuError* error);
  void (*release)(TilescribeNpuBuffer* buffer);

  int32_t (*make_run)(TilescribeNpuDevice* device, TilescribeNpuBuffer* instructions, uint32_t words,
                      TilescribeNpuBuffer* const* data, uint32_t count, TilescribeNpuRun** run,
                      TilescribeNpuError* error);
  void (*release_run)(TilescribeNpuRun* run);
  int32_t (*start)(TilescribeNpuRun* run, TilescribeNpuError* error);
  /* `state` is set whenever the code is OK; a text that explains a state other than COMPLETED is in `error`. */
  int32_t (*wait)(TilescribeNpuRun* run, uint32_t timeout_ms, int32_t* state, TilescribeNpuError* error);
  /* All of them in order as one submission, and waits for the last. */
  int32_t (*run_batch)(TilescribeNpuRun* const* runs, uint32_t count, uint32_t timeout_ms, int32_t* state,
                       TilescribeNpuError* error);
} TilescribeNpuFunctions;

typedef const TilescribeNpuFunctions* (*TilescribeNpuEntry)(uint32_t abi);

#ifdef __cplusplus
}
#endif

#endif
