"""The last gate of every run: nothing that names a child or a person in what may be shared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from qa_sampling.errors import PublicationError
from qa_sampling.reporting.layout_numbers import layout_numbers
from qa_sampling.reporting.leaks import leak_scan


def require_no_leak(
    stage: Path, identifiers: Iterable[str], *, by_chance: Collection[str] = ()
) -> None:
    """Refuse to publish when one of these texts stands in what may be shared.

    A number that the size of a file or the layout of a workbook happens to repeat says nothing.

    Parameters
    ----------
    stage : Path
        Stage of a run, with its manifest.
    identifiers : iterable of str
        Case numbers, references, names: what must not be read.
    by_chance : collection of str
        Texts that are published for another reason, such as parts of a seed.

    Raises
    ------
    PublicationError
        When one is found.
    """
    shareable = stage / "shareable"
    passed = {str(path.stat().st_size) for path in stage.rglob("*") if path.is_file()}
    passed |= set(by_chance)
    for path in shareable.glob("*.xlsx"):
        passed |= layout_numbers(path)
    sought = [text for text in identifiers if text not in passed]
    if found := leak_scan([shareable], sought):
        raise PublicationError(
            f"{len(found)} files that may be shared hold case numbers or references, so nothing "
            f"was published. Look for one in the title, the authority's name or the names of "
            f"teams; otherwise it is a fault of the notebook, for whoever maintains it."
        )
