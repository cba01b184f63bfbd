#!/usr/bin/env python3
"""The designs and the scripts of kernels/, as far as they can be tried without an NPU and its toolchain.

  scripts_test.py KERNEL_ANSWERS NPU_PROGRAM DECODER_STEP_ANSWERS

These are programs of native/; the second prints the decoder's program as JSON.
"""

import copy
import functools
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT.parent))

from kernels.common import mlir, one_tile  # noqa: E402
from kernels.decoder_step import design as decoder_step  # noqa: E402
from kernels.tools import compare, compiler, patches, toolchain  # noqa: E402

ANSWERS, NPU_PROGRAM, STEP_ANSWERS = map(pathlib.Path, sys.argv[1:]) if len(sys.argv) == 4 else (None, None, None)


def run(*command):
    return subprocess.run([sys.executable, "-B", *map(str, command)], capture_output=True, text=True, check=False)


def undefined_names(text):
    """Values and blocks that a module uses and nowhere defines. Names are looked for in the whole module."""
    defined = set(re.findall(r"(%\w+)(?=\s*(?:=|:\s*memref))", text)) | set(re.findall(r"(\^\w+):", text))
    return set(re.findall(r"%\w+|\^\w+", text)) - defined


def find_faults(plan):
    """What the silicon could not have, as native/npu/checker.h finds it in the decoder's: overlapping memory, too small
    a stack, channels, locks and descriptors that there are none of, transfers beyond a buffer or too long."""
    faults = []
    for sequence in plan["sequences"]:
        for task in sequence["tasks"]:
            size = next(a["bytes"] for a in plan["arguments"] if a["name"] == task["argument"])
            if task["offset"] + 4 * task["lengthWords"] > size:
                faults.append(f"a task reaches beyond {task['argument']}")
    for tile in plan["tiles"]:
        if tile["row"] > 1 and tile["stackBytes"] < 2048:
            faults.append("too small a stack")
        ids = 48 if tile["row"] == 1 else 16
        bytes_of = {buffer["name"]: buffer["bytes"] for buffer in tile["buffers"]}
        for d in tile["descriptors"]:
            reach = d["lengthWords"] + (d["iterationWrap"] - 1) * d["iterationStrideWords"]
            if d["offset"] + 4 * reach > bytes_of[d["buffer"]]:
                faults.append(f"descriptor {d['id']} reaches beyond {d['buffer']}")
            if d["lengthWords"] > 16383:
                faults.append(f"descriptor {d['id']} moves too many words")
            if d["id"] >= ids:
                faults.append(f"descriptor {d['id']}")
        faults += [f"lock {lock['id']}" for lock in tile["locks"] if lock["id"] >= (64 if tile["row"] == 1 else 16)]
        size = 524288 if tile["row"] == 1 else 65536
        owners = sorted(mlir.own_buffers(tile), key=lambda b: b["address"])
        end = tile["stackBytes"]
        for buffer in owners:
            if buffer["address"] < end:
                faults.append(f"{buffer['name']} of ({tile['column']}, {tile['row']}) overlaps what is before it")
            end = buffer["address"] + buffer["bytes"]
        if end > size:
            faults.append(f"({tile['column']}, {tile['row']}) needs {end} bytes")
        channels = 6 if tile["row"] == 1 else 2
        faults += [f"channel {d['channel']}" for d in tile["descriptors"] if d["channel"] >= channels]
    return faults


