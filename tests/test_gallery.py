"""The gallery page holds every picture, with a title and words, and stands by itself."""

from __future__ import annotations

import re

import matplotlib

matplotlib.use("Agg")

from gallery_page import gallery, page

from qa_sampling.reporting import plots

NO_PICTURES = {"at_width", "drawn_from", "house_style"}


def test_the_gallery_holds_every_picture_and_asks_for_nothing():
    named = {name for name in plots.__all__ if name.islower()} - NO_PICTURES
    assert named == {name.removesuffix("_rare") for name in gallery()}
    text = page()
    assert not re.search(r'(src|href)="(?!data:)', text)
    pictures = re.findall(r"<img [^>]*>", text)
    assert len(pictures) == 4 * len(gallery())
    assert all(re.search(r'alt="[^"]{40,}"', one) for one in pictures)
    for name, (_, _, title, _) in gallery().items():
        assert f"<code>{name}</code>" in text
        assert len(title) > 10
