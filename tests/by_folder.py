"""Many small checks as few tests: a test a folder, which names the file that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path

import pytest
from reference_page import PACKAGE


def by_folder(paths: Sequence[Path]) -> Callable[[Callable[[Path], None]], Callable[[str], None]]:
    """Make a check of one module a test of each folder: thousands of tests take a minute."""
    folders: dict[str, list[Path]] = {}
    for path in paths:
        folders.setdefault(path.relative_to(PACKAGE).parent.as_posix(), []).append(path)

    def made(check: Callable[[Path], None]) -> Callable[[str], None]:
        @pytest.mark.parametrize("folder", folders)
        @wraps(check, updated=())
        def test(folder: str) -> None:
            for path in folders[folder]:
                try:
                    check(path)
                except AssertionError as error:
                    error.add_note(f"in {path.relative_to(PACKAGE).as_posix()}")
                    raise

        del test.__wrapped__
        return test

    return made
