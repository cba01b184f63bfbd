"""Writes a placement (tiles, buffers, locks, descriptors, routes, tasks) as MLIR for aiecc.

In: a plan as plain dictionaries, the shape that native/npu/program.cc dumps for the decoder step and that
one_tile.py makes for a single kernel. Out: the text of a module. Nothing here needs the toolchain; what aiecc makes of
the text has never been seen here, because the toolchain could not be had. The spelling is that of mlir-aie 1.4
(`offset = .. len = ..` in dma_bd, lock values as i32 operands, #aie.bd_iteration, aie.runtime_sequence): if another
version wants another spelling, this file is where to change it.

Explicit buffers, locks and descriptors are used rather than ObjectFifos, since the descriptors are the program's data:
the emulator runs them and the checker proves them, and what is compiled should be the same.
"""

# Tasks that a shim channel's queue holds; a task waits for the one that many before it.
QUEUE_DEPTH = 4


def _name(tile):
    return f"%t_{tile['column']}_{tile['row']}"


def buffer_name(tile, buffer):
    return f"{buffer['name']}_{tile['column']}_{tile['row']}"


def _lock_name(tile, lock_id):
    return f"%l_{tile['column']}_{tile['row']}_{lock_id}"


def words(count_bytes):
    """32-bit words of so many bytes."""
    if count_bytes % 4:
        raise ValueError(f"{count_bytes} bytes are not whole words")
    return count_bytes // 4


def memref(count_bytes):
    return f"memref<{words(count_bytes)}xi32>"


def own_buffers(tile):
    """The buffers that get memory of their own: one that lies within another is a view of it."""
    return [b for b in tile["buffers"] if holder(tile, b) is b]


def holder(tile, buffer):
    """The largest buffer that a buffer lies within, which may be itself."""

    def holds(other):
        return (
            other["address"] <= buffer["address"]
            and buffer["address"] + buffer["bytes"] <= other["address"] + other["bytes"]
        )

    return max(filter(holds, tile["buffers"]), key=lambda other: (other["bytes"], other is buffer))


def _bd(tile, descriptor):
    """The lines of one descriptor's block."""
    buffer = next(b for b in tile["buffers"] if b["name"] == descriptor["buffer"])
    owner = holder(tile, buffer)
    offset = words(buffer["address"] - owner["address"] + descriptor["offset"])
    shape = ""
    if descriptor["dimensions"]:
        outermost_first = list(reversed(descriptor["dimensions"]))
        sizes = ", ".join(str(d["wrap"]) for d in outermost_first)
        strides = ", ".join(str(d['strideWords']) for d in outermost_first)
        shape = f" sizes = [{sizes}] strides = [{strides}]"
    attributes = [f"bd_id = {descriptor['id']} : i32", f"next_bd_id = {descriptor['next']} : i32"]
    if descriptor["iterationWrap"] > 1:
        attributes.append(
            f"iteration = #aie.bd_iteration<size = {descriptor['iterationWrap']}, "
            f"stride = {descriptor['iterationStrideWords']}, current = 0>"
        )
    # Names of values are the whole region's.
    acquire, release = f"%a{descriptor['id']}", f"%r{descriptor['id']}"
    return [
        f"{acquire} = arith.constant {descriptor['acquireValue']} : i32",
        f"aie.use_lock({_lock_name(tile, descriptor['acquireLock'])}, AcquireGreaterEqual, {acquire})",
        f"aie.dma_bd(%{buffer_name(tile, owner)} : {memref(owner['bytes'])} offset = {offset} "
        f"len = {descriptor['lengthWords']}{shape}) {{{', '.join(attributes)}}}",
        f"{release} = arith.constant {descriptor['releaseValue']} : i32",
        f"aie.use_lock({_lock_name(tile, descriptor['releaseLock'])}, Release, {release})",
        f"aie.next_bd ^bd{descriptor['next']}",
    ]


