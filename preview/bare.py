"""Whether there is anything on the paper at a place: no text, no stroke, no grey seal."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from preview.layout import grown
from preview.schema import Box, Page

_DARKER = 0.7
_TRACE = 0.002


def is_bare(image: NDArray[Any] | None, zone: Box, page: Page) -> bool | None:
    """Tell whether a zone shows only paper, read lines and the rules of tables; None without a picture.

    `image`: the page's picture, grey or BGR. Dark is what is clearly below the zone's own paper, so a shadow
    over the page does no harm; rules that run through the whole zone do not count either.
    """
    if image is None:
        return None
    grey = (image.mean(axis=2) if image.ndim == 3 else image).astype(np.float32)
    left, top, right, bottom = max(0, zone[0]), max(0, zone[1]), zone[2], zone[3]
    spot = grey[top:bottom, left:right]
    if spot.size == 0:
        return None
    dark = spot < _DARKER * float(np.percentile(spot, 80))
    for box in (*(grown(line.box, 6, 6, 6, 6) for line in page.lines), *_edges(page)):
        x0, y0, x1, y1 = box[0] - left, box[1] - top, box[2] - left, box[3] - top
        dark[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = False
    dark[dark.mean(axis=1) > 0.5, :] = False
    return float(dark.mean()) < _TRACE


def _edges(page: Page) -> list[Box]:
    """Give the rules around the cells, as thin boxes."""
    edges: list[Box] = []
    for x0, y0, x1, y1 in page.form_cells:
        edges += [(x0 - 6, y - 6, x1 + 6, y + 6) for y in (y0, y1)]
        edges += [(x - 6, y0 - 6, x + 6, y1 + 6) for x in (x0, x1)]
    return edges
