"""What a run works on: the extract, the extra tables, the key and the register, from its settings.

The notebooks and the runner both come here, so that what is checked before a run is what
the run then reads.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from qa_sampling import __version__
from qa_sampling.errors import ParameterError, RegisterError, SecretError, SeedNeeded
from qa_sampling.records import keys
from qa_sampling.records.annex_a import read_annex_a
from qa_sampling.records.cases import build_cases
from qa_sampling.records.extras import read_extras
from qa_sampling.records.recorded_draw import FixedFrame
from qa_sampling.records.register import Register
from qa_sampling.sampling.coordination import next_starts
from qa_sampling.sampling.frame import build_frame
from qa_sampling.sampling.independence import without_eligible_auditor
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import PAST_AUDITS
from qa_sampling.settings import MonthlyAuditPlan, Settings, home

INVENTED_SEED = 2026
_INVENTED_SECRET = keys.Key(
    hashlib.sha256(b"qa-sampling: the invented authority's yearly secret, no secret").digest()
)


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
    paths, tables = settings.extract_paths, settings.extra_tables
    if settings.is_invented:
        tell("writing the invented authority")
        folder = invented_files(settings)
        paths, tables = tuple(sorted(folder.glob("annex_a_*.xlsx"))), str(folder)
    key = load_key(settings)
    tell("reading the extract")
    annex = read_annex_a(list(paths), as_at=settings.extract_day)
    extras = read_extras(settings.place(tables) if tables else None)
    cases = build_cases(annex, as_at=settings.extract_day, staff=extras.staff)
    return Inputs(
        cases=cases,
        staff=extras.staff,
        families=extras.families,
        case_roles=extras.case_roles,
        restricted=extras.restricted,
        past_audits=_known_by(extras.past_audits, settings),
        quality=pd.concat([annex.quality, extras.quality], ignore_index=True),
        files=annex.files,
        key=key,
        cannot_guarantee=tuple(extras.cannot_guarantee),
    )


def load_key(settings: Settings) -> bytes:
    """Give the key of the references: the invented authority's own, or the one of this user.

    Raises
    ------
    SecretError
        When it is missing, damaged, open to others, or inside the project or the outputs.
    """
    if settings.is_invented:
        return keys.INVENTED_KEY.secret
    path = settings.place(settings.key_file) if settings.key_file else None
    return keys.load_key(path, never_inside=(home(), settings.outputs_folder)).secret


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
    from qa_sampling.records.synthetic import invent, write_authority

    day = settings.extract_day
    folder = settings.outputs_folder / f".invented-{__version__}-{day.isoformat()}"
    if folder.is_dir():
        return folder
    authority = invent(INVENTED_SEED)
    first = authority.until - pd.DateOffset(months=24)
    if not first.date() <= day <= authority.until:
        raise ParameterError(
            f"The invented authority can be seen from {first:%B %Y} to {authority.until:%B %Y}; "
            f"`period` {settings.period} asks for {day:%d %B %Y}. Give another period or `extract`."
        )
    draft = folder.with_name(f"{folder.name}-{uuid.uuid4().hex[:8]}")
    before = (pd.Timestamp(day) - pd.DateOffset(months=6) + pd.offsets.MonthEnd(0)).date()
    write_authority(authority, draft, as_at=[before, day])
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():
            raise
    return folder


def open_register(settings: Settings) -> Register:
    """Open the register of the settings, or start it."""
    location = settings.register_location
    if isinstance(location, Path):
        location.parent.mkdir(parents=True, exist_ok=True)
    return Register.open(location, create=True)


def frame_of(settings: MonthlyAuditPlan, inputs: Inputs, register: Register | None) -> Frame:
    """Build the frame as the settings ask, with what the register knew when it was fixed.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    inputs : Inputs
        What the run works on.
    register : Register or None
        Earlier draws and audits; those after this frame was fixed do not count, so that a
        run that is repeated builds the same frame. None when there is no register yet.
    """
    known = (settings.period, settings.design)
    drawn = None if register is None else register.past_audits(known_to=known)
    before = [table for table in (inputs.past_audits, drawn) if table is not None]
    past = pd.concat([table for table in before if len(table)] or [PAST_AUDITS.empty()])
    blocked: list[str] = []
    if inputs.staff is not None:
        referred = inputs.cases.assign(case_ref=_references(inputs.cases, inputs.key))
        roles = roles_by_reference(inputs)
        blocked = without_eligible_auditor(referred, inputs.staff, roles, rules=settings.rules)
    return build_frame(
        inputs.cases,
        settings.eligibility,
        rows=settings.strata_rows,
        columns=settings.strata_columns,
        as_at=settings.extract_day,
        key=inputs.key,
        families=inputs.families,
        restricted=inputs.restricted,
        past_audits=past,
        without_auditor=blocked,
        pool_below=settings.pool_below,
    )


def roles_by_reference(inputs: Inputs) -> pd.DataFrame | None:
    """Give the roles in cases by reference instead of number; None when they are not known."""
    if inputs.case_roles is None:
        return None
    numbers = inputs.case_roles["child_id"]
    found = {number: pseudonym(number, inputs.key) for number in numbers.unique()}
    return inputs.case_roles.assign(case_ref=numbers.map(found)).drop(columns="child_id")


def commit_secret(settings: Settings, register: Register) -> bool:
    """Record the commitment to the year's secret, if there is one; say whether there is."""
    secret = _secret(settings)
    if secret is None:
        return False
    try:
        register.record_commitment(settings.period_start.year, keys.commitment(secret))
    except RegisterError:
        if register.commitment(settings.period_start.year) != keys.commitment(secret):
            return False
    return True


