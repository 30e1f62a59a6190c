"""The files of a month's plan: the coordinator's workbook, the forms, what a verifier needs."""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_sampling import __version__
from qa_sampling.records.forms import load_form, write_audit_forms
from qa_sampling.records.keys import Key, keyed_text
from qa_sampling.records.quality_workbook import write_quality_workbook
from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.reporting.plan_share import TIDY, write_plan_tables
from qa_sampling.reporting.plan_tables import PlanTables
from qa_sampling.reporting.plan_workbook import write_plan_workbook
from qa_sampling.runs.inputs import Inputs
from qa_sampling.runs.leak_gate import require_no_leak
from qa_sampling.runs.publication import (
    STAGE_VARIABLE,
    faults_of,
    only_run,
    publish,
    read_manifest,
    stage_for,
    write_manifest,
)
from qa_sampling.runs.verifying import write_verification
from qa_sampling.sampling.plan import AuditPlan, Frame, folder_name
from qa_sampling.settings.common import home
from qa_sampling.settings.plan import MonthlyAuditPlan

FINISHED = "finished.json"
FORMS = "restricted/forms/"


@dataclass(frozen=True)
class Published:
    """Where a plan's files are.

    Attributes
    ----------
    name : str
        Name of the folder in the outputs, such as "2026-11".
    files : tuple of str
        Paths of the restricted files within it.
    """

    name: str
    files: tuple[str, ...]

    @property
    def forms(self) -> int:
        """How many audit forms there are."""
        return sum(name.startswith(FORMS) for name in self.files)


def publish_plan(
    plan: AuditPlan,
    recorded: RecordedDraw,
    settings: MonthlyAuditPlan,
    inputs: Inputs,
    *,
    tables: PlanTables,
) -> Published:
    """Write a plan's files, all or nothing.

    Within a run of the command line the files go into its stage, and it publishes them with
    the page; by hand they are published here. A sound publication is left as it is.

    Parameters
    ----------
    plan : AuditPlan
        The plan.
    recorded : RecordedDraw
        Its draw in the register.
    settings : MonthlyAuditPlan
        Checked parameters.
    inputs : Inputs
        What the run works on.
    tables : PlanTables
        The protected tables that the page shows, of the ledger of releases. They are not made
        again here: two patterns of hidden counts of the same cases would give counts away.

    Raises
    ------
    DisclosureError
        When a table is not in the ledger.
    PublicationError
        When a case number stands in what may be shared.
    """
    name = folder_name(settings.period, settings.design, recorded.redraw)
    if staged := os.environ.get(STAGE_VARIABLE):
        stage = Path(staged)
        files = write_plan_files(stage, plan, settings, inputs, tables=tables)
        finished = {"draw_id": recorded.draw_id, "redraw": recorded.redraw}
        (stage / FINISHED).write_text(json.dumps(finished), encoding="utf-8")
        return Published(name, files)
    target = settings.outputs_folder / name
    with only_run(settings.outputs_folder, settings.slug):
        if target.exists() and is_whole(target, recorded):
            return Published(name, _restricted(read_manifest(target)["files"]))
        with stage_for(settings.outputs_folder, settings.slug) as stage:
            files = write_plan_files(stage, plan, settings, inputs, tables=tables)
            facts = plan_facts(recorded, settings, inputs)
            digest = write_manifest(stage, facts, blind=blind_of(recorded, inputs))
            require_no_case(stage, plan.frame, seed=recorded.seed)
            publish(stage, target)
    with Register.open(settings.register_location) as register:
        register.record_publication(recorded.draw_id, name, digest)
    return Published(name, files)


def is_whole(folder: Path, recorded: RecordedDraw) -> bool:
    """Say whether a folder is a sound publication of this very draw.

    A form that was filled in where it lay does not count as damage.

    Parameters
    ----------
    folder : Path
        A published folder.
    recorded : RecordedDraw
        The draw in the register.
    """
    faults = [fault for fault in faults_of(folder) if not fault.startswith(FORMS)]
    if faults:
        return False
    manifest = read_manifest(folder)
    said = [manifest.get(name) for name in ("draw_id", "sample_fingerprint", "register_head")]
    return said == [recorded.draw_id, recorded.sample_fingerprint, recorded.head]


