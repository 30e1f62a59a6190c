"""The monthly plan, whole: from files to published folder, again, otherwise, and refused."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from small_authority import own_values, write_small
from workbook_rules import check_workbook

from qa_sampling import runner
from qa_sampling.errors import (
    AllocationError,
    ExtractError,
    FrameError,
    NotebookError,
    ParameterError,
    PublicationError,
    RegisterError,
    SecretError,
    SeedNeeded,
    VerificationError,
)
from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.records.keys import commitment, create_key, yearly_secret
from qa_sampling.records.register import Register
from qa_sampling.reporting.browser import find_browser
from qa_sampling.reporting.report import leak_scan
from qa_sampling.runs.inputs import load_inputs, open_register
from qa_sampling.runs.plan import run as plan_run
from qa_sampling.runs.plan.checking import compare_with_register, explain_case, verify_folder
from qa_sampling.runs.publication import faults_of, read_manifest

PLAN = "monthly_audit_plan"
ROOT = Path(__file__).parents[1]
DICE = "6153 4421 6635 2214"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_small(tmp_path_factory.mktemp("data"))


@pytest.fixture
def out(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path / "out"))
    create_key()
    return tmp_path / "out"


@pytest.fixture(scope="module")
def drawn(written, tmp_path_factory):
    """One month, fixed, thrown for and published; tests take copies."""
    base = tmp_path_factory.mktemp("drawn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_KEYS", str(base / "keys"))
        patch.setenv("QA_SAMPLING_OUTPUTS", str(base / "out"))
        create_key()
        values = own_values(written)
        with pytest.raises(SeedNeeded, match=r"is fixed .fingerprint .* waits for its seed"):
            runner.run(PLAN, values)
        result = runner.run(PLAN, values | {"seed": DICE})
    assert result.outcome == "published"
    return base


@pytest.fixture
def copy(drawn, tmp_path, monkeypatch):
    shutil.copytree(drawn, tmp_path / "copy")
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "copy" / "keys"))
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path / "copy" / "out"))
    return tmp_path / "copy" / "out"


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestPublished:
    def test_every_file_is_there_and_listed(self, copy):
        folder = copy / "2026-11"
        assert faults_of(folder) == ()
        names = set(files(folder))
        assert {
            "restricted/audit_plan_2026-11.xlsx",
            "restricted/data_quality.xlsx",
            "restricted/10_monthly_audit_plan.ipynb",
            "restricted/verification/frame.csv",
            "restricted/verification/draw.json",
            "restricted/verification/verify_draw.py",
            "shareable/audit_plan.html",
            "shareable/audit_plan_tables.csv",
            "shareable/audit_plan_tables.xlsx",
            "shareable/manifest.json",
        } <= names
        forms = [name for name in names if name.startswith("restricted/forms/")]
        with Register.open(copy / "register.sqlite") as register:
            recorded = register.find_draw("2026-11", "monthly")
        assert len(forms) == recorded.assignment.table["auditor_id"].nunique()
        assert len(recorded.draw.cases) == 12

    def test_the_manifest_is_enough_to_run_again(self, copy):
        manifest = read_manifest(copy / "2026-11")
        assert manifest["seed"] == DICE
        again = read_parameters(PLAN, manifest["parameters"], closed=True)
        assert again.audits == 12
        assert {"pandas", "numpy", "python"} <= set(manifest["written_with"])

    def test_it_verifies_in_three_ways(self, copy):
        folder = copy / "2026-11"
        assert verify_folder(folder) == ()
        place = folder / "restricted" / "verification"
        alone = subprocess.run(
            [sys.executable, "-I", "-S", "verify_draw.py", "frame.csv", "draw.json"],
            cwd=place,
            capture_output=True,
            text=True,
        )
        assert alone.returncode == 0, alone.stdout
        assert alone.stdout.startswith("YES: all 12 audits follow")

    def test_nothing_that_may_be_shared_names_a_child(self, copy, written):
        settings = read_parameters(PLAN, own_values(written))
        children = load_inputs(settings).cases["child_id"]
        record = json.loads(
            (copy / "2026-11/restricted/verification/draw.json").read_text(encoding="utf-8")
        )
        references = [row[0] for row in record["sample"]]
        assert not leak_scan([copy / "2026-11" / "shareable"], [*children, *references])
        page = (copy / "2026-11/shareable/audit_plan.html").read_text(encoding="utf-8")
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert "https://" not in page
        assert "12 of the" in page

    def test_the_restricted_page_says_what_it_is(self, copy):
        path = copy / "2026-11/restricted/audit_plan_restricted.html"
        page = path.read_text(encoding="utf-8")
        assert "<title>Restricted: " in page
        assert "<strong>Restricted.</strong>" in page
        assert "Independence rules, and how they were held" in page
        assert "dataframe" not in page
        shared = (copy / "2026-11/shareable/audit_plan.html").read_text(encoding="utf-8")
        assert "Independence rules, and how they were held" not in shared
        assert shared.count('<svg role="img"') == page.count('<svg role="img"') == 3
        assert "<img" not in shared

    def test_file_names_hold_no_child(self, copy, written):
        settings = read_parameters(PLAN, own_values(written))
        children = set(load_inputs(settings).cases["child_id"])
        names = " ".join(files(copy))
        assert not [child for child in children if child in names]

    def test_the_restricted_notebook_holds_no_case_number(self, copy, written):
        settings = read_parameters(PLAN, own_values(written))
        children = load_inputs(settings).cases["child_id"]
        text = (copy / "2026-11/restricted/10_monthly_audit_plan.ipynb").read_text("utf-8")
        sources = json.loads(text)["cells"]
        shown = json.dumps([cell.get("outputs") for cell in sources if cell.get("outputs")])
        assert not [child for child in children if f'"{child}"' in shown or f">{child}<" in shown]

    def test_explained(self, copy, written):
        settings = read_parameters(PLAN, own_values(written))
        folder = copy / "2026-11"
        record = json.loads((folder / "restricted/verification/draw.json").read_text("utf-8"))
        drawn = next(row for row in record["sample"] if row[2] == "sample")
        assert explain_case(folder, drawn[0], settings).sentence.endswith("drawn.")
        cases = load_inputs(settings).cases
        closed = cases.loc[~cases["is_open"], "child_id"].iloc[0]
        assert "Not in the frame: closed" in explain_case(folder, closed, settings).sentence
        with pytest.raises(FrameError, match="not in this month's population"):
            explain_case(folder, "no such case", settings)

    def test_a_folder_without_a_draw(self, tmp_path, written):
        with pytest.raises(VerificationError, match="holds no draw that could be verified"):
            verify_folder(tmp_path)

    @pytest.mark.parametrize(
        ("name", "change", "words"),
        [
            ("draw.json", lambda text: text.replace(DICE, DICE[::-1]), "does not draw it|differ"),
            ("frame.csv", lambda text: text.replace("\n", "\nX", 1), "not the one that was fixed"),
            ("frame.csv", lambda text: "a,b\n1,2\n", "cannot be derived again"),
            ("draw.json", lambda text: "[]", "cannot be derived again"),
            (
                "draw.json",
                lambda text: text.replace('"strata": {', '"strata": "", "x": {'),
                "again",
            ),
        ],
    )
    def test_tampering_is_named(self, copy, name, change, words):
        path = copy / "2026-11" / "restricted" / "verification" / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        faults = " ".join(verify_folder(copy / "2026-11"))
        assert f"{name} was altered after it was published" in faults
        assert pd.Series([faults]).str.contains(words).all()

    @pytest.mark.parametrize("draw_id", [None, "another"])
    def test_a_manifest_of_no_draw_of_the_register_is_told(self, copy, draw_id):
        path = copy / "2026-11" / "shareable" / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8")) | {"draw_id": draw_id}
        path.write_text(json.dumps(manifest), encoding="utf-8")
        there, faults = compare_with_register(copy / "2026-11")
        assert there
        assert faults == ("the register knows of no publication with this manifest",)


class TestAgain:
    def test_the_same_line_changes_nothing(self, copy, written):
        before = files(copy)
        result = runner.run(PLAN, own_values(written) | {"seed": "other dice 99 12 34"})
        assert result.outcome == "already published"
        assert "seed given was not used" in result.note
        assert runner.run(PLAN, own_values(written) | {"seed": DICE}).note == ""
        after = files(copy)
        same = {name: text for name, text in after.items() if not name.startswith("register")}
        assert same.items() <= before.items()

    def test_lost_files_are_written_again_byte_for_byte(self, copy, written):
        before = files(copy / "2026-11")
        shutil.rmtree(copy / "2026-11")
        result = runner.run(PLAN, own_values(written) | {"seed": DICE})
        assert result.outcome == "published"
        after = files(copy / "2026-11")
        assert set(after) == set(before)
        changed = {name for name in after if after[name] != before[name]}
        assert changed == set(), "the files are copies of the draw in the register"

    def test_damaged_files_are_replaced_and_kept(self, copy, written):
        (copy / "2026-11/shareable/audit_plan.html").write_text("tampered", encoding="utf-8")
        assert runner.run(PLAN, own_values(written)).outcome == "published"
        assert verify_folder(copy / "2026-11") == ()
        kept = copy / "2026-11.replaced-1" / "shareable/audit_plan.html"
        assert kept.read_text(encoding="utf-8") == "tampered"

    def test_other_parameters_are_refused(self, copy, written):
        with pytest.raises(RegisterError, match=r"fixed for other parameters .`audits` 12 → 13"):
            runner.run(PLAN, own_values(written) | {"audits": 13})

    def test_another_extract_is_refused_once_files_are_gone(self, copy, tmp_path):
        other = write_small(tmp_path / "other", seed=8)
        shutil.rmtree(copy / "2026-11")
        with pytest.raises(RegisterError, match="Another frame is fixed for 2026-11 monthly"):
            runner.run(PLAN, own_values(other))

    def test_a_redraw_leaves_both(self, copy, written):
        with Register.open(copy / "register.sqlite") as register:
            number = register.open_redraw(
                "2026-11", "monthly", reason="The extract lacked a team.", agreed_by=["A", "B"]
            )
        assert number == 1
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, own_values(written))
        result = runner.run(PLAN, own_values(written) | {"seed": "1234 5612 3412 5555"})
        assert result.folder.name == "2026-11-r1"
        assert verify_folder(copy / "2026-11") == verify_folder(copy / "2026-11-r1") == ()
        with Register.open(copy / "register.sqlite") as register:
            assert register.draws()["superseded"].tolist() == [True, False]

    def test_next_month_leaves_this_months_cases_alone(self, copy, written):
        values = own_values(written) | {"period": "2026-12", "as_at": "2026-10-31"}
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, values)
        runner.run(PLAN, values | {"seed": "5555 1234 5612 3412"})
        with Register.open(copy / "register.sqlite") as register:
            months = [register.find_draw(month, "monthly") for month in ("2026-11", "2026-12")]
        drawn = [set(month.draw.cases["case_ref"]) for month in months]
        assert len(drawn[1]) == 12
        assert not drawn[0] & drawn[1]


class TestPdf:
    """A month as PDF, by whatever browser there is."""

    @pytest.fixture
    def browser(self):
        try:
            return find_browser()
        except ParameterError:
            pytest.skip("neither Chrome, Chromium nor Edge is installed")

    def test_none_installed_is_refused_before_anything_starts(self, out, written, monkeypatch):
        monkeypatch.setenv("QA_SAMPLING_BROWSER", "no such program")
        steps = []
        with pytest.raises(ParameterError, match="names no program that can be started"):
            runner.run(PLAN, own_values(written), pdf=True, progress=steps.append)
        assert steps == []
        assert not out.exists()

    def test_it_is_published_listed_and_kept(self, browser, copy, written):
        assert runner.run(PLAN, own_values(written)).outcome == "already published"
        result = runner.run(PLAN, own_values(written), pdf=True)
        assert result.outcome == "published"
        listed = read_manifest(copy / "2026-11")["files"]
        assert listed["shareable/audit_plan.pdf"]["bytes"] > 10_000
        assert verify_folder(copy / "2026-11") == ()
        page = "shareable/audit_plan.html"
        before = copy / "2026-11.replaced-1" / page
        assert (copy / "2026-11" / page).read_bytes() == before.read_bytes()
        for pdf in (True, False):
            assert runner.run(PLAN, own_values(written), pdf=pdf).outcome == "already published"

    def test_a_browser_that_fails_leaves_what_was_there(self, copy, written, tmp_path, monkeypatch):
        failing = tmp_path / "browser"
        failing.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        failing.chmod(0o755)
        if sys.platform == "win32":
            pytest.skip("the stand-in is a shell script")
        monkeypatch.setenv("QA_SAMPLING_BROWSER", str(failing))
        before = files(copy / "2026-11")
        with pytest.raises(PublicationError, match="browser wrote no PDF of the page"):
            runner.run(PLAN, own_values(written), pdf=True)
        assert files(copy / "2026-11") == before
        assert not list(copy.glob(".stage-*"))


def test_an_extract_without_a_list_of_cases_is_refused(out, written, tmp_path):
    import openpyxl

    source = next(iter(written.extracts.values()))[0]
    book = openpyxl.load_workbook(source)
    del book["List 6"]
    book.save(tmp_path / "cut.xlsx")
    with pytest.raises(ExtractError, match=r"lacks list 6 .Children in need."):
        runner.run(PLAN, own_values(written) | {"extract": str(tmp_path / "cut.xlsx")})


class TestExtras:
    def test_lost_leading_zeros_stop_the_run(self, out, written, tmp_path):
        tables = tmp_path / "tables"
        shutil.copytree(next(iter(written.tables.values())).parent, tables)
        extract = [path.name for paths in written.extracts.values() for path in paths]
        for name in extract:
            (tables / name).unlink(missing_ok=True)
        text = (tables / "restricted.csv").read_text(encoding="utf-8").splitlines()
        settings = read_parameters(PLAN, own_values(written))
        children = load_inputs(settings).cases["child_id"]
        zero = next(child for child in children if child.startswith("0"))
        text = [text[0], f"{zero.lstrip('0')},staff family", "no-such-child,complaint"]
        (tables / "restricted.csv").write_text("\n".join(text), encoding="utf-8")
        with pytest.raises(ExtractError, match="only without their leading zeros") as seen:
            runner.run(PLAN, own_values(written) | {"extra_tables": str(tables)})
        assert zero.lstrip("0") not in str(seen.value)
        text[1] = f"{zero},staff family"
        (tables / "restricted.csv").write_text("\n".join(text), encoding="utf-8")
        settings = read_parameters(PLAN, own_values(written) | {"extra_tables": str(tables)})
        faults = load_inputs(settings).quality["fault"]
        assert faults.str.contains("1 of 2 children of the table are in the extract").any()


class TestSeed:
    def test_a_seed_chosen_before_the_frame_was_fixed_does_not_count(self, out, written):
        for _ in range(2):
            with pytest.raises(SeedNeeded, match="chosen before the frame was fixed does not"):
                runner.run(PLAN, own_values(written) | {"seed": DICE})
        assert not (out / "2026-11").exists()

    def test_parameters_that_decide_the_draw_are_fixed_before_the_seed(self, out, written):
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, own_values(written))
        for change in (
            {"audits": 13},
            {"reserves": 5},
            {"rotation_seed": "one I like"},
            {"open_at_least_weeks": 5},
            {"column_minimum": {"Looked after": 2}},
        ):
            with pytest.raises(RegisterError, match="fixed for other parameters"):
                runner.run(PLAN, own_values(written) | change | {"seed": DICE})
        assert not (out / "2026-11").exists()

    def test_the_first_seed_holds_even_when_the_run_fails(self, out, written, monkeypatch):
        values = own_values(written)
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, values)

        def broken(*_, **__):
            raise NotebookError("the kernel died")

        with monkeypatch.context() as patch:
            patch.setattr(plan_run, "execute", broken)
            with pytest.raises(NotebookError):
                runner.run(PLAN, values | {"seed": DICE})
        with pytest.raises(ParameterError, match="another seed was given for this frame first"):
            runner.run(PLAN, values | {"seed": DICE[::-1]})
        assert runner.run(PLAN, values).outcome == "published"
        assert read_manifest(out / "2026-11")["seed"] == DICE

    def test_dice_do_not_replace_a_committed_secret(self, out, written, tmp_path):
        values = own_values(written)
        out.mkdir()
        secret = yearly_secret(2026, create=True)
        with Register.open(out / "register.sqlite", create=True) as register:
            register.record_commitment(2026, commitment(secret))
        with pytest.raises(ParameterError, match="a yearly secret is committed for 2026"):
            runner.run(PLAN, values | {"seed": DICE})
        lost = tmp_path / "keys" / "seeds-2026.key"
        kept = lost.rename(tmp_path / "elsewhere.key")
        with pytest.raises(SecretError, match="its file is not here"):
            runner.run(PLAN, values)
        kept.rename(lost)
        assert runner.run(PLAN, values).outcome == "published"

    def test_a_secret_that_nobody_committed_gives_no_seed(self, out, written):
        yearly_secret(2026, create=True)
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, own_values(written))

    def test_one_frame_waits_at_a_time(self, out, written):
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, own_values(written))
        with pytest.raises(RegisterError, match="2026-11 monthly is fixed and waits for its draw"):
            runner.run(PLAN, own_values(written) | {"design": "second_reading"})

    def test_another_key_is_refused(self, copy, written, tmp_path, monkeypatch):
        monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "other keys"))
        create_key()
        with pytest.raises(RegisterError, match="made with another key"):
            runner.run(PLAN, own_values(written) | {"design": "second_reading"})

    def test_the_seed_of_another_draw(self, copy, written):
        values = own_values(written) | {"design": "second_reading"}
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, values)
        with pytest.raises(ParameterError, match="is the seed of 2026-11-monthly"):
            runner.run(PLAN, values | {"seed": DICE})

    def test_a_seed_that_is_no_throw(self, out, written):
        with pytest.raises(SeedNeeded):
            runner.run(PLAN, own_values(written))
        with pytest.raises(ParameterError, match="`seed` must have at least 10 characters"):
            runner.run(PLAN, own_values(written) | {"seed": "42"})


REFUSED = [
    ({"audits": -1}, ParameterError, "`audits`"),
    ({"audit": 12}, ParameterError, "Did you mean `audits`"),
    ({"audits": 5000}, AllocationError, "5000 audits were asked for, but only"),
    ({"teams": ["No such team"]}, FrameError, "No case has the team 'No such team'"),
    ({"column_minimum": {"Lost": 2}}, AllocationError, "'Lost', which is not in the frame"),
    ({"row_minimum": 3}, AllocationError, "cannot meet the minima"),
    ({"form": "no_such_form"}, ParameterError, "known: .*practice_evaluation"),
    ({"extract": "no_such_file.xlsx"}, ParameterError, "`extract`: .* does not exist"),
    ({"extra_tables": "no_such_folder"}, ParameterError, "`extra_tables` must name a folder"),
    ({"design": "../../x"}, ParameterError, "`design`"),
    ({"age_from": 30}, FrameError, "No case is eligible"),
]


@pytest.mark.parametrize(("change", "error", "words"), REFUSED, ids=lambda one: str(one)[:30])
def test_refused_before_the_kernel_with_nothing_drawn(out, written, change, error, words):
    with pytest.raises(error, match=words):
        runner.run(PLAN, own_values(written) | change)
    assert [path for path in out.glob("*") if not path.name.startswith(".lock")] == []


def test_an_extract_that_is_no_extract(out, written, tmp_path):
    path = tmp_path / "extract.xlsx"
    path.write_text("no workbook")
    with pytest.raises(ExtractError):
        runner.run(PLAN, own_values(written) | {"extract": str(path)})


def test_without_a_key(out, written, monkeypatch, tmp_path):
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "no keys"))
    with pytest.raises(SecretError):
        runner.run(PLAN, own_values(written))


def test_a_case_number_in_what_may_be_shared_stops_the_publication(out, written):
    child = load_inputs(read_parameters(PLAN, own_values(written))).cases["child_id"].iloc[0]
    values = own_values(written) | {"authority": f"Little {child}"}
    with pytest.raises(SeedNeeded):
        runner.run(PLAN, values)
    with pytest.raises(PublicationError, match="hold case numbers or references") as seen:
        runner.run(PLAN, values | {"seed": DICE})
    assert child not in str(seen.value)
    assert not (out / "2026-11").exists()
    assert not list(out.glob(".stage*"))


def test_dry_run_writes_nothing(out, written):
    result = runner.run(PLAN, own_values(written), dry_run=True)
    assert result.outcome == "checked"
    assert result.preflight.frame.size > 12
    expected = result.preflight.expected
    assert expected.groupby("margin")["expected"].sum().round(6).eq(12).all()
    assert not out.exists()


def test_without_any_extra_table(out, written):
    values = own_values(written) | {"extra_tables": "", "audits": 6}
    with pytest.raises(SeedNeeded):
        runner.run(PLAN, values)
    result = runner.run(PLAN, values | {"seed": DICE})
    assert verify_folder(result.folder) == ()
    assert not (result.folder / "restricted" / "forms").exists()


def test_a_cell_that_fails_publishes_nothing(out, written, monkeypatch):
    """The notebook's own error reaches the reader in its own words; others are not quoted."""
    from qa_sampling.runs import execution

    notebook = ROOT / "notebooks" / "10_monthly_audit_plan.ipynb"
    broken = out.parent / "broken.ipynb"
    text = notebook.read_text(encoding="utf-8")
    secret = "CHILD-0012345"
    broken.write_text(
        text.replace("frame = frame_of(settings, inputs, register)", f"raise KeyError('{secret}')"),
        encoding="utf-8",
    )
    stage = out / "stage"
    (stage / "restricted").mkdir(parents=True)
    values = read_parameters(PLAN, own_values(written)).plain()
    with pytest.raises(NotebookError, match=r"Cell \d+ of the notebook failed .KeyError.") as seen:
        execution.execute(broken, values, stage=stage, failed_to=out / ".failed")
    assert secret not in str(seen.value)
    assert (out / ".failed" / "failed.ipynb").is_file()


