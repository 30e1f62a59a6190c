"""The mark at the end of a cell's outputs: what data this kernel has seen since it started.

Seen is what Python itself reports (PEP 578): every parameters model that is made says whether it
asks for the invented authority, and every file of data or database that is opened says where
it is. From the first that is not the invented authority's, the mark is "other" until the
kernel is restarted, since what was read may be kept anywhere in its memory. Before anything was
asked for it is "nothing", and :mod:`qa_sampling.lab.saving` strips as well.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from qa_sampling.lab.saving import INVENTED_ONLY, ORIGIN_TYPE
from qa_sampling.settings.common import ASKED_EVENT, MADE_EVENT, Settings

_DATA = set(
    ".accdb .csv .db .dta .duckdb .feather .jsonl .mdb .ods .parquet .pickle .pkl .sas7bdat .sav "
    ".sqlite .sqlite3 .tsv .xls .xlsb .xlsm .xlsx .zip".split()
)
_WRITES = set("wx")


class Origin:
    """What a kernel has seen.

    Attributes
    ----------
    invented : set of Path
        Folders of the invented authority that were asked for.
    other : bool
        Whether anything else was asked for or opened.
    """

    def __init__(self) -> None:
        self.invented: set[Path] = set()
        self.other = False
        self._opened: set[Path] = set()
        self._made: set[Path] = set()
        self._deaf = False
        here = Path(__file__).parents[1]
        self._ours = {place.resolve() for place in (Path(sys.prefix), Path(sys.base_prefix), here)}

    @property
    def said(self) -> str:
        """What the mark says: "invented", "other" or "nothing"."""
        known = self.invented | self._ours | self._made
        opened = {path.resolve() for path in self._opened}
        self.other |= any(not any(map(path.is_relative_to, known)) for path in opened)
        if self.other:
            return "other"
        return INVENTED_ONLY if self.invented else "nothing"

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take note of an audit event.

        Parameters
        ----------
        event : str
            Its name.
        arguments : tuple
            What it says.
        """
        if self._deaf or event not in _HEARD:
            return
        if event == ASKED_EVENT:
            self._ask(arguments[0])
        elif event == MADE_EVENT:
            self._made.add(arguments[0].resolve())
        elif event == "sqlite3.connect":
            self._note(_database(arguments[0]), any_kind=True)
        elif not _WRITES & set(arguments[1] or ""):
            self._note(arguments[0], any_kind=False)

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Hear nothing for a while: to look at parameters by which nothing is loaded yet."""
        before, self._deaf = self._deaf, True
        try:
            yield
        finally:
            self._deaf = before

    def _ask(self, settings: Settings) -> None:
        if settings.is_invented:
            self.invented.add(settings.outputs_folder.resolve())
        else:
            self.other = True

    def _note(self, name: object, *, any_kind: bool) -> None:
        if isinstance(name, bytes):
            name = os.fsdecode(name)
        if isinstance(name, str | os.PathLike) and str(name) not in ("", ":memory:"):
            path = Path(name)
            if any_kind or path.suffix.lower() in _DATA:
                self._opened.add(path.absolute())


def _database(name: object) -> object:
    """Give the path that a database is opened by, also where it is written as an address."""
    if not (isinstance(name, str) and name.startswith("file:")):
        return name
    place = unquote(urlsplit(name).path)
    return place[1:] if place[2:3] == ":" else place


_HEARD = {ASKED_EVENT, MADE_EVENT, "open", "sqlite3.connect"}
ORIGIN = Origin()
"""Of this process."""


def mark_outputs(shell: Any) -> None:  # noqa: ANN401 (IPython's)
    """Put the mark at the end of every cell's outputs from now on; again changes nothing.

    Parameters
    ----------
    shell : InteractiveShell
        The kernel's shell.
    """
    if getattr(shell, "qa_sampling_marks", False):
        return
    shell.qa_sampling_marks = True
    sys.addaudithook(ORIGIN.hear)
    shell.events.register("post_run_cell", _put_mark)


def _put_mark(result: object = None) -> None:
    from IPython.display import publish_display_data

    publish_display_data({ORIGIN_TYPE: {"origin": ORIGIN.said}})
