"""Draws an icon.svg as the pictures that browsers and phones want, beside it; run it after the icon changed.

python -m tests.e2e.icons                 the icons that ship: the program's, and that of its first company
python -m tests.e2e.icons FOLDER          those of a folder, such as the icons of a company
"""

import asyncio
import base64
import struct
import sys
from pathlib import Path
from typing import Final

from playwright.async_api import async_playwright

from tests.e2e import chromium

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = (ROOT / "bot" / "web" / "site", ROOT / "kb" / "content" / "icons")
SIZES: Final = {"favicon": 32, "apple-touch-icon": 180, "icon-192": 192, "icon-512": 512}


async def draw(icon: bytes, size: int) -> bytes:
    """A PNG of that size, on the icon's own ground to the very corner: phones cut it into shape themselves."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.find(), args=chromium.arguments())
        page = await browser.new_page(viewport={"width": size, "height": size})
        source = base64.b64encode(icon).decode()
        await page.set_content(
            f'<body style="margin:0;background:#17202b"><img width="{size}" height="{size}" style="display:block" '
            f'src="data:image/svg+xml;base64,{source}">'
        )
        picture = await page.screenshot(type="png")
        await browser.close()
    return picture


def ico(png: bytes, size: int) -> bytes:
    """An .ico with one picture."""
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, size, size, 0, 0, 1, 32, len(png), 22) + png


async def main(folders: tuple[Path, ...]) -> None:
    """Draw them all."""
    if chromium.find() is None:
        sys.exit(chromium.HOW)
    for folder in folders:
        icon = (folder / "icon.svg").read_bytes()
        for name, size in SIZES.items():
            png = await draw(icon, size)
            if name == "favicon":
                (folder / "favicon.ico").write_bytes(ico(png, size))
            else:
                (folder / f"{name}.png").write_bytes(png)


if __name__ == "__main__":
    asyncio.run(main(tuple(map(Path, sys.argv[1:])) or FOLDERS))
