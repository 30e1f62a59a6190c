"""The last gate of every run: nothing that names a child or a person in what may be shared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from qa_sampling.errors import PublicationError
from qa_sampling.reporting.layout_numbers import layout_numbers
from qa_sampling.reporting.leaks import leak_scan, name_scan

_OF_NAMES = "May, Will and Jo are words and names"


def require_no_leak(
    stage: Path,
    identifiers: Iterable[str],
    *,
    by_chance: Collection[str] = (),
    names: Collection[str] = (),
) -> None:
    """Refuse to publish when one of these texts stands in what may be shared.

    A number that the size of a file that may be shared happens to repeat says nothing; nor does,
    within a workbook, its own layout.

    Parameters
    ----------
    stage : Path
        Stage of a run, with its manifest.
    identifiers : iterable of str
        Case numbers, references, names: what must not be read.
    by_chance : collection of str
        Texts that are published for another reason, such as parts of a seed.
    names : collection of str
        Names of people that are too short to be looked for like references.

    Raises
    ------
    PublicationError
        When one is found.
    """
    files = sorted(path for path in (stage / "shareable").rglob("*") if path.is_file())
    passed = {str(path.stat().st_size) for path in files} | set(by_chance)
    sought, found = set(identifiers) - passed, []
    laid_out = {path: layout_numbers(path) & sought for path in files if path.suffix == ".xlsx"}
    apart = {path: numbers for path, numbers in laid_out.items() if numbers}
    found += leak_scan([path for path in files if path not in apart], sought)
    for path, numbers in apart.items():
        found += leak_scan([path], sought - numbers)
    if names and (named := name_scan(files, names)):
        raise PublicationError(
            f"{len({leak.file for leak in named})} files that may be shared hold a word that is "
            f"the whole name of somebody who graded, as {_OF_NAMES}, so nothing was published. "
            "Write first and last name of everybody in the file of grades. If it was no word of "
            "the page by chance, look for the name in the title, the contact and the exercise's "
            "name."
        )
    if found:
        number = len({leak.file for leak in found})
        raise PublicationError(
            f"{number} files that may be shared hold case numbers or references, so nothing "
            f"was published. Look for one in the title, the authority's name or the names of "
            f"teams; otherwise it is a fault of the notebook, for whoever maintains it."
        )