# As much of XRT's module as kernels/tools/npu.py uses. A run checks the buffers' sizes and leaves the answer.
PYXRT = """
import os, types
xclBOSyncDirection = types.SimpleNamespace(XCL_BO_SYNC_BO_TO_DEVICE=0, XCL_BO_SYNC_BO_FROM_DEVICE=1)
ert_cmd_state = types.SimpleNamespace(ERT_CMD_STATE_COMPLETED=4)
class bo:
    cacheable, host_only = 1, 2
    def __init__(self, device, size, flags, group): self.size, self.place = size, (flags, group)
    def write(self, content, offset): self.content = bytes(content)
    def sync(self, direction, size, offset): assert size == self.size
    def read(self, size, offset): return self.content[:size]
class device:
    def __init__(self, index): pass
    def register_xclbin(self, container): pass
class xclbin:
    def __init__(self, path): assert open(path, 'rb').read().startswith(b'decoder_step.xclbin')
    def get_uuid(self): return 1
class hw_context:
    def __init__(self, device, uuid): pass
class kernel:
    def __init__(self, context, name): assert name == 'MLIR_AIE'
    def group_id(self, index): return index
    def __call__(self, opcode, stream, words, *data):
        assert (opcode, words, stream.place) == (3, 5, (1, 1))
        assert [b.place for b in data] == [(2, 3 + i) for i in range(5)]
        assert [b.size for b in data[:4]] == [56819712, 10616832, 3145728, 12288]
        case = stream.content.decode().split('.')[0]
        data[4].content = open(os.path.join(os.environ['STAND_IN_RESULTS'], case + '.results'), 'rb').read()
        return types.SimpleNamespace(wait=lambda timeout: 4)
"""


