"""Parameters are refused with one clear message, or become a closed, frozen model."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from qa_sampling.errors import ParameterError
from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.settings.common import home
from qa_sampling.settings.plan import MonthlyAuditPlan

PLAN = "monthly_audit_plan"

REFUSED = [
    ({"audits": -1}, r"`audits`: .*greater than or equal to 1; got -1"),
    ({"audits": 0}, r"`audits`: .*greater than or equal to 1; got 0"),
    ({"audits": 2.5}, r"`audits`: .*valid integer"),
    ({"audits": "40"}, r"`audits`: .*valid integer; got '40'"),
    ({"audits": True}, r"`audits`: .*valid integer; got True"),
    ({"audits": 10**9}, r"`audits`: .*less than or equal to 100000"),
    ({"audits": None}, r"`audits`: .*valid integer"),
    ({"audits": [40]}, r"`audits`: .*valid integer"),
    ({"audits": object()}, r"`audits`: .*valid integer"),
    ({"period": "2026-13"}, r"`period`: must be a month such as \"2026-11\"; got '2026-13'"),
    ({"period": "26-11"}, r"`period`: must be a month"),
    ({"period": "2026-11-01"}, r"`period`: must be a month"),
    ({"period": "2026-11\n"}, r"`period`: must be a month"),
    ({"period": "../../x"}, r"`period`: must be a month"),
    ({"period": 202611}, r"`period`: .*valid string"),
    ({"design": "../../etc"}, r"`design`: must be lower-case letters.*no path"),
    ({"design": "a b"}, r"`design`: must be lower-case letters"),
    ({"design": "x" * 41}, r"`design`: must be lower-case letters.*at most 40"),
    ({"design": ""}, r"`design`: must be lower-case letters"),
    ({"design": "{x}"}, r"`design`: must be lower-case letters"),
    ({"form": "/etc/passwd"}, r"`form`: must be lower-case letters"),
    ({"seed": 5341796018}, r"`seed`: .*valid string"),
    ({"as_at": "31/10/2026"}, r"`as_at`: must be a day such as \"2026-10-31\""),
    ({"as_at": "2026-02-30"}, r"`as_at`: must be a day"),
    ({"as_at": "20261031"}, r"`as_at`: must be a day"),
    ({"as_at": "2036-10-31"}, r"as_at lies after the period"),
    ({"design": "r1"}, r"`design`: .*names a redraw"),
    ({"role_shares": {"Director": float("inf")}}, r"`role_shares`: "),
    ({"due": "soon"}, r"`due`: must be a day"),
    ({"due": "2026-10-01"}, r"due lies before the period"),
    ({"statuses": ["Open"]}, r"`statuses`: holds 'Open'; choose from Looked after"),
    ({"statuses": "Looked after"}, r"`statuses`: .*valid"),
    ({"mandatory_grades": ["Poor"]}, r"`mandatory_grades`: holds 'Poor'; choose from Outstanding"),
    ({"strata_rows": ["height"]}, r"`strata_rows`: input should be 'team'"),
    ({"strata_rows": [], "strata_columns": []}, r"both empty; name one column"),
    ({"method": "largest remainder"}, r"`method`: input should be 'proportional'"),
    ({"method": "power", "power": 1.5}, r"`power`: .*less than or equal to 1; got 1.5"),
    ({"method": "power", "power": "half"}, r"`power`: .*valid number"),
    ({"power": 0.5}, r"power is given, but method is proportional; write method: power"),
    ({"costs": {"North": 2.0}}, r"costs are given, but method is proportional; write method: cost"),
    ({"costs": {"North": 0}}, r"`costs`: .*greater than 0"),
    ({"method": "neyman"}, r"method neyman needs standard_deviations by stratum; give them"),
    (
        {"method": "cost_optimal", "standard_deviations": {"North": 0.5}},
        r"method cost_optimal needs costs by stratum; give them",
    ),
    (
        {"standard_deviations": {"North": -1}},
        r"`standard_deviations`: .*greater than or equal to 0",
    ),
    ({"rounding": "up"}, r"`rounding`: input should be 'controlled' or 'fixed'"),
    ({"row_minimum": -1}, r"`row_minimum`: .*greater than or equal to 0; got -1"),
    ({"row_minimum": {"North": -1}}, r"`row_minimum`: .*greater than or equal to 0"),
    ({"row_minimum": {"North": 1.5}}, r"`row_minimum`: .*valid integer"),
    ({"moderation_rate": 1.2}, r"`moderation_rate`: .*less than or equal to 1; got 1.2"),
    ({"moderation_rate": float("nan")}, r"`moderation_rate`: "),
    ({"age_from": 10, "age_to": 5}, r"age_from is above age_to"),
    ({"not_audited_within_months": -3}, r"`not_audited_within_months`: .*got -3"),
    ({"authority": ""}, r"`authority`: .*at least 1 character"),
]


@pytest.mark.parametrize(("values", "words"), REFUSED)
def test_refused(values: dict, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        read_parameters(PLAN, values)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ParameterError, match=r"`period`.*`audits`.*`rounding`"):
        read_parameters(PLAN, {"audits": -1, "rounding": "up", "period": "x"})


def test_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match=r"`audit`: not a parameter.*Did you mean `audits`"):
        read_parameters(PLAN, {"audit": 40}, closed=True)


def test_unknown_notebook() -> None:
    with pytest.raises(ParameterError, match="no notebook 'monthly'; choose from monthly_audit"):
        read_parameters("monthly", {})


def test_in_a_notebook_other_names_do_not_matter() -> None:
    settings = read_parameters(PLAN, {"audits": 12, "frame": object(), "_": 1})
    assert settings.audits == 12


def test_plain_values_of_other_libraries_are_taken() -> None:
    values = {"audits": np.int64(12), "extract": Path("a.xlsx"), "as_at": date(2026, 10, 31)}
    settings = read_parameters(PLAN, values)
    assert (settings.audits, settings.as_at) == (12, "2026-10-31")


def test_lists_and_tuples_are_the_same() -> None:
    both = [read_parameters(PLAN, {"strata_rows": kind(["team"])}) for kind in (list, tuple)]
    assert both[0] == both[1]


def test_the_model_is_frozen() -> None:
    settings = read_parameters(PLAN, {})
    with pytest.raises(ValidationError):
        settings.audits = 3


def test_plain_values_round_trip() -> None:
    settings = read_parameters(PLAN, {"row_minimum": {"North": 2}, "age_to": 17})
    assert read_parameters(PLAN, settings.plain(), closed=True) == settings


def test_the_record_holds_no_place_of_this_machine() -> None:
    values = {"register_at": "postgresql://db/x", "extract": "somewhere/a.xlsx"}
    record = read_parameters(PLAN, values).record()
    assert "register_at" not in record
    assert "extract" not in record


def test_a_password_is_for_the_environment(monkeypatch) -> None:
    values = {"register_at": "postgresql://u:pass@db/x", "extract": "somewhere/a.xlsx"}
    with pytest.raises(ParameterError, match="must not hold a password"):
        read_parameters(PLAN, values)
    monkeypatch.setenv("QA_SAMPLING_REGISTER", values["register_at"])
    settings = read_parameters(PLAN, {"extract": "somewhere/a.xlsx"})
    assert settings.register_location == values["register_at"]
    assert "pass" not in str(settings.plain())


def test_the_invented_authority_keeps_to_itself(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
    invented, real = read_parameters(PLAN, {}), read_parameters(PLAN, {"extract": "a.xlsx"})
    assert invented.outputs_folder == tmp_path / "invented"
    assert real.outputs_folder == tmp_path
    assert invented.register_location != real.register_location
    with pytest.raises(ParameterError, match="has a register of its own"):
        read_parameters(PLAN, {"register_at": "register.sqlite"})


def test_days_of_the_period() -> None:
    settings = read_parameters(PLAN, {"period": "2028-02"})
    assert settings.period_start == date(2028, 2, 1)
    assert settings.period_end == date(2028, 2, 29)
    assert settings.extract_day == date(2028, 1, 31)
    assert settings.due_day == date(2028, 2, 29)


def test_slug_cannot_leave_the_outputs() -> None:
    assert read_parameters(PLAN, {"design": "monthly"}).slug == "2026-11"
    assert read_parameters(PLAN, {"design": "con"}).slug == "2026-11-con"


def test_outputs_can_be_named_by_the_environment(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
    assert read_parameters(PLAN, {}).outputs_folder == tmp_path / "invented"


def test_home_is_the_checkout(monkeypatch, tmp_path) -> None:
    assert (home() / "notebooks").is_dir()
    monkeypatch.setenv("QA_SAMPLING_HOME", str(tmp_path))
    with pytest.raises(ParameterError, match="set QA_SAMPLING_HOME"):
        home()


class TestFiles:
    def write(self, folder: Path, text: str | bytes, name: str = "p.yml") -> Path:
        path = folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    def test_a_later_file_goes_first(self, tmp_path) -> None:
        one = self.write(tmp_path, "audits: 40\nseed: ''\n", "a.yml")
        two = self.write(tmp_path, "audits: 20\n", "b.yml")
        assert load_parameters([one, two]) == {"audits": 20, "seed": ""}

    def test_days_stay_text(self, tmp_path) -> None:
        values = load_parameters([self.write(tmp_path, "as_at: 2026-10-31\nperiod: 2026-11\n")])
        assert values == {"as_at": "2026-10-31", "period": "2026-11"}

    def test_byte_order_mark_and_empty_file(self, tmp_path) -> None:
        marked = self.write(tmp_path, b"\xef\xbb\xbfaudits: 3\n", "a.yml")
        empty = self.write(tmp_path, "", "b.yml")
        assert load_parameters([marked, empty]) == {"audits": 3}

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("audits: 1\naudits: 2\n", r"p\.yml in line 1: 'audits' is given twice"),
            ("- audits\n", r"p\.yml must hold lines such as `audits: 40`"),
            ("audits: [1\n", r"p\.yml in line"),
            ("\taudits: 1\n", r"p\.yml in line 1"),
            ("audits: !!python/name:os.system\n", r"p\.yml in line 1"),
        ],
    )
    def test_refused(self, tmp_path, text: str, words: str) -> None:
        with pytest.raises(ParameterError, match=words):
            load_parameters([self.write(tmp_path, text)])

    def test_missing_file(self, tmp_path) -> None:
        with pytest.raises(ParameterError, match="cannot be read"):
            load_parameters([tmp_path / "none.yml"])

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("seed: 5341796018", "`seed`"),
            ("seed: 12:30", "`seed`"),
            ("audits: 012", None),
            ("title: no", "`title`"),
            ("moderation_rate: 1e-1", "`moderation_rate`"),
        ],
    )
    def test_what_yaml_makes_of_values_is_not_taken_silently(self, tmp_path, line, words) -> None:
        values = load_parameters([self.write(tmp_path, line + "\n")])
        if words is None:
            assert read_parameters(PLAN, values).audits == 10, "YAML 1.1 reads 012 as octal"
        else:
            with pytest.raises(ParameterError, match=words):
                read_parameters(PLAN, values)


def test_the_notebook_cell_and_the_model_say_the_same() -> None:
    import ast

    import nbformat

    notebook = nbformat.read(home() / "notebooks" / "10_monthly_audit_plan.ipynb", as_version=4)
    cell = next(one for one in notebook.cells if "parameters" in one.metadata.get("tags", []))
    given = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.Assign)
    }
    assert set(given) == set(MonthlyAuditPlan.model_fields)
    read_parameters(PLAN, given, closed=True)