def settle_seed(settings: MonthlyAuditPlan, fixed: FixedFrame, register: Register) -> str:
    """Give the seed of a fixed frame: recorded, given after the fixing, or from the secret.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    fixed : FixedFrame
        The frame as the register fixed it.
    register : Register
        Holds the draw, if there is one, and the commitment to the year's secret.

    Raises
    ------
    SeedNeeded
        When the seed has yet to be thrown, or was chosen before the frame was fixed.
    """
    drawn = register.find_draw(settings.period, settings.design)
    if drawn is not None:
        return drawn.seed
    if settings.seed and fixed.found:
        return keys.check_seed(settings.seed)
    secret = _secret(settings)
    year = settings.period_start.year
    committed = secret is not None and register.commitment(year) == keys.commitment(secret)
    if committed and not settings.seed:
        redraw = fixed.redraw
        names = (settings.period, settings.design, fixed.fingerprint)
        return keys.seed_from_secret(secret, *names, redraw=redraw)
    early = "A seed chosen before the frame was fixed does not count. " if settings.seed else ""
    raise SeedNeeded(
        f"The frame of {settings.slug} is fixed (fingerprint {fixed.fingerprint[:16]}…) and waits "
        f"for its seed. {early}Throw at least ten dice now, before witnesses, and run again with "
        f'-p seed "the digits, as thrown". For unattended runs commit a yearly secret beforehand '
        f"(`qa-sampling secret {year + 1}`)."
    )


def starts_of(settings: MonthlyAuditPlan, register: Register) -> dict[str, str]:
    """Give where the rotation goes on in each stratum; empty without permanent tickets."""
    if not settings.rotation_seed:
        return {}
    table = register.draws()
    earlier = table[(table["period"] < settings.period) & ~table["superseded"]]
    names = earlier.sort_values("period")["draw_id"]
    draws: list[Draw] = [register.get_draw(name).draw for name in names]
    return next_starts(draws, settings.rotation_seed)


def _known_by(past_audits: pd.DataFrame | None, settings: Settings) -> pd.DataFrame | None:
    """Leave out what the invented authority audits after the day that is asked for."""
    if past_audits is None or not settings.is_invented:
        return past_audits
    return past_audits[past_audits["date"] <= pd.Timestamp(settings.extract_day)]


def _references(cases: pd.DataFrame, key: bytes) -> list[str]:
    return [pseudonym(number, key) for number in cases["child_id"]]


def _secret(settings: Settings) -> keys.Key | None:
    if settings.is_invented:
        return _INVENTED_SECRET
    try:
        outside = (home(), settings.outputs_folder)
        return keys.yearly_secret(settings.period_start.year, never_inside=outside)
    except SecretError:
        return None