def write_plan_files(
    stage: Path,
    plan: AuditPlan,
    settings: MonthlyAuditPlan,
    inputs: Inputs,
    *,
    tables: PlanTables,
) -> tuple[str, ...]:
    """Write the files of a plan into a stage; give the paths of the restricted ones within it.

    Parameters
    ----------
    stage : Path
        Stage of a run (see :mod:`qa_sampling.runs.publication`).
    plan, settings, inputs, tables
        As for :func:`publish_plan`.
    """
    restricted = stage / "restricted"
    name = f"audit_plan_{settings.slug}.xlsx"
    staff, quality = inputs.staff, inputs.quality
    write_plan_workbook(restricted / name, plan, staff=staff, quality=quality)
    write_quality_workbook(restricted / "data_quality.xlsx", quality)
    if staff is not None and len(plan.assignment.table):
        forms = restricted / "forms"
        forms.mkdir()
        form = load_form(home() / "parameters" / "forms" / f"{settings.form}.yml")
        write_audit_forms(forms, plan, form=form, staff=staff, key=inputs.key)
    write_verification(restricted / "verification", plan)
    write_plan_tables(
        stage / "shareable",
        tables,
        plan,
        whose=settings.whose,
        contact=settings.contact,
        released=released_of(settings, plan.draw_id),
    )
    found = (path for path in sorted(stage.rglob("*")) if path.is_file())
    return _restricted(path.relative_to(stage).as_posix() for path in found)


def released_of(settings: MonthlyAuditPlan, draw_id: str) -> set[str]:
    """Give the fingerprints of the tables that the ledger of releases holds of a draw."""
    with Register.open(settings.register_location) as register:
        return set(register.releases(draw_id)["fingerprint"])


def require_no_case(stage: Path, frame: Frame, *, seed: str) -> None:
    """Refuse to publish when a case number or reference stands in what may be shared.

    A number that the seed or a printed count happens to repeat says nothing of a child.

    Parameters
    ----------
    stage : Path
        Stage of a run, with its manifest.
    frame : Frame
        The frame; its link gives case numbers and references.
    seed : str
        Seed of the draw, which is published.

    Raises
    ------
    PublicationError
        When one is found.
    """
    by_chance = set(re.findall(r"[A-Za-z]+|\d+", seed))
    if (tidy := stage / "shareable" / TIDY).is_file():
        with tidy.open(encoding="utf-8", newline="") as handle:
            by_chance |= {row["value"] for row in csv.DictReader(handle)}
    link = frame.link
    require_no_leak(stage, (*link["child_id"], *link["case_ref"]), by_chance=by_chance)


def plan_facts(
    recorded: RecordedDraw, settings: MonthlyAuditPlan, inputs: Inputs
) -> dict[str, Any]:
    """Give the facts of a plan's manifest: enough to run it again, and no child-level data.

    Parameters
    ----------
    recorded, settings, inputs
        As for :func:`publish_plan`.
    """
    from importlib.metadata import version
    from platform import python_version

    packages = ("pandas", "numpy", "scipy", "sqlalchemy", "xlsxwriter", "papermill")
    return {
        "manifest": "qa_sampling/manifest/v2",
        "authority": settings.authority,
        "title": recorded.title,
        "period": settings.period,
        "design": settings.design,
        "draw_id": recorded.draw_id,
        "as_at": recorded.as_at.isoformat(),
        "due": recorded.due.isoformat(),
        "extracts": len(inputs.files),
        "parameters": settings.record(),
        "seed": recorded.seed,
        **_seed_facts(recorded, settings),
        "frame_fingerprint": recorded.frame_fingerprint,
        "sample_fingerprint": recorded.sample_fingerprint,
        "key_id": Key(inputs.key).key_id,
        "register_head": recorded.head,
        "drawn_at": recorded.drawn_at,
        "drawn_with": {"qa-sampling": recorded.library_version},
        "written_with": {"qa-sampling": __version__, "python": python_version()}
        | {name: version(name) for name in packages},
    }


def blind_of(recorded: RecordedDraw, inputs: Inputs) -> str:
    """Give the text that blinds the restricted manifest: the same again, and known to nobody.

    Parameters
    ----------
    recorded, inputs
        As for :func:`publish_plan`.
    """
    return keyed_text(Key(inputs.key), "qa_sampling/manifest/v1", recorded.draw_id)


def _seed_facts(recorded: RecordedDraw, settings: MonthlyAuditPlan) -> dict[str, str]:
    """Say where the seed came from, and when the frame was fixed, from the register."""
    with Register.open(settings.register_location) as register:
        promised = register.commitment(settings.period_start.year)
        fixed = register.find_frame(settings.period, settings.design)
    thrown = "given after the frame was fixed (dice)"
    derived = f"the yearly secret committed as SHA-256 {promised}"
    return {
        "seed_from": derived if promised else thrown,
        "frame_fixed_at": fixed.fixed_at if fixed else "",
        "redraw": str(recorded.redraw),
    }


def _restricted(names: Any) -> tuple[str, ...]:  # noqa: ANN401 (any iterable of paths)
    return tuple(name for name in sorted(names) if name.startswith("restricted/"))
