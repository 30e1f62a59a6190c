"""Every writer of what may be shared refuses everything that disclosure control has not made."""

from __future__ import annotations

from datetime import date

import matplotlib.pyplot as plt
import pytest
from disclosure_tables import one_way
from page_factory import build, code, outputs, shell  # noqa: F401 - a fixture
from picture_factory import control
from test_output_attack import outputs as runs  # noqa: F401 - a fixture

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting import plots
from qa_sampling.reporting.derived import derive
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.releases import printed_table, release_fingerprint, release_text
from qa_sampling.reporting.share import share, share_figure, show
from qa_sampling.reporting.tables import SharedTable, require_shared, write_tables_workbook
from qa_sampling.reporting.tables_csv import write_tables_csv
from qa_sampling.reporting.words import tell


def safe():
    return protect(one_way(40, 3, 30, 20), by=["kind"], counts=["n"])


def unprotected():
    """Whatever somebody might try to share instead of a protected table."""
    table = one_way(40, 3, 30, 20)
    return {
        "a DataFrame": table,
        "a dictionary": table.to_dict(),
        "rows": table.to_numpy().tolist(),
        "a Series": table["n"],
        "text": "K1: 3 cases",
        "the frame of a protected table": safe().frame,
        "a table of the ledger": printed_table(release_text(safe())),
        "a result": control(),
        "nothing": None,
    }


WRITERS = {
    "share": lambda what, path: share(what, title="Title"),
    "share_figure": lambda what, path: share_figure(
        plt.figure().gca(), what, title="Title", alt="Alt"
    ),
    "derive": lambda what, path: derive(what, control),
    "release_text": lambda what, path: release_text(what),
    "release_fingerprint": lambda what, path: release_fingerprint(what),
    "SharedTable": lambda what, path: SharedTable(what, "Title"),
    "require_shared": lambda what, path: require_shared([what], what="test"),
    "write_tables_csv": lambda what, path: write_tables_csv(path / "tables.csv", [what]),
    "write_tables_workbook": lambda what, path: write_tables_workbook(
        path / "tables.xlsx",
        [what],
        title="Title",
        as_at=date(2026, 10, 31),
        source="Source.",
        contact="Contact.",
    ),
}


@pytest.mark.parametrize("name", list(unprotected()))
@pytest.mark.parametrize("writer", list(WRITERS))
def test_it_refuses_what_is_not_protected_and_writes_nothing(writer, name, tmp_path):
    with pytest.raises(DisclosureError):
        WRITERS[writer](unprotected()[name], tmp_path)
    assert list(tmp_path.iterdir()) == []
    plt.close("all")


@pytest.mark.parametrize("writer", ["release_text", "SharedTable"])
def test_it_takes_what_is_protected(writer, tmp_path):
    assert WRITERS[writer](safe(), tmp_path)


def test_a_page_takes_only_what_was_shared(shell):  # noqa: F811
    cells = [code(outputs(show, one_way(40, 3), title="Raw"), "page-table")]
    with pytest.raises(DisclosureError, match="was not given to share"):
        build(*cells)


def test_a_picture_of_a_plain_result_cannot_be_shared():
    table = safe()
    picture = plots.control_chart(control(), ax=plt.figure().gca())
    with pytest.raises(DisclosureError, match="not drawn from the table beside it"):
        share_figure(picture, table, title="Title", alt=tell(table, "Alt"))
    plt.close("all")


def test_what_a_run_shares_is_written_by_these_writers_and_nothing_else(runs):  # noqa: F811
    """A new kind of file in `shareable` needs a writer here, and the intruder's attention."""
    for month in runs.iterdir():
        if (month / "shareable").is_dir():
            assert {path.name for path in (month / "shareable").iterdir()} == {
                "audit_plan.html",
                "audit_plan_tables.csv",
                "audit_plan_tables.xlsx",
                "manifest.json",
            }
