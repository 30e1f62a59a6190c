"""The files of an analysis: written into the run's stage, or published by hand, all or nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from qa_sampling import __version__
from qa_sampling.records.keys import keyed_text
from qa_sampling.records.register import Register
from qa_sampling.runs.analyses import basis_of, identifiers_of
from qa_sampling.runs.exercise_grades import short_names_of
from qa_sampling.runs.keyring import load_keys
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
from qa_sampling.settings.analyses import AnalysisSettings

FINISHED = "finished.json"


def publish_files(
    settings: AnalysisSettings, register: Register, write: Callable[[Path], None]
) -> str:
    """Write the files of an analysis; give the name of its folder.

    Within a run of the command line they go into its stage, and it publishes them with the
    pages; by hand they are published here, without pages.

    Parameters
    ----------
    settings : AnalysisSettings
        Checked parameters.
    register : Register
        What the analysis rests on.
    write : callable
        Takes a folder with `restricted` and `shareable` in it and writes the files.

    Raises
    ------
    PublicationError
        When a reference or a staff number stands in what may be shared.
    """
    if staged := os.environ.get(STAGE_VARIABLE):
        write(Path(staged))
        done = {"slug": settings.slug, "basis": basis_of(settings, register)}
        (Path(staged) / FINISHED).write_text(json.dumps(done), encoding="utf-8")
        return settings.slug
    target = settings.outputs_folder / settings.slug
    facts = analysis_facts(settings, register)
    with only_run(settings.outputs_folder, settings.slug):
        if published_before(target, facts):
            return settings.slug
        with stage_for(settings.outputs_folder, settings.slug) as stage:
            write(stage)
            seal(stage, facts, settings, identifiers_of(settings, register))
            publish(stage, target)
    return settings.slug


def analysis_facts(settings: AnalysisSettings, register: Register) -> dict[str, Any]:
    """Give the facts of an analysis's manifest: enough to run it again, no case and no person.

    Parameters
    ----------
    settings, register
        As for :func:`publish_files`.
    """
    return {
        "manifest": "qa_sampling/manifest/v2",
        "authority": settings.authority,
        "analysis": settings.STEM,
        "period": settings.period,
        "first_period": settings.first_period,
        "parameters": settings.record(),
        "basis": basis_of(settings, register),
        "written_with": {"qa-sampling": __version__},
    }


def published_before(folder: Path, facts: dict[str, Any]) -> bool:
    """Say whether a folder is a sound publication of this very analysis.

    Parameters
    ----------
    folder : Path
        Its folder in the outputs.
    facts : dict
        What :func:`analysis_facts` gives.
    """
    if not folder.exists() or faults_of(folder):
        return False
    manifest = read_manifest(folder)
    return all(manifest.get(name) == value for name, value in facts.items())


def seal(
    stage: Path, facts: dict[str, Any], settings: AnalysisSettings, identifiers: Iterable[str]
) -> str:
    """Write the manifest of a finished stage and look through what may be shared.

    Parameters
    ----------
    stage : Path
        Stage of the run.
    facts : dict
        What :func:`analysis_facts` gives.
    settings : AnalysisSettings
        Say where the key is that blinds the restricted manifest.
    identifiers : iterable of str
        What must not be read in it.

    Returns
    -------
    str
        SHA-256 of the manifest.
    """
    key = load_keys(settings).key
    blind = keyed_text(key, "qa_sampling/manifest/v1", f"{settings.slug} {facts['basis']}")
    digest = write_manifest(stage, facts, blind=blind)
    require_no_leak(stage, identifiers, names=short_names_of(settings))
    return digest