class Designs(unittest.TestCase):
    def test_every_script_is_python(self):
        scripts = [*ROOT.rglob("*.py"), ROOT / "build", ROOT / "verify"]
        self.assertGreater(len(scripts), 15)
        for script in scripts:
            compile(script.read_text(), str(script), "exec")

    def test_every_kernel_has_all_that_the_catalogue_promises(self):
        for kernel in compiler.KERNELS:
            for file in ("kernel.cc", "oracle.cc", "case.cc", f"{kernel}_test.cc", "design.py", "README.md"):
                self.assertTrue((ROOT / kernel / file).exists(), f"{kernel}/{file}")

    def test_a_kernels_design_is_a_module_without_loose_ends(self):
        for kernel in compiler.KERNELS:
            done = run(ROOT / kernel / "design.py")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(undefined_names(done.stdout), set())
            self.assertEqual(done.stdout.count("{"), done.stdout.count("}"))
            self.assertIn(f'@{kernel}_case', done.stdout)
            self.assertEqual(find_faults(one_tile.plan(kernel)), [])

    def test_one_byte_over_is_found_in_every_kernels_plan(self):
        for kernel in compiler.KERNELS:
            core = one_tile.plan(kernel)["tiles"][1]
            buffers = sorted(range(len(core["buffers"])), key=lambda i: core["buffers"][i]["address"])
            self.assertEqual(core["stackBytes"], core["buffers"][buffers[0]]["address"])

            def changed(change):
                plan = one_tile.plan(kernel)
                change(plan, plan["tiles"][1])
                return find_faults(plan)

            def grow(index, to, over):
                def change(_plan, tile):
                    tile["buffers"][index]["bytes"] = to - tile["buffers"][index]["address"] + over

                return changed(change)

            # Each buffer up to the next one, the last up to the end of the memory.
            ends = [core["buffers"][i]["address"] for i in buffers[1:]] + [65536]
            for index, end in zip(buffers, ends):
                self.assertEqual(grow(index, end, 0), [])
                self.assertEqual(len(grow(index, end, 1)), 1, f"{kernel}: {core['buffers'][index]['name']}")
            for over in (0, 1):
                def stack(_plan, tile):
                    tile["stackBytes"] = 2048 - over

                self.assertEqual(changed(stack), ["too small a stack"][:over])
                for i, d in enumerate(core["descriptors"]):
                    def shrink(_plan, tile):
                        buffer = next(b for b in tile["buffers"] if b["name"] == d["buffer"])
                        buffer["bytes"] = d["offset"] + 4 * d["lengthWords"] - over

                    self.assertEqual(changed(shrink), [f"descriptor {d['id']} reaches beyond {d['buffer']}"][:over])

                    def renumber(_plan, tile):
                        tile["descriptors"][i]["id"] = 15 + over

                    self.assertEqual(changed(renumber), ["descriptor 16"][:over])

                    def redirect(_plan, tile):
                        tile["descriptors"][i]["channel"] = 1 + over

                    self.assertEqual(changed(redirect), ["channel 2"][:over])
                for i in range(len(core["locks"])):
                    def relock(_plan, tile):
                        tile["locks"][i]["id"] = 15 + over

                    self.assertEqual(changed(relock), ["lock 16"][:over])
                for i, argument in enumerate(one_tile.plan(kernel)["arguments"]):
                    def cut(plan, _tile):
                        plan["arguments"][i]["bytes"] -= over

                    self.assertEqual(changed(cut), [f"a task reaches beyond {argument['name']}"][:over])

    def test_the_declared_programs_are_within_the_cores_memory(self):
        declared = {}
        for kernel in compiler.KERNELS:
            found = re.search(r"^Program, estimated: ([\d,]+) bytes", (ROOT / kernel / "README.md").read_text(), re.M)
            declared[kernel] = int(found[1].replace(",", ""))
            self.assertLess(declared[kernel], 16384)
        # attention_self goes with attention_cross, ffn_fused with gelu, in the decoder's step all but gemm_i8.
        step = sum(size for kernel, size in declared.items() if kernel != "gemm_i8") + 2560
        plan = json.loads(subprocess.run([NPU_PROGRAM], capture_output=True, text=True, check=True).stdout)
        cores = [tile for tile in plan["tiles"] if tile["row"] > 1]
        self.assertEqual(len(cores), 16)
        for core in cores:
            self.assertTrue(step <= core["programBytes"] <= 16384, f"{step} of {core['programBytes']}")

    def test_faults_of_a_plan_are_found(self):
        plan = one_tile.plan("gelu")
        plan["tiles"][1]["buffers"][2]["bytes"] = 65536 - plan["tiles"][1]["buffers"][2]["address"]
        self.assertEqual(find_faults(plan), [])
        plan["tiles"][1]["buffers"][2]["bytes"] += 4
        self.assertEqual(find_faults(plan), ["(0, 2) needs 65540 bytes"])
        plan["tiles"][1]["buffers"][1]["address"] -= 4
        self.assertIn("out of (0, 2) overlaps what is before it", find_faults(plan))

    def test_numpy_agrees_with_the_hosts_answers(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("numpy is not installed")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([ANSWERS, "write", folder], check=True)
            for kernel in compiler.KERNELS:
                files = [f"{folder}/{kernel}.in", f"{folder}/{kernel}.out"]
                done = run(ROOT / kernel / "design.py", "--check", *files)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            damaged = bytearray(pathlib.Path(files[1]).read_bytes())
            damaged[2048] ^= 1
            pathlib.Path(files[1]).write_bytes(damaged)
            self.assertEqual(run(ROOT / kernel / "design.py", "--check", *files).returncode, 1)

    def test_the_decoders_design_is_a_module_without_loose_ends(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "program.json"
            path.write_text(subprocess.run([NPU_PROGRAM], capture_output=True, text=True, check=True).stdout)
            done = run(ROOT / "decoder_step" / "design.py", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(undefined_names(done.stdout), set())
            self.assertEqual(done.stdout.count("aie.core("), 16)
            plan = decoder_step.load(path)
            self.assertEqual(done.stdout.count("aie.runtime_sequence"), len(plan["sequences"]))
            tasks = sum(len(sequence["tasks"]) for sequence in plan["sequences"])
            self.assertEqual(done.stdout.count("aiex.dma_start_task"), tasks)
            self.assertEqual(done.stdout.count("aiex.dma_await_task"), tasks)
            plan["tiles"][2]["locks"].pop()
            with self.assertRaisesRegex(decoder_step.Mismatch, "lock"):
                decoder_step.check_locks(plan["tiles"][2])


class Patches(unittest.TestCase):
    def sequence(self):
        def task(column, channel, offset, patch):
            return {"column": column, "channel": channel, "offset": offset, "lengthWords": 3072, "patch": patch,
                    "layer": 2, "index": 1}

        return {"name": "rows1_runs1", "tasks": [task(0, 0, 0, "text"), task(0, 1, 64, "none"), task(3, 1, 640, "window")]}

    def stream(self, sequence):
        """As a compiler might: a length word and two of an offset for each task, between other words."""
        words = []
        for i, task in enumerate(sequence["tasks"]):
            words += [0xABCD, i, task["lengthWords"], 7, task["offset"], 0]
        return struct.pack(f"<{len(words)}I", *words)

    def test_places_are_found_by_moving_what_is_patched(self):
        sequence = self.sequence()
        moved = patches.move({"sequences": [sequence]})["sequences"][0]
        found = patches.find(sequence, self.stream(sequence), self.stream(moved))
        self.assertEqual(
            found,
            [
                {"patch": "text", "layer": 2, "index": 1, "pair": 0, "length_word": 2, "offset_word": 4},
                {"patch": "window", "layer": 2, "index": 1, "pair": 7, "length_word": 14, "offset_word": 16},
            ],
        )

    def test_a_word_that_nobody_explains_is_an_error(self):
        sequence = self.sequence()
        moved = patches.move({"sequences": [sequence]})["sequences"][0]
        other = copy.deepcopy(moved)
        other["tasks"][1]["lengthWords"] += 100
        with self.assertRaisesRegex(toolchain.Failure, "1 words differ that no task explains"):
            patches.find(sequence, self.stream(sequence), self.stream(other))
        with self.assertRaisesRegex(toolchain.Failure, "0 places"):
            patches.find(sequence, self.stream(sequence), self.stream(sequence))


class Toolchain(unittest.TestCase):
    def test_the_lock_pins_versions_and_invents_no_hash(self):
        for package in toolchain.read_lock()["packages"]:
            self.assertRegex(package["version"], r"^\d+\.\d+\.\d+")
            self.assertTrue(package["index"].startswith("https://github.com/Xilinx/"))

    def test_a_wheel_is_trusted_once_by_choice_and_then_held_to_it(self):
        with tempfile.TemporaryDirectory() as folder:
            wheel = pathlib.Path(folder) / "a.whl"
            wheel.write_bytes(b"wheel")
            package = {"name": "a", "version": "1", "sha256": None}
            with self.assertRaisesRegex(toolchain.Failure, "--trust-first-use"):
                toolchain.accept_wheel(package, wheel, False)
            package["sha256"] = toolchain.accept_wheel(package, wheel, True)
            self.assertIsNone(toolchain.accept_wheel(package, wheel, False))
            wheel.write_bytes(b"other")
            with self.assertRaisesRegex(toolchain.Failure, "is not the recorded"):
                toolchain.accept_wheel(package, wheel, True)

    def test_a_lock_that_is_damaged_or_newer_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "lock"
            lock = toolchain.read_lock()
            path.write_text(json.dumps({**lock, "schema": 2}))
            self.assertRaises(toolchain.Failure, toolchain.read_lock, path)
            lock["packages"][0]["sha256"] = "abc"
            path.write_text(json.dumps(lock))
            self.assertRaises(toolchain.Failure, toolchain.read_lock, path)


class Build(unittest.TestCase):
    def test_help_says_what_is_needed(self):
        done = run(ROOT / "build", "--help")
        self.assertEqual(done.returncode, 0)
        for word in ("--dry-run", "--trust-first-use", "xclbinutil", "manifest.json"):
            self.assertIn(word, done.stdout)

    def test_a_dry_run_names_every_step_and_writes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "out"
            done = run(ROOT / "build", "--dry-run", "--out", out, *[f"--design={k}" for k in compiler.KERNELS])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertFalse(out.exists())
        for kernel in compiler.KERNELS:
            for source in compiler.sources(kernel):
                self.assertTrue((ROOT / source).exists(), source)
            self.assertRegex(done.stdout, rf"would run: \S*aiecc .*--xclbin-name={kernel}\.xclbin .*{kernel}\.mlir")
        for package in toolchain.read_lock()["packages"]:
            self.assertIn(f"{package['name']}=={package['version']}", done.stdout)
        self.assertNotIn("\nrun:", done.stdout)
        self.assertNotIn("FP32_EMULATION", done.stdout)

    def test_an_unknown_design_and_a_missing_program_are_refused(self):
        self.assertEqual(run(ROOT / "build", "--design", "other").returncode, 2)
        done = run(ROOT / "build", "--dry-run", "--design", "decoder_step", "--program", "/nowhere/program.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nowhere/program.json", done.stderr)

    def test_the_manifest_has_hashes_of_all(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "gelu").mkdir()
            (folder / "gelu" / "gelu.xclbin").write_bytes(b"x")
            (folder / "gelu" / "insts_main_sequence.bin").write_bytes(bytes(40))
            self.assertRaises(toolchain.Failure, compiler.describe, "gelu", folder / "gelu", ["other"])
            described = compiler.describe("gelu", folder / "gelu", ["sequence"])
            path = compiler.write_manifest(folder, toolchain.read_lock(), [described])
            manifest = json.loads(path.read_text())
        self.assertEqual(manifest["designs"][0]["instructions"][0]["words"], 10)
        self.assertIn("gelu/kernel.cc", manifest["designs"][0]["sources"])
        self.assertIn("common/vec_aie2.h", manifest["designs"][0]["sources"])
        self.assertEqual(len(manifest["designs"][0]["xclbin"]["sha256"]), 64)


    def test_a_program_over_the_cores_memory_is_refused(self):
        def elf(executable, data):
            header = b"\x7fELF\x01\x01\x01" + bytes(9) + struct.pack("<HHIIIIIHHHHHH", 2, 264, 1, 0, 52, 0, 0, 52, 32, 2, 0, 0, 0)
            return header + b"".join(struct.pack("<8I", 1, 0, 0, 0, 0, size, flags, 16)
                                     for size, flags in ((executable, 5), (data, 6)))

        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "core.elf"
            path.write_bytes(elf(16384, 40000))
            self.assertEqual(compiler.measure([path]), 16384)
            path.write_bytes(elf(16400, 0))
            self.assertRaisesRegex(toolchain.Failure, "has 16400 bytes", compiler.measure, [path])


def verify(*arguments):
    return run(ROOT / "verify", "--answers", ANSWERS, "--step-answers", STEP_ANSWERS, *arguments)


@functools.cache
def step_answers():
    """The answers of the decoder's step, by case."""
    with tempfile.TemporaryDirectory() as folder:
        for case in ("rows1_runs1", "rows4_runs4"):
            subprocess.run([STEP_ANSWERS, "write", case, folder], check=True)
        return {path.stem: path.read_bytes() for path in pathlib.Path(folder).glob("*.results")}


def write_step(folder):
    for case, answer in step_answers().items():
        (pathlib.Path(folder) / f"{case}.results").write_bytes(answer)


class Verify(unittest.TestCase):
    def test_the_committed_answers_are_this_builds(self):
        done = subprocess.run([ANSWERS, "list"], capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(done.stdout), one_tile.known_answers())
        done = subprocess.run([STEP_ANSWERS, "list"], capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(done.stdout), json.loads((ROOT / "decoder_step" / "known_answers.json").read_text()))

    def test_a_dry_run_compares_every_part(self):
        done = verify("--dry-run")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        parts = sum(len(case["parts"]) for case in one_tile.known_answers()["cases"])
        # Six parts of the decoder's step in one row, and in four.
        self.assertEqual(done.stdout.count("pass"), parts + 12)
        self.assertIn("nothing ran on an NPU", done.stdout)

    def test_one_bit_of_the_steps_integers_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([ANSWERS, "write", folder], check=True)
            write_step(folder)
            self.assertEqual(verify("--from", folder).returncode, 0)
            path = pathlib.Path(folder) / "rows4_runs4.results"
            answer = path.read_bytes()
            pair = len(answer) // 8
            # Of the last pair: a key of the third layer; a sum of the vocabulary; the number of the step.
            places = {7 * pair + 2 * 1024 + 5: "keys and values 1 apart", 7 * pair + 7 * 1024: "these planes 1 apart",
                      8 * pair - 1024: "step and pages 1 apart"}
            for place, said in places.items():
                damaged = bytearray(answer)
                damaged[place] ^= 1
                path.write_bytes(damaged)
                done = verify("--from", folder)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stdout, f"FAIL  decoder_step rows4_runs4: .*{said}")
                self.assertEqual(done.stdout.count("FAIL"), 1)
            path.write_bytes(answer[:-4])
            self.assertIn(f"is not of {len(answer)} bytes", verify("--from", folder).stderr)
            path.unlink()
            self.assertRegex(verify("--from", folder).stdout, "FAIL  decoder_step rows4_runs4:  not built")

    def test_the_step_is_run_with_the_buffers_of_its_case(self):
        """On a stand-in for XRT's module, which gives back what a run would have left."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            out, stand_in = folder / "out", folder / "stand-in"
            stand_in.mkdir()
            (out / "decoder_step").mkdir(parents=True)
            write_step(folder)
            stand_in.joinpath("numpy.py").write_text("uint8 = 0\nfrombuffer = lambda content, dtype: content\n")
            stand_in.joinpath("pyxrt.py").write_text(PYXRT)
            files = ["decoder_step.xclbin", "rows1_runs1.bin", "rows4_runs4.bin"]
            for file in files:
                (out / "decoder_step" / file).write_bytes(file.encode().ljust(20))
            entries = [{"file": f"decoder_step/{f}", "sha256": toolchain.sha256(out / "decoder_step" / f)} for f in files]
            streams = [{**entry, "sequence": file[:-4]} for entry, file in zip(entries[1:], files[1:])]
            design = {"name": "decoder_step", "kernel_name": "MLIR_AIE", "xclbin": entries[0], "instructions": streams}
            (out / "manifest.json").write_text(json.dumps({"schema": 1, "designs": [design]}))
            environment = {**os.environ, "PYTHONPATH": str(stand_in), "STAND_IN_RESULTS": str(folder)}
            command = [sys.executable, "-B", ROOT / "verify", "--out", out, "--answers", ANSWERS, "--step-answers", STEP_ANSWERS]
            done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, env=environment)
            self.assertEqual(done.stdout.count("pass  decoder_step"), 12, done.stdout + done.stderr)
            self.assertEqual(done.stdout.count("not built"), len(compiler.KERNELS))

    def test_one_bit_of_an_integer_fails_and_one_of_a_float_does_not(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([ANSWERS, "write", folder], check=True)
            path = pathlib.Path(folder) / "gemv_i8.out"
            page = bytearray(path.read_bytes())
            page[256] ^= 1
            path.write_bytes(page)
            write_step(folder)
            self.assertEqual(verify("--from", folder).returncode, 0)
            page[0] ^= 1
            path.write_bytes(page)
            done = verify("--from", folder)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stdout, r"FAIL  gemv_i8: 64 i32 at 0 1 apart")
            path.unlink()
            done = verify("--from", folder)
            self.assertRegex(done.stdout, r"FAIL  gemv_i8:  not built")

    def test_no_number_fails(self):
        part = {"type": "f32", "offset": 0, "count": 2, "tolerance": 1e30}
        answer, result = struct.pack("<2f", 1.0, 2.0), struct.pack("<2f", 1.0, float("nan"))
        self.assertEqual(compare.compare(part, answer, result)[1], False)

    def test_without_a_build_it_says_what_to_do_first(self):
        with tempfile.TemporaryDirectory() as folder:
            done = verify("--out", folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("First: kernels/build", done.stderr)
            for option in ("--answers", "--step-answers"):
                done = verify("--dry-run", option, pathlib.Path(folder) / "none")
                self.assertIn("is missing. Build it", done.stderr)


if __name__ == "__main__":
    if ANSWERS is None or shutil.which(str(ANSWERS)) is None:
        sys.exit(__doc__)
    unittest.main(argv=[sys.argv[0]])
