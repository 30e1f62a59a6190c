"""Case numbers of files that were read: known without reading again, until a file changes."""

import pandas as pd
import pytest
from small_authority import own_values, write_small

from qa_sampling.parameters import read_parameters
from qa_sampling.runs import inputs


@pytest.fixture
def settings(tmp_path):
    return read_parameters("monthly_audit_plan", own_values(write_small(tmp_path, scale=0.05)))


def test_they_are_read_once_and_again_when_a_file_changes(settings, tmp_path, monkeypatch) -> None:
    reads = []
    kept = inputs.read_annex_a
    monkeypatch.setattr(
        inputs, "read_annex_a", lambda *paths, **more: reads.append(1) or kept(*paths, **more)
    )
    annex, _ = inputs.read_extracts(settings)
    first = inputs.case_numbers(settings)
    assert len(reads) == 1
    assert set(annex.lists[3]["child_id"].dropna().astype(str)) <= first
    families = next(path for path in tmp_path.rglob("*famil*") if path.is_file())
    read = pd.read_csv if families.suffix == ".csv" else pd.read_excel
    table = read(families, dtype=str)
    added = pd.concat([table, table.iloc[:1].assign(child_id="4990001")])
    write = added.to_csv if families.suffix == ".csv" else added.to_excel
    write(families, index=False)
    assert inputs.case_numbers(settings) == first | {"4990001"}
    assert len(reads) == 2


def test_a_file_rewritten_inside_a_folder_is_read_again(tmp_path) -> None:
    """A folder's own size and time do not change when a file in it does."""
    written = write_small(tmp_path, scale=0.05)
    values = own_values(written)
    folder = next(iter(written.extracts.values()))[0].parent
    settings = read_parameters("monthly_audit_plan", values | {"extract": str(folder)})
    stamps = inputs._as_they_lie(settings)
    one = sorted(folder.rglob("*.xlsx"))[0]
    one.write_bytes(one.read_bytes() + b" ")
    assert inputs._as_they_lie(settings) != stamps