def test_a_notebook_that_ends_early_is_no_success(out, written):
    from qa_sampling.runs import execution

    notebook = ROOT / "notebooks" / "10_monthly_audit_plan.ipynb"
    early = out.parent / "early.ipynb"
    text = notebook.read_text(encoding="utf-8")
    early.write_text(
        text.replace("frame = frame_of(settings, inputs, register)", "raise SystemExit(0)"),
        encoding="utf-8",
    )
    stage = out / "stage"
    stage.mkdir(parents=True)
    values = read_parameters(PLAN, own_values(written)).plain()
    with pytest.raises(NotebookError, match="did not run to its end"):
        execution.execute(early, values, stage=stage, failed_to=out / ".failed")


THEMED = sorted(path.name for path in (ROOT / "parameters").glob("themed_*.yml"))


def themed_draw(name, invented):
    """Take a themed file as far as the draw and its auditors, and write it down."""
    from qa_sampling.runs.plan.steps import (
        assign_plan,
        audit_plan,
        commit_plan,
        draw_plan,
        fix_plan_frame,
        frame_of,
    )

    values = load_parameters([ROOT / "parameters" / one for one in ("authority.yml", name)])
    settings = read_parameters(PLAN, values, closed=True)
    with open_register(settings) as register:
        frame = frame_of(settings, invented, register)
        fixed = fix_plan_frame(settings, invented, frame, register)
        draw = draw_plan(settings, frame, fixed, register)
        assignment = assign_plan(settings, invented, frame, draw, register)
        recorded = commit_plan(settings, draw, assignment, register)
    return settings, frame, assignment, recorded, audit_plan(recorded, frame, settings, invented)


