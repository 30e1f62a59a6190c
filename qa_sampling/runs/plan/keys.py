"""What a rotated key means for a plan: children who are back, frames and rounds of before."""

from __future__ import annotations

from qa_sampling.errors import RegisterError
from qa_sampling.records import keys
from qa_sampling.records.key_rotation import links_to
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import Inputs
from qa_sampling.settings.plan import MonthlyAuditPlan


def returning_links(
    settings: MonthlyAuditPlan, inputs: Inputs, register: Register | None
) -> dict[str, str]:
    """Give links for children who were in no file when the key was rotated and are back now.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters; for a frame that is fixed already nothing is linked any more.
    inputs : Inputs
        The cases, their families, the key, and the earlier keys that are kept.
    register : Register or None
        Knows earlier references.

    Returns
    -------
    dict of str to str
        From a recorded reference to the same case's reference now; most often empty.
    """
    if register is None or not inputs.earlier_keys:
        return {}
    if register.find_frame(settings.period, settings.design) is not None:
        return {}
    tables = [table for table in (inputs.cases, inputs.families) if table is not None]
    return links_to(
        [number for table in tables for number in table["child_id"].dropna()],
        keys.Key(inputs.key),
        current=None,
        earlier=[keys.Key(secret) for secret in inputs.earlier_keys],
        recorded=register.recorded_references(),
        latest=register.latest_references(),
    )


def require_own_key(settings: MonthlyAuditPlan, key_id: str, register: Register) -> None:
    """Refuse a frame of another key than it was fixed with, and tickets of before a rotation.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    key_id : str
        Id of the key at hand.
    register : Register
        Knows the frame, if it is fixed, and the draws of before.

    Raises
    ------
    RegisterError
        When the frame was fixed with another key, or an earlier key's draw used these
        permanent tickets.
    """
    held = register.find_frame(settings.period, settings.design)
    if held is None:
        _require_own_round(settings, key_id, register)
    elif held.parameters.get("key_id", key_id) != key_id:
        raise RegisterError(
            f"The frame of {settings.slug} was fixed with key {held.parameters['key_id']}, and "
            f"this one is {key_id}. Restore that key beside the current one (docs/references.md "
            f"says under which name)."
        )


def _require_own_round(settings: MonthlyAuditPlan, key_id: str, register: Register) -> None:
    """Refuse permanent tickets of before a rotation: their order is another one now."""
    if not settings.rotation_seed:
        return
    for name in register.draws()["draw_id"]:
        used = register.get_draw(name).parameters.get("ticket_seed")
        if used == settings.rotation_seed and register.key_id_of(name) not in ("", key_id):
            months = settings.not_audited_within_months
            out = f"who was audited in the last {months} months stays out" if months else (
                "nobody stays out for an earlier audit, since `not_audited_within_months` is 0"
            )  # fmt: skip
            raise RegisterError(
                f"`rotation_seed`: {name} used it before the key was rotated. Tickets come from "
                f"references, so its order is another one now and the round cannot go on. Give a "
                f"new rotation_seed; {out}."
            )