def _dma(tile):
    """The DMA of a core or a memory tile: channels, each with its chain of descriptors."""
    if not tile["descriptors"]:
        return []
    by_channel = {}
    for descriptor in tile["descriptors"]:
        by_channel.setdefault((descriptor["direction"], descriptor["channel"]), []).append(descriptor)
    channels = list(by_channel.items())
    kind = "memtile_dma" if tile["row"] == 1 else "mem"
    lines = [f"aie.{kind}({_name(tile)}) {{"]
    for i, ((direction, channel), chain) in enumerate(channels):
        if i > 0:
            lines.append(f"^start{i}:")
        after = f"^start{i + 1}" if i + 1 < len(channels) else "^end"
        lines.append(f"  %c{i} = aie.dma_start({direction}, {channel}, ^bd{chain[0]['id']}, {after})")
        for descriptor in chain:
            lines.append(f"^bd{descriptor['id']}:")
            lines += ["  " + line for line in _bd(tile, descriptor)]
    lines += ["^end:", "  aie.end", "}"]
    return lines


def _routes(plan):
    return [
        f"aie.flow({_name(route['from'])}, DMA : {route['from']['channel']}, {_name(to)}, DMA : {to['channel']})"
        for route in plan["routes"]
        for to in route["to"]
    ]


def _sequence(plan, sequence):
    """What the controller of the array does in a run: tasks of the shim channels in the order given."""
    arguments = ", ".join(f"%arg{i}: {memref(a['bytes'])}" for i, a in enumerate(plan["arguments"]))
    index = {a["name"]: i for i, a in enumerate(plan["arguments"])}
    lines = [f"aie.runtime_sequence @{sequence['name']}({arguments}) {{"]
    started = {}
    for i, task in enumerate(sequence["tasks"]):
        channel = (task["column"], task["direction"], task["channel"])
        queue = started.setdefault(channel, [])
        if len(queue) >= QUEUE_DEPTH:
            lines.append(f"  aiex.dma_await_task(%k{queue.pop(0)})")
        argument = index[task["argument"]]
        type_ = memref(plan["arguments"][argument]["bytes"])
        lines += [
            f"  %k{i} = aiex.dma_configure_task(%t_{task['column']}_0, {task['direction']}, {task['channel']}) {{",
            f"    aie.dma_bd(%arg{argument} : {type_} offset = {words(task['offset'])} len = {task['lengthWords']})",
            "    aie.end",
            "  } {issue_token = true}",
            f"  aiex.dma_start_task(%k{i})",
        ]
        queue.append(i)
    for queue in started.values():
        lines += [f"  aiex.dma_await_task(%k{i})" for i in queue]
    return lines + ["}"]


def module(plan, core_body):
    """The text of the design. `core_body(tile)` gives the lines of a core and the functions that it calls, as
    (lines, [declaration])."""
    declared, bodies = [], []
    for tile in plan["tiles"]:
        if tile["row"] < 2:
            continue
        lines, functions = core_body(tile)
        declared += [f for f in functions if f not in declared]
        bodies.append(f"aie.core({_name(tile)}) {{")
        bodies += ["  " + line for line in lines]
        bodies += ["  aie.end", f"}} {{stack_size = {tile['stackBytes']} : i32}}"]
    lines = list(declared)
    for tile in plan["tiles"]:
        lines.append(f"{_name(tile)} = aie.tile({tile['column']}, {tile['row']})")
    for tile in plan["tiles"]:
        for buffer in own_buffers(tile):
            name = buffer_name(tile, buffer)
            lines.append(
                f"%{name} = aie.buffer({_name(tile)}) {{sym_name = \"{name}\", address = {buffer['address']} : i32}} "
                f": {memref(buffer['bytes'])}"
            )
        for lock in tile["locks"]:
            lines.append(
                f"{_lock_name(tile, lock['id'])} = aie.lock({_name(tile)}, {lock['id']}) "
                f"{{init = {lock['initial']} : i32}}"
            )
    lines += _routes(plan) + bodies
    for tile in plan["tiles"]:
        lines += _dma(tile)
    for sequence in plan["sequences"]:
        lines += _sequence(plan, sequence)
    return "\n".join(["module {", "  aie.device(npu1) {", *("    " + line for line in lines), "  }", "}", ""])
