"""A page from its template: with the one style sheet, and a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib

from qa_sampling.reporting.share import TEMPLATES, environment


def render_page(template: str, **values: object) -> str:
    """Give a page as HTML that opens offline and asks for nothing.

    Parameters
    ----------
    template : str
        File of the template.
    **values : object
        What it shows; `style` and `style_hash`, the SHA-256 its policy allows, are added.

    Returns
    -------
    str
        HTML, to be written as UTF-8.
    """
    style = "\n" + (TEMPLATES / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    page = environment().get_template(template)
    return page.render(**values, style=style, style_hash=f"sha256-{digest}").strip() + "\n"
