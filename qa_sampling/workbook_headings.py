"""Titles and headings of a workbook tagged as what they are: the cell styles Heading 1 and 2.

Assistive technology finds headings by their style, not by their size. The writer of our
workbooks knows no named cell styles, so they are put into the finished file, whose other parts
stay as they are, byte for byte.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

_STYLES = "xl/styles.xml"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_HEADINGS = ((16, "Heading 1", 16), (13, "Heading 2", 17))
"""Size of the font in points, name of the cell style, and its number in ECMA-376, annex G.2."""


def tag_headings(path: Path) -> Path:
    """Tag all cells in the fonts of titles and headings in a finished workbook; give its path.

    Parameters
    ----------
    path : Path
        A workbook that this package has just written; it is written again.
    """
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[_STYLES] = _tagged(parts[_STYLES].decode("utf-8")).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, _FIRST_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, part)
    return path


def _tagged(styles: str) -> str:
    """Add the styles that are used, and refer to them in the formats of their font."""
    fonts = re.findall(r"<font>.*?</font>", _section(styles, "fonts"), re.DOTALL)
    sizes = [re.search(r'<sz val="([\d.]+)"', font) for font in fonts]
    formats = _section(styles, "cellXfs")
    bases, names = _section(styles, "cellStyleXfs"), _section(styles, "cellStyles")
    tagged, more_bases, more_names = formats, "", ""
    for size, name, builtin in _HEADINGS:
        places = [at for at, found in enumerate(sizes) if found and float(found[1]) == size]
        if not places:
            continue
        number = bases.count("<xf ") + more_bases.count("<xf ")
        for at in places:
            font = f'fontId="{at}" '
            pattern = rf'(<xf [^>]*?{font}[^>]*?)xfId="0"'
            tagged = re.sub(pattern, rf'\1xfId="{number}"', tagged)
        more_bases += f'<xf numFmtId="0" fontId="{places[0]}" fillId="0" borderId="0"/>'
        more_names += f'<cellStyle name="{name}" xfId="{number}" builtinId="{builtin}"/>'
    styles = styles.replace(formats, tagged)
    styles = styles.replace(bases, _longer(bases, more_bases, "xf"))
    return styles.replace(names, _longer(names, more_names, "cellStyle"))


def _section(styles: str, name: str) -> str:
    return re.search(rf"<{name}[ >].*?</{name}>", styles, re.DOTALL)[0]


def _longer(section: str, more: str, element: str) -> str:
    """Add elements before the end of a section, and count again."""
    opening, _, rest = section.partition(">")
    inner, _, end = rest.rpartition("</")
    count = len(re.findall(rf"<{element} ", inner + more))
    opening = re.sub(r'count="\d+"', f'count="{count}"', opening)
    return f"{opening}>{inner}{more}</{end}"