@pytest.fixture(scope="module")
def themed_outputs(tmp_path_factory):
    """One register of all themes, as a year has: each knows what the others took."""
    return tmp_path_factory.mktemp("themed")


@pytest.mark.parametrize("name", THEMED)
def test_every_theme_is_drawn_with_auditors_and_a_form(
    name, themed_outputs, tmp_path, monkeypatch, invented
):
    from qa_sampling.records.form_identity import read_form_identity
    from qa_sampling.records.forms import load_form, write_audit_forms

    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(themed_outputs))
    settings, frame, assignment, _, plan = themed_draw(name, invented)
    assert name == f"themed_{settings.design}.yml"
    assert plan.folder_name == f"2026-11-{settings.design}"
    scope = frame.cases
    assert not settings.statuses or set(scope["status"]) <= set(settings.statuses)
    assert not settings.services or set(scope["service"]) <= set(settings.services)
    assert len(plan.draw.cases) == len(assignment.table) == settings.audits
    form = load_form(ROOT / "parameters" / "forms" / f"{settings.form}.yml")
    of_one = plan.cases["auditor_id"].eq(plan.cases["auditor_id"].min())
    given = {"form": form, "staff": invented.staff, "key": invented.key}
    paths = write_audit_forms(tmp_path, plan, **given)
    assert len(paths) == assignment.table["auditor_id"].nunique()
    assert len(read_form_identity(paths[0], key=invented.key).cases) == of_one.sum()


