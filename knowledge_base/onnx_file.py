"""Writes the few messages of the ONNX format that a graph needs, so that onnxruntime can load it from memory.

The format is protocol buffers; the field numbers are those of `onnx.proto` (ONNX 1.16, IR version 10).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 10
OPSET = 18
MICROSOFT = "com.microsoft"
"""The operators that onnxruntime adds to the standard ones."""

Part = bytes | memoryview
"""Arrays stay where they are until the whole file is put together."""

_TYPES = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int64): 7}
_FLOAT, _INT = 1, 2
_VARINT, _FIXED_32, _BYTES = 0, 5, 2


@dataclass
class Graph:
    """A graph under construction: every method adds to it and names what it added."""

    nodes: list[bytes] = field(default_factory=list)
    constants: list[Part] = field(default_factory=list)

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add an array of float32, uint8 or int64."""
        dims = b"".join(_number(1, size) for size in values.shape)
        head = dims + _number(2, _TYPES[values.dtype]) + _text(8, name) + _head(9, values.nbytes)
        self.constants += (_head(5, len(head) + values.nbytes) + head, np.ascontiguousarray(values).data.cast("B"))
        return name

    def node(
        self, operator: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **attributes: float
    ) -> str:
        """Add an operator; an empty input is left out. Gives the name of its first output."""
        body = b"".join(_text(1, name) for name in inputs) + b"".join(_text(2, name) for name in outputs)
        body += _text(4, operator) + b"".join(_message(5, _attribute(*row)) for row in attributes.items())
        self.nodes.append(body + _text(7, domain))
        return outputs[0]

    def model(self, given: tuple[str, Sequence[str | int]], wanted: tuple[str, Sequence[str | int]]) -> bytes:
        """Give the file; `given` and `wanted` are name and shape of the float input and output (names: any size)."""
        nodes = b"".join(_message(1, node) for node in self.nodes) + _text(2, "graph")
        ends = _message(11, _value(*given)) + _message(12, _value(*wanted))
        opsets = _message(8, _text(1, "") + _number(2, OPSET)) + _message(8, _text(1, MICROSOFT) + _number(2, 1))
        size = len(nodes) + sum(map(len, self.constants)) + len(ends)
        head = opsets + _number(1, IR_VERSION) + _head(7, size)
        return b"".join((head, nodes, *self.constants, ends))


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _INT)
    return _text(1, name) + _key(2, _FIXED_32) + np.float32(value).tobytes() + _number(20, _FLOAT)


def _value(name: str, shape: Iterable[str | int]) -> bytes:
    sizes = (_number(1, size) if isinstance(size, int) else _text(2, size) for size in shape)
    tensor = _number(1, _FLOAT) + _message(2, b"".join(_message(1, size) for size in sizes))
    return _text(1, name) + _message(2, _message(1, tensor))


def _text(number: int, value: str) -> bytes:
    return _message(number, value.encode())


def _message(number: int, body: bytes) -> bytes:
    return _head(number, len(body)) + body


def _head(number: int, size: int) -> bytes:
    return _key(number, _BYTES) + _varint(size)


def _number(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _varint(value)


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
