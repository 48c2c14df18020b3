"""Reads printed QR codes as a scanner does, from the drawing alone."""

import re

import numpy as np
import zxingcpp


def codes_on(sheet: str) -> list[str]:
    """What a scanner reads in each code of a sheet, in their order."""
    return [scan(svg) for svg in re.findall(r"<svg.*?</svg>", sheet, re.DOTALL)]


def scan(svg: str) -> str:
    """What a scanner reads in a code, drawn four points a module."""
    box = re.search(r'viewBox="0 0 (\d+) \d+"', svg)
    path = re.search(r' d="([^"]+)"', svg)
    assert box is not None
    assert path is not None
    modules = np.full((int(box[1]), int(box[1])), 255, dtype=np.uint8)
    column, row = 0.0, 0.0
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path[1]):
        if command == "h":
            modules[int(row), int(column) : int(column + float(first))] = 0
            column += float(first)
        else:
            base_column, base_row = (0.0, 0.0) if command == "M" else (column, row)
            column, row = base_column + float(first), base_row + float(second)
    (found,) = zxingcpp.read_barcodes(np.kron(modules, np.ones((4, 4), dtype=np.uint8)))
    return str(found.text)
