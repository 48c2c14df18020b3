"""Reads a screenshot into grey points, so that a scanner can look at it; for 8-bit RGB and RGBA alone."""

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {2: 3, 6: 4}


def grey_points(png: bytes) -> NDArray[np.uint8]:
    """The picture, a point a byte."""
    assert png.startswith(_SIGNATURE)
    place, data, width, height, channels = len(_SIGNATURE), b"", 0, 0, 0
    while place < len(png):
        (length,), kind = struct.unpack(">I", png[place : place + 4]), png[place + 4 : place + 8]
        body = png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8
            channels = _CHANNELS[colour]
        elif kind == b"IDAT":
            data += body
        place += 12 + length
    rows = _unfiltered(zlib.decompress(data), width * channels, height, channels)
    grey: NDArray[np.uint8] = rows.reshape(height, width, channels)[:, :, :3].mean(axis=2).astype(np.uint8)
    return grey


def _unfiltered(data: bytes, stride: int, height: int, step: int) -> NDArray[np.uint8]:
    rows = np.zeros((height, stride), dtype=np.uint8)
    before = bytearray(stride)
    for number in range(height):
        start = number * (stride + 1)
        before = _row(data[start], bytearray(data[start + 1 : start + 1 + stride]), before, step)
        rows[number] = np.frombuffer(bytes(before), dtype=np.uint8)
    return rows


def _row(kind: int, row: bytearray, above: bytearray, step: int) -> bytearray:
    for place in range(len(row)):
        left = row[place - step] if place >= step else 0
        corner = above[place - step] if place >= step else 0
        guess = (0, left, above[place], (left + above[place]) // 2, _paeth(left, above[place], corner))[kind]
        row[place] = (row[place] + guess) & 255
    return row


def _paeth(left: int, above: int, corner: int) -> int:
    near = left + above - corner
    distances = (abs(near - left), abs(near - above), abs(near - corner))
    return (left, above, corner)[distances.index(min(distances))]
