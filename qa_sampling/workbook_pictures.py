"""Small pictures in the cells of a table, before their words and never in place of them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter.worksheet import Worksheet

__all__ = ["PICTURED", "ROOM", "CellPicture", "place_pictures"]

PICTURED = "pictured"
"""Format of a cell whose words leave room for a picture before them."""
ROOM = 4.0
"""Width in characters that a column needs beside its words."""
_SIDE, _LEFT = 18.0, 5
"""Side of a picture and how far it stands from the left of its cell, in pixels of the screen."""


@dataclass(frozen=True)
class CellPicture:
    """A picture before the words of a cell.

    Attributes
    ----------
    png : bytes
        The picture, as high as wide.
    pixels : int
        Its side.
    words : str
        What it shows, for readers who do not see it.
    """

    png: bytes
    pixels: int
    words: str


def place_pictures(
    sheet: Worksheet,
    top: int,
    frame: pd.DataFrame,
    pictures: Mapping[str, Sequence[CellPicture | None]],
    *,
    heights: Sequence[float],
) -> None:
    """Put pictures into the cells of a table; they move with their cells when rows are sorted.

    Parameters
    ----------
    sheet : Worksheet
        The sheet.
    top : int
        Row of the headings, from 0.
    frame : DataFrame
        The table.
    pictures : mapping of str to sequence of CellPicture or None
        By column one a row; None for none.
    heights : sequence of float
        Heights of the rows in points, the headings' first.
    """
    for column, held in pictures.items():
        place = frame.columns.get_loc(column)
        for row, one in enumerate(held):
            if one is None:
                continue
            scale = _SIDE / one.pixels
            sheet.insert_image(
                top + 1 + row, place, "icon.png",
                {"image_data": io.BytesIO(one.png), "description": one.words, "x_scale": scale,
                 "y_scale": scale, "x_offset": _LEFT, "object_position": 1,
                 "y_offset": max((heights[row + 1] * 96 / 72 - _SIDE) / 2, 1)},
            )  # fmt: skip
