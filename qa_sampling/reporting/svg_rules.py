"""What an SVG of ours may hold: elements, attributes and values, each written in one way."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBERS = rf"{_NUMBER}(?:[\s,]+{_NUMBER})*"
NAME = r"[A-Za-z_][\w.:-]*"
_COLOUR = r"none|#[0-9a-fA-F]{6}|rgb\(\d{1,3},\d{1,3},\d{1,3}\)"
URL = rf"url\(#({NAME})\)"
_PAINT = rf"{_COLOUR}|{URL}"
_TRANSFORM = rf"(?:(?:matrix|translate|scale|rotate|skewX|skewY)\(\s*{_NUMBERS}\s*\)[\s,]*)*"
_VALUES = {
    "clip-path": URL,
    "d": r"[MmLlHhVvCcSsQqTtZz\d\s,.eE+-]*",
    "fill": _PAINT,
    "fill-opacity": _NUMBER,
    "fill-rule": "nonzero|evenodd",
    "clip-rule": "nonzero|evenodd",
    "font-size": rf"{_NUMBER}(?:px)?",
    "font-style": "normal|italic|oblique",
    "font-weight": "normal|bold|[1-9]00",
    "height": _NUMBER,
    "opacity": _NUMBER,
    "patternUnits": "userSpaceOnUse",
    "preserveAspectRatio": "none|xMidYMid",
    "stroke": _PAINT,
    "stroke-dasharray": rf"none|{_NUMBERS}",
    "stroke-dashoffset": _NUMBER,
    "stroke-linecap": "butt|round|square",
    "stroke-linejoin": "miter|round|bevel",
    "stroke-miterlimit": _NUMBER,
    "stroke-opacity": _NUMBER,
    "stroke-width": rf"{_NUMBER}(?:px)?",
    "text-anchor": "start|middle|end",
    "transform": _TRANSFORM,
    "viewBox": _NUMBERS,
    "width": _NUMBER,
    "x": _NUMBERS,
    "y": _NUMBERS,
}
PATTERNS = {name: re.compile(pattern, re.ASCII) for name, pattern in _VALUES.items()}
_PLACED = {"x", "y"}
_SIZED = _PLACED | {"width", "height"}
_LOOK = {"font-size", "font-style", "font-weight", "opacity", "text-anchor", "clip-rule"} | {
    name for name in _VALUES if name.startswith(("fill", "stroke"))
}
_COMMON = _LOOK | {"clip-path", "transform"}
ELEMENTS = {
    "svg": {"viewBox"},
    "g": _COMMON,
    "defs": set(),
    "path": _COMMON | {"d"},
    "rect": _COMMON | _SIZED,
    "use": _COMMON | _PLACED,
    "text": _COMMON | _PLACED,
    "tspan": _LOOK | _PLACED,
    "clipPath": set(),
    "pattern": _SIZED | {"patternUnits"},
    "image": _COMMON | _SIZED | {"preserveAspectRatio"},
}
"""What a chart may hold: elements, and the attributes of each."""
LEFT_OUT = {"metadata", "title", "desc", "style"}
_IGNORED = {
    "svg": {"width", "height", "version", "xmlns", "xmlns:xlink", "font-family"},
}
_IGNORED_EVERYWHERE = {"xml:space"}
_IGNORED_LOOKS = {"font-family", "font-stretch", "font-variant", "text-align", "image-rendering"}
_FONT = re.compile(
    rf"(?:(?P<style>italic|oblique)\s+)?(?:(?P<weight>bold|[1-9]00)\s+)?(?:[a-z-]+\s+)*"
    rf"(?P<size>{_NUMBER})px\s+[\w\s'\",.-]*",
    re.ASCII,
)
TARGETS = {"fill": "pattern", "stroke": "pattern", "clip-path": "clipPath", "href": "path"}
_LOOKED_UP = re.compile(rf"(?P<call>[a-zA-Z]+)\(|{_NUMBER}", re.ASCII)
_LARGEST = 1_000_000
_FINE = {"scale", "matrix"}


def spread(element: str, attributes: Mapping[str, str]) -> dict[str, str]:
    """Give attributes with the declarations of `style` among them, and without what is moot."""
    moot = _IGNORED.get(element, set()) | _IGNORED_EVERYWHERE
    found = {key: value for key, value in attributes.items() if key not in moot | {"style"}}
    if "xlink:href" in found:
        found["href"] = found.pop("xlink:href")
    if element == "svg":
        for key in ("stroke-linejoin", "stroke-linecap", "id"):
            found.pop(key, None)
    for declaration in attributes.get("style", "").split(";"):
        key, _, value = declaration.partition(":")
        key, value = key.strip(), value.strip()
        if key == "font":
            found |= _font(value)
        elif key and key not in _IGNORED_LOOKS:
            if key not in _LOOK | {"clip-path"}:
                raise ValueError(f"the picture's <{element}> has a style `{named(key)}`")
            found[key] = value
    return found


def _font(value: str) -> dict[str, str]:
    """Give the size, weight and slant of a `font` declaration."""
    said = _FONT.fullmatch(value)
    if not said:
        raise ValueError("the picture's text has a font that cannot be read")
    looks = {"font-size": said["size"], "font-weight": said["weight"], "font-style": said["style"]}
    return {key: look for key, look in looks.items() if look}


def short(value: str) -> str:
    """Give a value with short numbers and a colour without a run of digits."""
    if value.startswith("#"):
        return "rgb({},{},{})".format(*bytes.fromhex(value[1:]))
    fine = False

    def one(found: re.Match[str]) -> str:
        nonlocal fine
        if found["call"]:
            fine = found["call"] in _FINE
            return found[0]
        number = float(found[0])
        if abs(number) > _LARGEST:
            raise ValueError("the picture holds a number that is too large")
        text = f"{number:.{5 if fine else 2}f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text

    return _LOOKED_UP.sub(one, " ".join(value.split()))


def named(name: str) -> str:
    """Give a name for a message: only if it can be one, and short."""
    return name if re.fullmatch(r"[A-Za-z:-]{1,30}", name) else "…"
