"""Round red seals: ring text, star, number below; drawn over what is on the sheet."""

from __future__ import annotations

import math
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from eval.papers.canvas import RED, Colour, Sheet
from eval.papers.fonts import font


def seal_image(text: str, radius: int, under: str = "", colour: Colour = RED) -> Image.Image:
    """Draw a seal on a transparent ground; ring text runs over the top, `under` straight below the star."""
    side = radius * 2 + 8
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    c = side / 2
    draw.ellipse([c - radius, c - radius, c + radius, c + radius], outline=(*colour, 255), width=max(3, radius // 22))
    star = [
        (c + (radius * 0.3 if i % 2 == 0 else radius * 0.12) * math.sin(math.pi * i / 5),
         c - (radius * 0.3 if i % 2 == 0 else radius * 0.12) * math.cos(math.pi * i / 5))
        for i in range(10)
    ]  # fmt: skip
    draw.polygon(star, fill=(*colour, 255))
    size = int(min(radius * 0.3, radius * 4.3 / max(len(text), 1)))
    span = min(math.radians(285), math.radians(22) * len(text) * 1.15)
    for place, sign in enumerate(text):
        angle = -span / 2 + span * (place + 0.5) / len(text)
        glyph = Image.new("RGBA", (size * 2, size * 2), (0, 0, 0, 0))
        ImageDraw.Draw(glyph).text(
            (size, size), sign, font=font("serif_bold", size), fill=(*colour, 255), anchor="mm"
        )
        turned = glyph.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        r = radius * 0.78
        image.alpha_composite(turned, (int(c + r * math.sin(angle) - size), int(c - r * math.cos(angle) - size)))
    if under:
        draw.text(
            (c, c + radius * 0.52), under, font=font("serif", int(radius * 0.17)), fill=(*colour, 255), anchor="mm"
        )
    return image


def stamp(sheet: Sheet, rng: Random, text: str, x: float, y: float, radius: int = 150, under: str = "") -> None:
    """Press a seal around (x, y): a little turned, of uneven ink, letting what is below shine through."""
    seal = seal_image(text, radius, under).rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC)
    pixels = np.asarray(seal).astype(np.float32)
    noise = np.random.default_rng(rng.randrange(2**32)).uniform(0.62, 0.95, pixels.shape[:2])
    pixels[..., 3] *= noise
    inked = Image.fromarray(pixels.astype(np.uint8), "RGBA")
    left, top = int(x - inked.width / 2), int(y - inked.height / 2)
    below = sheet.image.crop((left, top, left + inked.width, top + inked.height))
    red = Image.new("RGB", inked.size, RED)
    sheet.image.paste(Image.composite(red, below, inked.getchannel("A")), (left, top))
    sheet.note("seal_text", text)