def test_a_theme_is_published_through_the_same_steps(tmp_path, monkeypatch, invented):
    from qa_sampling.runs.plan.outputs import publish_plan
    from qa_sampling.runs.plan.releases import release_plan

    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
    settings, _, assignment, recorded, plan = themed_draw("themed_multi_agency.yml", invented)
    with open_register(settings) as register:
        tables = release_plan(plan, register)
    published = publish_plan(plan, recorded, settings, invented, tables=tables)
    assert published.name == f"2026-11-{settings.design}" == plan.folder_name
    assert published.forms == assignment.table["auditor_id"].nunique()
    assert verify_folder(settings.outputs_folder / published.name) == ()


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    """The invented authority's inputs, read once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path_factory.mktemp("invented")))
        return load_inputs(read_parameters(PLAN, {}))


class TestSharedTables:
    def test_they_are_listed_and_keep_every_rule(self, copy):
        folder = copy / "2026-11"
        path = folder / "shareable/audit_plan_tables.xlsx"
        assert check_workbook(path) == []
        listed = read_manifest(folder)["files"]
        assert {f"shareable/audit_plan_tables.{kind}" for kind in ("xlsx", "csv")} <= set(listed)

    def test_they_hide_what_the_page_hides(self, copy):
        """Every number of the workbook's grids stands on the page, in the same place."""
        folder = copy / "2026-11/shareable"
        page = (folder / "audit_plan.html").read_text(encoding="utf-8")
        tidy = pd.read_csv(folder / "audit_plan_tables.csv", keep_default_na=False)
        grid = tidy[(tidy["classification_2"] != "") & (tidy["measure"] == "Audits")]
        assert len(grid)
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
        cells = [re.findall(r"<t[hd][^>]*>\s*(.*?)\s*</t[hd]>", row, re.DOTALL) for row in rows]
        for team, part in grid.groupby("group_1", sort=False):
            printed = [
                value or mark for value, mark in zip(part["value"], part["mark"], strict=True)
            ]
            assert [team, *map(str, printed)] in cells

    def test_a_case_number_in_them_stops_the_publication(self, copy, tmp_path):
        from qa_sampling.reporting.disclosure import protect
        from qa_sampling.reporting.tables import SharedTable, write_tables_workbook
        from qa_sampling.runs.plan.outputs import require_no_case
        from qa_sampling.sampling.plan import Frame

        def frame(*numbers):
            link = pd.DataFrame({"case_ref": ["zz"] * len(numbers), "child_id": numbers})
            empty = pd.DataFrame()
            return Frame(empty, link, empty, empty, (), "")

        (tmp_path / "shareable").mkdir()
        table = pd.DataFrame({"team": ["North", "4001101"], "cases": [90, 60]})
        shared = [SharedTable(protect(table, by=["team"], counts=["cases"]), "Cases")]
        given = {"title": "T", "as_at": pd.Timestamp("2026-10-31").date()}
        path = tmp_path / "shareable/t.xlsx"
        write_tables_workbook(path, shared, **given, source="S", contact="C")
        with pytest.raises(PublicationError, match="1 files that may be shared hold case numbers"):
            require_no_case(tmp_path, frame("4001101"), seed="")
        require_no_case(tmp_path, frame("4001102", "124519", "12436"), seed="")

        # The layout of a workbook excuses nothing outside it, and a restricted size nothing at all.
        (tmp_path / "restricted").mkdir()
        (tmp_path / "restricted/plan.txt").write_text("x" * 24_680, encoding="utf-8")
        for number in ("124519", "24680"):
            (tmp_path / "shareable/page.html").write_text(f"<p>{number}</p>", encoding="utf-8")
            with pytest.raises(PublicationError, match="1 files that may be shared hold case num"):
                require_no_case(tmp_path, frame(number), seed="")
