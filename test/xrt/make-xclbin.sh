#!/bin/sh
# Makes NAME.xclbin for the fake device: an emulated design, which no NPU can run.
#
# usage: make-xclbin.sh OUTPUT DESIGN BUFFERS
#   DESIGN   what the fake device runs (test/xrt/fake/executor.h): a line of text, put where a real design has the
#            PDI that configures the array
#   BUFFERS  how many data buffers the kernel takes
# Everything but the PDI is as mlir-aie and xclbinutil make it: the kernel MLIR_AIE with opcode, instructions and
# their number, then buffers of 8 bytes each; four columns from column 1; two banks of memory.
set -eu
output=$1 design=$2 buffers=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

printf '%s\nEMULATED: not a design for an NPU\n' "$design" >"$folder/design.pdi"

arguments='{"name":"opcode","address-qualifier":"SCALAR","type":"uint64_t","offset":"0x00"},'
arguments=$arguments'{"name":"instr","memory-connection":"SRAM","address-qualifier":"GLOBAL","type":"char *","offset":"0x08"},'
arguments=$arguments'{"name":"ninstr","address-qualifier":"SCALAR","type":"uint32_t","offset":"0x10"}'
index=0
while [ "$index" -lt "$buffers" ]; do
  offset=$(printf '0x%02x' $((0x14 + 8 * index)))
  arguments=$arguments',{"name":"bo'$index'","memory-connection":"HOST","address-qualifier":"GLOBAL","type":"void*","offset":"'$offset'"}'
  index=$((index + 1))
done
cat >"$folder/kernels.json" <<END
{"ps-kernels": {"kernels": [{"name": "MLIR_AIE", "type": "dpu",
  "extended-data": {"subtype": "DPU", "functional": "0", "dpu_kernel_id": "0x901"},
  "arguments": [$arguments], "instances": [{"name": "MLIRAIE"}]}]}}
END
cat >"$folder/memory.json" <<END
{"mem_topology": {"m_count": "2", "m_mem_data": [
  {"m_type": "MEM_DRAM", "m_used": "1", "m_sizeKB": "0x10000", "m_tag": "HOST", "m_base_address": "0x4000000"},
  {"m_type": "MEM_DRAM", "m_used": "1", "m_sizeKB": "0xc000", "m_tag": "SRAM", "m_base_address": "0x4000000"}]}}
END
cat >"$folder/partition.json" <<END
{"aie_partition": {"name": "QoS", "operations_per_cycle": "2048", "inference_fingerprint": "23423",
  "pre_post_fingerprint": "12345", "partition": {"column_width": 4, "start_columns": [1]},
  "PDIs": [{"uuid": "11111111-2222-3333-4444-555555555555", "file_name": "./design.pdi",
    "cdo_groups": [{"name": "DPU", "type": "PRIMARY", "pdi_id": "0x01", "dpu_kernel_ids": ["0x901"],
      "pre_cdo_groups": ["0xC1"]}]}]}}
END
cd "$folder"
xclbinutil --add-replace-section MEM_TOPOLOGY:JSON:memory.json --add-kernel kernels.json \
  --add-replace-section AIE_PARTITION:JSON:partition.json --output design.xclbin --force >log 2>&1 || {
  cat log >&2
  exit 1
}
cp design.xclbin "$output"
