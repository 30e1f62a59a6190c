"""The seed of a fixed frame: thrown after it was fixed, or promised before the year began."""

from __future__ import annotations

from qa_sampling.errors import ParameterError, SecretError, SeedNeeded
from qa_sampling.records import keys
from qa_sampling.records.recorded_draw import FixedFrame
from qa_sampling.records.register import Register
from qa_sampling.runs.yearly_secrets import secret_of
from qa_sampling.settings.plan import MonthlyAuditPlan


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
    ParameterError
        When it is too short, is the seed of another draw, or another one holds already.
    SecretError
        When a secret is committed for the year and is not to be found.

    Notes
    -----
    The seed is recorded before anything is drawn with it, and the first one holds.
    """
    named = {"period": settings.period, "design": settings.design}
    drawn = register.find_draw(**named)
    if drawn is not None:
        return drawn.seed
    promised = register.commitment(settings.period_start.year)
    if promised is not None:
        seed = _promised_seed(settings, fixed, promised)
        return register.record_seed(**named, seed=seed, counts=True)
    given = register.find_seed(**named)
    if settings.seed and given not in ("", settings.seed):
        raise ParameterError(
            "`seed`: another seed was given for this frame first, and that one holds. Leave "
            "`seed` blank to go on with it; to start again a redraw has to be agreed."
        )
    if settings.seed and not given:
        _require_fresh(settings.seed, register)
        seed = keys.check_seed(settings.seed)
        given = register.record_seed(**named, seed=seed, counts=fixed.found)
    if given:
        return given
    early = "A seed chosen before the frame was fixed does not count. " if settings.seed else ""
    raise SeedNeeded(
        f"The frame of {settings.slug} is fixed (fingerprint {fixed.fingerprint[:16]}…) and waits "
        f"for its seed. {early}Throw at least ten dice now, before witnesses, and run again with "
        f'-p seed "the digits, as thrown". For unattended runs commit a yearly secret beforehand '
        f"(`qa-sampling secret {settings.period_start.year + 1}`)."
    )


def _promised_seed(settings: MonthlyAuditPlan, fixed: FixedFrame, promised: str) -> str:
    """Derive the seed from the year's secret; refuse another secret, and dice beside it."""
    secret, year = secret_of(settings), settings.period_start.year
    if secret is None or keys.commitment(secret) != promised:
        raise SecretError(
            f"A yearly secret is committed for {year}, but its file is not here or is another. "
            f"Restore it from the backup; dice do not replace it."
        )
    if settings.seed:
        raise ParameterError(
            f"`seed`: a yearly secret is committed for {year}, and every seed of the year "
            f"follows from it. Leave `seed` blank."
        )
    names = (settings.period, settings.design, fixed.fingerprint)
    return keys.seed_from_secret(secret, *names, redraw=fixed.redraw)


def _require_fresh(seed: str, register: Register) -> None:
    """Refuse the seed of another draw: its tickets, and so its cases, would be the same."""
    earlier = register.draws().set_index("seed")["draw_id"]
    if seed in earlier.index:
        raise ParameterError(
            f"`seed` is the seed of {earlier[[seed]].iloc[0]}; the same tickets would come again. "
            f"Throw the dice anew."
        )
