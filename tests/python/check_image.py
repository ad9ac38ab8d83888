"""Opens an image with Pillow and prints what it is as JSON: check_image.py IMAGE [#RRGGBB…]. The colours are counted in pixels."""

import json
import sys

from PIL import Image, ImageColor


def check(path, wanted):
    """What the image at `path` is."""
    with Image.open(path) as image:
        image.load()
        pixels = image.convert("RGB").getcolors(maxcolors=image.width * image.height)
        counts = {colour: count for count, colour in pixels}
        return {
            "format": image.format,
            "mode": image.mode,
            "size": image.size,
            "colours": len(counts),
            "pixels": {colour: counts.get(ImageColor.getrgb(colour), 0) for colour in wanted},
        }


json.dump(check(sys.argv[1], sys.argv[2:]), sys.stdout)
