"""Pages that are still a little tilted: places are turned level before reading and turned back in the result."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import cv2
from numpy.typing import NDArray

from preview.schema import Box, FieldValue, Page, Part, Quad, TextLine

_LEVEL_DEG = 0.5
_TOO_MUCH_DEG = 20.0


@dataclass(frozen=True)
class Tilt:
    """A turn about the middle of a page; `degrees` is how far its lines fall to the right."""

    degrees: float = 0.0
    middle: tuple[float, float] = (0.0, 0.0)

    def level(self, x: float, y: float) -> tuple[int, int]:
        """Give where a point of the page stands once the page is level."""
        return self._turned(x, y, -self.degrees)

    def back(self, box: Box) -> Box:
        """Give the upright rectangle on the page around a box of the level page."""
        if not self.degrees:
            return box
        corners = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
        xs, ys = zip(*(self._turned(x, y, self.degrees) for x, y in corners), strict=True)
        return max(0, min(xs)), max(0, min(ys)), max(xs), max(ys)

    def image(self, image: NDArray[Any] | None) -> NDArray[Any] | None:
        """Turn a page's picture level."""
        if image is None or not self.degrees:
            return image
        turn = cv2.getRotationMatrix2D(self.middle, self.degrees, 1.0)
        size = (image.shape[1], image.shape[0])
        level: NDArray[Any] = cv2.warpAffine(
            image, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return level

    def _turned(self, x: float, y: float, degrees: float) -> tuple[int, int]:
        angle = math.radians(degrees)
        dx, dy = x - self.middle[0], y - self.middle[1]
        turned_x = self.middle[0] + dx * math.cos(angle) - dy * math.sin(angle)
        turned_y = self.middle[1] + dx * math.sin(angle) + dy * math.cos(angle)
        return round(turned_x), round(turned_y)


def tilt_of(page: Page) -> Tilt:
    """Measure a page's tilt, the median slope of its longer lines; none below half a degree or with two lines."""
    slopes = [_slope(line.quad) for line in page.lines if _is_long(line.quad)]
    degrees = median(slopes) if len(slopes) >= 3 else 0.0
    if not _LEVEL_DEG <= abs(degrees) <= _TOO_MUCH_DEG:
        return Tilt()
    return Tilt(degrees, (page.width / 2, page.height / 2))


def levelled(page: Page, tilt: Tilt) -> Page:
    """Give the page with all its places turned level; the picture itself is not touched."""
    if not tilt.degrees:
        return page
    lines = tuple(TextLine(line.text, line.score, _quad(line.quad, tilt)) for line in page.lines)
    return replace(
        page,
        lines=lines,
        seals=tuple(replace(seal, box=_moved(seal.box, tilt)) for seal in page.seals),
        ink_boxes=tuple(_moved(box, tilt) for box in page.ink_boxes),
        form_cells=tuple(_shrunk(box, tilt) for box in page.form_cells),
    )


def turned_back(part: Part, tilts: dict[int, Tilt]) -> Part:
    """Give a part with all its places as they are on the pages that were read."""
    if not any(tilt.degrees for tilt in tilts.values()):
        return part

    def value(found: FieldValue) -> FieldValue:
        tilt = tilts.get(found.page)
        return found if tilt is None or found.box is None else replace(found, box=tilt.back(found.box))

    first = tilts.get(part.pages[0], Tilt())
    return replace(
        part,
        region=first.back(part.region) if part.region is not None else None,
        fields={name: value(found) for name, found in part.fields.items()},
        labelled={label: value(found) for label, found in part.labelled.items()},
        blanks=tuple(replace(b, box=tilts.get(b.page, Tilt()).back(b.box)) for b in part.blanks),
        signature_places=tuple(replace(s, box=tilts.get(s.page, Tilt()).back(s.box)) for s in part.signature_places),
        persons=tuple(
            replace(p, name=value(p.name), id_number=value(p.id_number) if p.id_number is not None else None)
            for p in part.persons
        ),
    )


def _slope(quad: Quad) -> float:
    (x0, y0), (x1, y1) = quad[0], quad[1]
    return math.degrees(math.atan2(y1 - y0, x1 - x0))


def _is_long(quad: Quad) -> bool:
    return quad[1][0] - quad[0][0] >= 4 * max(8, quad[3][1] - quad[0][1])


def _quad(quad: Quad, tilt: Tilt) -> Quad:
    a, b, c, d = (tilt.level(x, y) for x, y in quad)
    return a, b, c, d


def _moved(box: Box, tilt: Tilt) -> Box:
    width, height = box[2] - box[0], box[3] - box[1]
    x, y = tilt.level((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return x - width // 2, y - height // 2, x - width // 2 + width, y - height // 2 + height


def _shrunk(box: Box, tilt: Tilt) -> Box:
    """Give the level rectangle of which a box is the upright frame while it was tilted."""
    sine = abs(math.sin(math.radians(tilt.degrees)))
    width, height = box[2] - box[0], box[3] - box[1]
    x, y = tilt.level((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    half_w, half_h = max(width / 3, (width - height * sine) / 2), max(height / 3, (height - width * sine) / 2)
    return round(x - half_w), round(y - half_h), round(x + half_w), round(y + half_h)
