"""What a run works on: the extract, the extra tables, the key and the register, from its settings.

The notebooks and the runner both come here, so that what is checked before a run is what
the run then reads.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling import __version__
from qa_sampling.errors import ExtractError, ParameterError
from qa_sampling.records.annex_a import AnnexA, read_annex_a
from qa_sampling.records.annex_a_layout import LISTS
from qa_sampling.records.cases import build_cases
from qa_sampling.records.extras import Extras, read_extras
from qa_sampling.records.quality import FaultLog, combine_quality
from qa_sampling.records.register import Register
from qa_sampling.runs.invented_kept import kept, kept_folder
from qa_sampling.runs.keyring import load_keys
from qa_sampling.settings.common import Settings

if TYPE_CHECKING:
    from qa_sampling.records.synthetic import Authority

INVENTED_SEED = 2026
_LISTS_OF_CASES = (6, 7, 8)


@dataclass(frozen=True)
class Inputs:
    """Everything a plan is made from. Restricted: it holds children's numbers.

    Attributes
    ----------
    cases : DataFrame
        ``schema.CASES``.
    staff, families, case_roles, restricted, past_audits : DataFrame or None
        The extra tables that were given.
    quality : DataFrame
        ``schema.QUALITY``: faults of all files and what was done.
    files : tuple of str
        Names of the extracts.
    key : bytes
        Secret key of the references.
    earlier_keys : tuple of bytes
        Keys of before its rotations that are still kept, oldest first.
    cannot_guarantee : tuple of str
        What cannot be guaranteed without the tables that are absent.
    """

    cases: pd.DataFrame
    staff: pd.DataFrame | None
    families: pd.DataFrame | None
    case_roles: pd.DataFrame | None
    restricted: pd.DataFrame | None
    past_audits: pd.DataFrame | None
    quality: pd.DataFrame
    files: tuple[str, ...]
    key: bytes = field(repr=False)
    cannot_guarantee: tuple[str, ...] = ()
    earlier_keys: tuple[bytes, ...] = field(default=(), repr=False)


def load_inputs(settings: Settings, *, progress: Callable[[str], None] | None = None) -> Inputs:
    """Read what the settings name; write the invented authority first when they name that.

    Parameters
    ----------
    settings : Settings
        Checked parameters.
    progress : callable, optional
        Told each step in words.

    Raises
    ------
    ExtractError
        With every fault of the files that cannot be mended.
    SecretError
        When the key is missing or out of place.
    """
    tell = progress or (lambda step: None)
    if settings.is_invented:
        tell("writing the invented authority")
        invented_files(settings)
    ring = load_keys(settings)
    tell("reading the extract")
    annex, extras = read_extracts(settings)
    _require_whole(annex)
    cases = build_cases(annex, as_at=settings.extract_day, staff=extras.staff)
    matches = _matches(extras, annex)
    return Inputs(
        cases=cases,
        staff=extras.staff,
        families=extras.families,
        case_roles=extras.case_roles,
        restricted=extras.restricted,
        past_audits=known_by(extras.past_audits, settings),
        quality=combine_quality([annex.quality, extras.quality, matches]),
        files=annex.files,
        key=ring.key.secret,
        earlier_keys=tuple(key.secret for key in ring.earlier),
        cannot_guarantee=tuple(extras.cannot_guarantee),
    )


_NUMBERS: dict[tuple[object, ...], frozenset[str]] = {}
"""Case numbers of the files that this process has read, as the files lay then. Restricted."""


def case_numbers(settings: Settings) -> frozenset[str]:
    """Give every case number in the extract and the extra tables. Restricted.

    Files that this process has read, and that have not changed since, are not read again.

    Raises
    ------
    ExtractError
        With every fault of the files that cannot be mended.
    """
    lying = _as_they_lie(settings)
    if lying not in _NUMBERS:
        read_extracts(settings)
    return _NUMBERS[lying]


def read_extracts(settings: Settings) -> tuple[AnnexA, Extras]:
    """Read the extracts and the extra tables as they are.

    Parameters
    ----------
    settings : Settings
        Say where they are.

    Raises
    ------
    ExtractError
        With every fault of the files that cannot be mended.
    """
    lying = _as_they_lie(settings)
    paths, tables = _places(settings)

    def read() -> tuple[AnnexA, Extras]:
        return read_annex_a(list(paths), as_at=settings.records_day), read_extras(tables)

    of_days = f"read-{settings.extract_day}-{settings.records_day}"
    annex, extras = kept(of_days, read) if settings.is_invented else read()
    _NUMBERS[lying] = _numbers_in(annex, extras)
    return annex, extras


def _places(settings: Settings) -> tuple[tuple[Path, ...], Path | None]:
    """Give the extracts, and where the extra tables are; write those of the invented authority."""
    if settings.is_invented:
        folder = invented_files(settings)
        return tuple(sorted(folder.glob("annex_a_*.xlsx"))), folder
    tables = settings.extra_tables
    return settings.extract_paths, settings.place(tables) if tables else None


def _as_they_lie(settings: Settings) -> tuple[object, ...]:
    """Tell whether files are still those that were read: their names, sizes and times."""
    paths, tables = _places(settings)
    named = [*paths, *([tables] if tables else [])]
    inside = [file for path in named if path.is_dir() for file in sorted(path.rglob("*"))]
    held = [(path, path.stat()) for path in (*named, *inside) if path.exists()]
    stamps = tuple((str(path), told.st_size, told.st_mtime_ns) for path, told in held)
    return (settings.records_day, tuple(map(str, paths)), str(tables), stamps)


def _numbers_in(annex: AnnexA, extras: Extras) -> frozenset[str]:
    tables = [*annex.lists.values(), extras.families, extras.case_roles, extras.restricted]
    tables.append(extras.past_audits)
    columns = [table["child_id"] for table in tables if table is not None and "child_id" in table]
    return frozenset(str(number) for column in columns for number in column.dropna())


@cache
def invented_authority() -> Authority:
    """Give the invented authority; invented once a process, and never to be altered."""
    from qa_sampling.records.synthetic import invent

    return kept("authority", lambda: invent(INVENTED_SEED))


def invented_files(settings: Settings) -> Path:
    """Write the invented authority's files into the outputs, once; give their folder.

    Parameters
    ----------
    settings : Settings
        Its as-at day is the day of the newest extract; one of half a year before is beside it.

    Raises
    ------
    ParameterError
        When the authority has no records of that day.
    """
    from qa_sampling.records.synthetic import write_authority

    day = settings.extract_day
    folder = settings.outputs_folder / f".invented-{__version__}-{day.isoformat()}"
    if folder.is_dir():
        return folder
    authority = invented_authority()
    first = authority.until - pd.DateOffset(months=24)
    if not first.date() <= day <= authority.until:
        raise ParameterError(
            f"The invented authority can be seen from {first:%B %Y} to {authority.until:%B %Y}; "
            f"`period` {settings.period} asks for {day:%d %B %Y}. Give another period or `extract`."
        )
    draft = folder.with_name(f"{folder.name}-{uuid.uuid4().hex[:8]}")
    before = (pd.Timestamp(day) - pd.DateOffset(months=6) + pd.offsets.MonthEnd(0)).date()

    def write(to: Path) -> None:
        write_authority(authority, to, as_at=[before, day])

    kept_folder(f"files-{day}", draft, write)
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():
            raise
    return folder


def open_register(settings: Settings, *, create: bool = True) -> Register:
    """Open the register of the settings, or start it.

    Parameters
    ----------
    settings : Settings
        Say where it is.
    create : bool
        Whether it is started when there is none.

    Raises
    ------
    RegisterError
        When there is none and it is not to be started.
    """
    location = settings.register_location
    if isinstance(location, Path) and create:
        location.parent.mkdir(parents=True, exist_ok=True)
    return Register.open(location, create=create)


def register_is_there(settings: Settings) -> bool:
    """Say whether there is a register: a file, or any database that an address names."""
    location = settings.register_location
    return not isinstance(location, Path) or location.exists()


def _require_whole(annex: AnnexA) -> None:
    """Refuse an extract without a list of open cases: its children would have no chance."""
    missing = [number for number in _LISTS_OF_CASES if number in annex.absent]
    if missing:
        names = ", ".join(f"{number} ({LISTS[number].title})" for number in missing)
        raise ExtractError(
            f"The extract lacks list {names}, so those children would have no chance of being "
            f"drawn. Give the whole extract; a list without children is a header alone."
        )


def _matches(extras: Extras, annex: AnnexA) -> pd.DataFrame:
    """Say how many numbers of each extra table the extract knows; stop on lost leading zeros."""
    log = FaultLog()
    lists = [rows["child_id"] for rows in annex.lists.values() if "child_id" in rows]
    known = {number for column in lists for number in column}
    bare = {number.lstrip("0") for number in known}
    for name in ("restricted", "past_audits", "families", "case_roles"):
        table = getattr(extras, name)
        if table is None or table.empty:
            continue
        numbers = set(table["child_id"])
        found = numbers & known
        lost = {number for number in numbers - known if number.lstrip("0") in bare}
        if lost:
            log.add(
                "stop", name, name, "numbers match children only without their leading zeros",
                "Save the table with the numbers as text, as the extract has them.",
                column="child_id", count=len(lost),
            )  # fmt: skip
        log.add(
            "note", name, name,
            f"{len(found)} of {len(numbers)} children of the table are in the extract",
            "Others do nothing. Look whether that is what you expect.",
            column="child_id", count=len(numbers) - len(found),
        )  # fmt: skip
    log.raise_if_stopped("The extra tables")
    return log.table()


def known_by(past_audits: pd.DataFrame | None, settings: Settings) -> pd.DataFrame | None:
    """Leave out what the invented authority audits after the day that is asked for.

    Parameters
    ----------
    past_audits : DataFrame or None
        Audits with their `date`.
    settings : Settings
        Checked parameters; those of a real authority leave the table as it is.
    """
    if past_audits is None or not settings.is_invented:
        return past_audits
    return past_audits[past_audits["date"] <= pd.Timestamp(settings.extract_day)]
