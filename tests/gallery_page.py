"""Make outputs/gallery.html: every picture from invented results, in colour, in grey, on a phone.

For maintainers: `python tests/gallery_page.py`, then open the page and look. Nothing of it is
committed; a test builds it.
"""

from __future__ import annotations

import base64
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "outputs" / "gallery.html"
HEAD = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Gallery of pictures</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 16px/1.45 sans-serif; margin: 1.5rem; color: #1d1d1d; background: #f3f3f3; }
img { background: #fff; max-width: 100%; height: auto; display: block; }
.row { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
.grey img { filter: grayscale(1); }
.shrunk img { width: 360px; }
figure { margin: 0; } figcaption { font-size: .85rem; }
section { margin: 0 0 3rem; } p { max-width: 44rem; }
</style></head><body><h1>Gallery of pictures</h1>
<p>All results are invented. Each picture in colour, in grey, shrunk to 360 pixels, and drawn
for 360 pixels; beneath it what its alt text says.</p>
"""


def gallery() -> dict[str, tuple]:
    """Give every picture: how to draw it, what from, its finding, its words."""
    from picture_factory import PICTURES, plan_pictures

    from qa_sampling.reporting import alt_texts

    found = {}
    for name, (draw, make, title) in PICTURES.items():
        tell = getattr(alt_texts, f"{name.removesuffix('_rare')}_alt")
        found[name] = (draw, make(), title, tell)
    return found | plan_pictures()


def section(name: str, draw, result, title: str, tell) -> str:
    """Give one picture as a section of the page."""
    import matplotlib.pyplot as plt
    from picture_checks import svg_of

    from qa_sampling.reporting import plots

    sources = []
    for width in (plots.WIDTH_INCHES, plots.PHONE_INCHES):
        with plots.at_width(width):
            ax = draw(result, title=title)
        stored = base64.b64encode(svg_of(ax)).decode("ascii")
        pixels = round(96 * ax.figure.get_size_inches()[0])
        sources.append(f'<img src="data:image/svg+xml;base64,{stored}" width="{pixels}"')
        plt.close(ax.figure)
    words = escape(tell(result))
    wide, narrow = (f'{one} alt="{words}">' for one in sources)
    shown = "".join(
        f'<figure class="{kind}">{picture}<figcaption>{kind}</figcaption></figure>'
        for kind, picture in (("colour", wide), ("grey", wide), ("shrunk", wide), ("phone", narrow))
    )
    heading = f"<h2>{escape(title)}</h2><p><code>{name}</code></p>"
    return f'<section>{heading}<div class="row">{shown}</div><p>{words}</p></section>'


def page() -> str:
    """Give the whole page."""
    sections = [section(name, *parts) for name, parts in gallery().items()]
    return HEAD + "\n".join(sections) + "\n</body></html>\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    import matplotlib

    matplotlib.use("Agg")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE)
