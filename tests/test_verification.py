"""Two programs that share no code: both say yes to every draw, and name every tampering."""

import ast
import copy
import csv
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from frame_factory import frame_of, make_frame

from qa_sampling.errors import VerificationError
from qa_sampling.sampling import verify_draw as alone
from qa_sampling.sampling.frame import frame_fingerprint
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.selection import Size, draw_sample, sample_fingerprint
from qa_sampling.sampling.verification import (
    draw_again,
    draw_record,
    frame_csv,
    verify_draw,
)

PROGRAM = Path(alone.__file__)
CELLS = [("N", "CP", 7), ("N", "CIN", 12), ("S", "CP", 5), ("S", "CIN", 9), ("E", "CP", 1)]
KIN = {"N.CP.1": "f", "S.CP.1": "f", "N.CIN.2": "g", "N.CIN.3": "g", "E.CP.1": "g"}


def published(draw: Draw) -> dict:
    """The record as a reader of the published file has it."""
    return json.loads(json.dumps(draw_record(draw), ensure_ascii=False))


def read_csv(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)


def both(record: dict, text: str) -> tuple[tuple[str, ...], list[str]]:
    """What the package and the program that stands alone say of a record and a frame's CSV."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return verify_draw(copy.deepcopy(record), read_csv(text)), alone.check(rows, record)


def random_draw(dice: random.Random) -> tuple[Frame, Draw]:
    teams = dice.sample(["North", "South, East", 'The "Hub"', "Ünder 5", "a/b", "nan", "step 1"], 4)
    statuses = ["CP", "CIN", "Looked after"]
    places = [
        (f"C{number:03}", dice.choice(teams), dice.choice(statuses))
        for number in range(dice.randint(12, 60))
    ]
    families = {ref: f"F{dice.randrange(9)}" for ref, _, _ in places if dice.random() < 0.3}
    frame = frame_of(places, families=dice.choice([families, {}]))
    strata, rows = frame.cases["stratum"].nunique(), frame.cases["row"].nunique()
    reserves, single = dice.randint(0, 3), dice.random() < 0.6
    method = dice.choice(["proportional", "equal", "square_root"])
    most = frame.cases["family_ref"].nunique() if single else len(places)
    common = {"method": method, "reserves": reserves, "one_per_family": single}
    if dice.random() < 0.5 and strata <= most:
        size = Size(dice.randint(strata, most), rounding="fixed", **common)
    else:
        minimum = dice.choice([None, 1, {places[0][1]: 1}])
        size = Size(dice.randint(min(rows, most), most), row_minimum=minimum, **common)
    given = {"seed": f"seed {dice.random()}"}
    if dice.random() < 0.4:
        given["ticket_seed"] = "the year ✓"
        given["start_after"] = {
            label: f"{dice.randrange(16):x}" * 64 for label in set(frame.cases["stratum"])
        }
    return frame, draw_sample(frame, size, **given)


# both say yes -----------------------------------------------------------------------------


def test_both_say_yes_to_many_kinds_of_draw() -> None:
    dice = random.Random("verify")
    kinds = set()
    for _ in range(60):
        frame, draw = random_draw(dice)
        assert both(published(draw), frame_csv(frame)) == ((), [])
        rule = draw.parameters
        kinds.add((rule["rounding"], rule["one_per_family"], bool(rule["ticket_seed"])))
    assert len(kinds) == 8


def test_a_month_of_forty_audits_with_every_kind_of_bound() -> None:
    dice = random.Random("month")
    places = [
        (f"R{number:04}", f"Team {dice.randrange(25):02}", dice.choice("abcd"))
        for number in range(600)
    ]
    families = {ref: f"F{number // 2}" for number, (ref, _, _) in enumerate(places) if number < 400}
    frame = frame_of(places, families=families)
    size = Size(40, row_minimum=1, row_maximum=3, column_minimum={"a": 8}, column_maximum=15)
    draw = draw_sample(frame, size, seed="2026-11: 4 1 6 2 2 5")
    assert both(published(draw), frame_csv(frame)) == ((), [])
    fixed = Size(
        120,
        rounding="fixed",
        minimum=1,
        maximum=20,
        row_minimum=2,
        method="neyman",
        standard_deviations=dict.fromkeys(set(frame.cases["stratum"]), 0.3),
    )
    again = draw_sample(frame, fixed, seed="1")
    assert both(published(again), frame_csv(frame)) == ((), [])


def test_methods_that_came_later_verify_and_older_records_still_do() -> None:
    frame = make_frame(*CELLS)
    plain = published(draw_sample(frame, Size(9), seed="1"))
    assert not {"power", "costs"} & set(plain["parameters"])
    assert both(plain, frame_csv(frame)) == ((), [])
    strata = sorted(set(frame.cases["stratum"]))
    for size in (
        Size(9, method="power", power=0.25),
        Size(
            9,
            method="cost_optimal",
            rounding="fixed",
            standard_deviations=dict.fromkeys(strata, 0.5),
            costs=dict.fromkeys(strata, 2.0) | {"N / CIN": 3.0},
            column_minimum=1,
        ),
    ):
        record = published(draw_sample(frame, size, seed="1"))
        assert both(record, frame_csv(frame)) == ((), [])
    record["parameters"]["costs"]["N / CIN"] = 90.0
    assert verify_draw(record, read_csv(frame_csv(frame)))


def test_the_order_of_the_published_rows_does_not_count() -> None:
    frame = make_frame(*CELLS, families=KIN)
    draw = draw_sample(frame, Size(9), seed="1")
    shuffled = frame.cases.sample(frac=1, random_state=1)
    record = published(draw)
    record["sample"].reverse()
    record["strata"] = dict(reversed(record["strata"].items()))
    assert both(record, shuffled.to_csv(index=False)) == ((), [])


def test_the_draw_can_be_made_again_from_what_is_published() -> None:
    frame = make_frame(*CELLS, families=KIN)
    draw = draw_sample(frame, Size(9, row_minimum=1), seed="1")
    known, again = draw_again(published(draw), read_csv(frame_csv(frame)))
    assert again.fingerprint == draw.fingerprint
    assert known.fingerprint == frame.fingerprint
    pd.testing.assert_frame_equal(again.sample, draw.sample)


def test_the_published_frame_holds_what_counts_and_no_more() -> None:
    frame = make_frame(("N", "CP", 2))
    wider = Frame(**{**vars(frame), "cases": frame.cases.assign(worker="A worker")})
    head = "case_ref,stratum,row,column,family_ref\n"
    lines = "N.CP.1,N / CP,N,CP,N.CP.1\nN.CP.2,N / CP,N,CP,N.CP.2\n"
    assert frame_csv(wider) == head + lines


# every tampering is named -----------------------------------------------------------------


def retell(record: dict) -> None:
    """Give a tampered record the sample fingerprint that goes with it."""
    columns = ["case_ref", "stratum", "drawn_as", "rank", "ticket"]
    record["sample_fingerprint"] = sample_fingerprint(
        pd.DataFrame(record["sample"], columns=columns)
    )


def change_seed(record: dict) -> None:
    record["seed"] += " "


def change_ticket_seed(record: dict) -> None:
    record["parameters"]["ticket_seed"] = "another year"


def change_start(record: dict) -> None:
    record["parameters"]["start_after"] = {record["sample"][0][1]: record["sample"][0][4]}
    record["parameters"]["ticket_seed"] = record["seed"]


def swap_a_case(record: dict) -> None:
    drawn = {row[0] for row in record["sample"]}
    spare = next(f"N.CIN.{n}" for n in range(1, 13) if f"N.CIN.{n}" not in drawn)
    row = next(row for row in record["sample"] if row[1] == "N / CIN")
    row[0] = spare


def promote_a_reserve(record: dict) -> None:
    rows = [row for row in record["sample"] if row[1] == "N / CIN"]
    rows[0][2], rows[-1][2] = "reserve", "sample"


def change_a_rank(record: dict) -> None:
    record["sample"][0][3] += 1


def change_a_ticket(record: dict) -> None:
    record["sample"][0][4] = "0" * 64


def change_a_stratum(record: dict) -> None:
    record["sample"][0][1] = "S / CIN"


def drop_a_case(record: dict) -> None:
    record["sample"].pop()


def name_a_case_twice(record: dict) -> None:
    record["sample"].append(list(record["sample"][0]))


def change_a_size(record: dict) -> None:
    record["strata"]["N / CIN"]["sampled"] += 1


def change_the_reserves(record: dict) -> None:
    record["strata"]["N / CIN"]["reserves"] += 1


def change_the_audits(record: dict) -> None:
    record["parameters"]["audits"] += 1


def change_the_spares_asked_for(record: dict) -> None:
    record["parameters"]["reserves"] = 0


def change_the_family_rule(record: dict) -> None:
    record["parameters"]["one_per_family"] = not record["parameters"]["one_per_family"]


def change_the_sample_fingerprint(record: dict) -> None:
    record["sample_fingerprint"] = "0" * 64


TAMPERINGS = [
    change_seed,
    change_ticket_seed,
    change_start,
    swap_a_case,
    promote_a_reserve,
    change_a_rank,
    change_a_ticket,
    change_a_stratum,
    drop_a_case,
    name_a_case_twice,
    change_a_size,
    change_the_reserves,
    change_the_audits,
    change_the_spares_asked_for,
    change_the_family_rule,
]


@pytest.fixture(scope="module", params=["controlled", "fixed"])
def honest(request: pytest.FixtureRequest) -> tuple[dict, str]:
    frame = make_frame(*CELLS, families=KIN)
    draw = draw_sample(frame, Size(14, rounding=request.param), seed="2026-11")
    return published(draw), frame_csv(frame)


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
@pytest.mark.parametrize("covered_up", [False, True])
def test_both_name_every_tampering(honest: tuple, tamper, covered_up: bool) -> None:
    record, text = copy.deepcopy(honest[0]), honest[1]
    assert both(record, text) == ((), [])
    tamper(record)
    if covered_up:
        retell(record)
    package, program = both(record, text)
    assert package
    assert program
    assert all(sentence.endswith(".") for sentence in (*package, *program))


def test_both_name_another_sample_fingerprint(honest: tuple) -> None:
    record = copy.deepcopy(honest[0])
    change_the_sample_fingerprint(record)
    message = "The cases agree, but the record's sample fingerprint is another."
    assert both(record, honest[1]) == ((message,), [message])


def test_the_words_for_a_swapped_case(honest: tuple) -> None:
    record = copy.deepcopy(honest[0])
    row = next(row for row in record["sample"] if row[1] == "N / CIN")
    gone = row[0]
    swap_a_case(record)
    package, program = both(record, honest[1])
    assert f"Case {row[0]} is in the record, but the rule does not draw it." in package
    assert f"Case {gone} should have been drawn as sample." in package
    assert f"Case {row[0]} is recorded but does not follow." in program
    assert f"Case {gone} follows but is not recorded so." in program


def test_the_words_for_a_rank_and_a_size(honest: tuple) -> None:
    record = copy.deepcopy(honest[0])
    change_a_rank(record)
    ref = record["sample"][0][0]
    assert verify_draw(record, read_csv(honest[1])) == (
        f"Case {ref} is recorded with another stratum, rank or ticket.",
    )
    record = copy.deepcopy(honest[0])
    change_a_size(record)
    was = record["strata"]["N / CIN"]["sampled"] - 1
    assert verify_draw(record, read_csv(honest[1])) == (
        f"Stratum 'N / CIN': the record says {was + 1} audits, the rule gives {was} "
        f"(or its target or reserves differ).",
    )


def test_parameters_that_lead_to_no_draw(honest: tuple) -> None:
    record = copy.deepcopy(honest[0])
    record["parameters"]["audits"] = 4_000
    (sentence,) = verify_draw(record, read_csv(honest[1]))
    assert sentence.startswith("The recorded parameters do not lead to a draw: 4000 audits")


FRAMES = {
    "a case removed": lambda table: table.iloc[1:],
    "a case added": lambda table: pd.concat([table, table.iloc[:1].assign(case_ref="new")]),
    "a stratum edited": lambda table: table.assign(stratum=["N / X", *table["stratum"][1:]]),
    "a row edited": lambda table: table.assign(row=["X", *table["row"][1:]]),
    "a column edited": lambda table: table.assign(column=["X", *table["column"][1:]]),
    "a family edited": lambda table: table.assign(family_ref=["X", *table["family_ref"][1:]]),
}


@pytest.mark.parametrize("edit", FRAMES.values(), ids=FRAMES.keys())
def test_both_name_an_edited_frame(honest: tuple, edit) -> None:
    record, text = honest
    package, program = both(record, edit(read_csv(text)).to_csv(index=False))
    assert len(package) == len(program) == 1
    assert package[0].startswith("The frame is not the one that was fixed: its fingerprint is ")
    assert program == ["The frame is not the one whose fingerprint was recorded."]


def test_both_name_a_case_that_the_frame_holds_twice(honest: tuple) -> None:
    record, table = copy.deepcopy(honest[0]), read_csv(honest[1])
    doubled = pd.concat([table, table.iloc[:1]])
    record["frame_fingerprint"] = frame_fingerprint(doubled)
    rows = doubled.to_dict("records")
    assert alone.check(rows, record) == ["The frame holds a case more than once."]
    with pytest.raises(VerificationError, match="holds a case more than once"):
        verify_draw(record, doubled)


def test_both_name_another_frame_fingerprint(honest: tuple) -> None:
    record = copy.deepcopy(honest[0]) | {"frame_fingerprint": "0" * 64}
    package, program = both(record, honest[1])
    assert "the record says 0000000000000000…" in package[0]
    assert program == ["The frame is not the one whose fingerprint was recorded."]


def test_both_refuse_another_version(honest: tuple) -> None:
    record = copy.deepcopy(honest[0]) | {"version": "qa_sampling/draw/v0"}
    rows = read_csv(honest[1]).to_dict("records")
    assert alone.check(rows, record) == ["The record is of a version this program does not know."]
    with pytest.raises(VerificationError, match="of version 'qa_sampling/draw/v0'; this package"):
        verify_draw(record, read_csv(honest[1]))


@pytest.mark.parametrize("part", ["seed", "frame_fingerprint", "parameters", "strata", "sample"])
def test_a_record_that_is_not_whole_is_refused(honest: tuple, part: str) -> None:
    record = copy.deepcopy(honest[0])
    del record[part]
    with pytest.raises(VerificationError, match=f"The record lacks `{part}`; it is not whole"):
        verify_draw(record, read_csv(honest[1]))


def test_missing_and_unknown_parameters_are_refused(honest: tuple) -> None:
    record = copy.deepcopy(honest[0])
    del record["parameters"]["reserves"]
    with pytest.raises(VerificationError, match=r"The record lacks `parameters\.reserves`"):
        verify_draw(record, read_csv(honest[1]))
    record = copy.deepcopy(honest[0])
    record["parameters"]["luck"] = 7
    with pytest.raises(VerificationError, match="The record's parameter `luck` is unknown"):
        verify_draw(record, read_csv(honest[1]))


def test_a_frame_without_a_column_is_refused(honest: tuple) -> None:
    with pytest.raises(VerificationError, match="The published frame has no column 'family_ref'"):
        verify_draw(honest[0], read_csv(honest[1]).drop(columns="family_ref"))


def test_shifted_targets_are_found_by_the_package_alone() -> None:
    # The program that stands alone takes the targets as recorded: it says so at its head. The
    # package derives them from the parameters too.
    frame = make_frame(("N", "CP", 10), ("S", "CP", 10))
    record = published(draw_sample(frame, Size(4, reserves=0), seed="1"))
    shifted = copy.deepcopy(record)
    shifted["strata"]["N / CP"]["target_millionths"] += 1_000_000
    shifted["strata"]["S / CP"]["target_millionths"] -= 1_000_000
    assert verify_draw(shifted, frame.cases)


# the program on its own -------------------------------------------------------------------


def run_alone(folder: Path, record: object, text: str) -> subprocess.CompletedProcess:
    """Run a copy of the program where neither this package nor any other can be imported."""
    folder.mkdir(exist_ok=True)
    program = folder / "verify.py"
    program.write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "frame.csv").write_text(text, encoding="utf-8", newline="")
    words = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
    (folder / "draw.json").write_text(words, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-S", str(program), "frame.csv", "draw.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_the_program_says_yes_on_its_own(tmp_path: Path, honest: tuple) -> None:
    done = run_alone(tmp_path, *honest)
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout == "YES: all 14 audits follow from the frame of 34 cases and the seed.\n"


def test_the_program_reads_a_frame_saved_by_a_spreadsheet(tmp_path: Path, honest: tuple) -> None:
    text = "\ufeff" + honest[1].replace("\n", "\r\n")
    assert run_alone(tmp_path, honest[0], text).returncode == 0


def test_the_program_says_no_and_why(tmp_path: Path, honest: tuple) -> None:
    record = copy.deepcopy(honest[0])
    swap_a_case(record)
    done = run_alone(tmp_path, record, honest[1])
    assert done.returncode == 1
    assert done.stderr == ""
    assert all(line.startswith("NO: ") for line in done.stdout.splitlines())
    assert "is recorded but does not follow." in done.stdout


@pytest.mark.parametrize("record", ["", "[]", "{", '{"version": "qa_sampling/draw/v1"}'])
def test_the_program_says_no_to_what_is_not_a_record(tmp_path: Path, record: str) -> None:
    done = run_alone(tmp_path, record, "case_ref,stratum\na,b\n")
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout == "NO: The frame or the record is not of the published form.\n"


def test_the_program_says_how_to_use_it(capsys: pytest.CaptureFixture) -> None:
    assert alone.main([]) == 2
    assert "Usage: python verify_draw.py frame.csv draw.json" in capsys.readouterr().out


def test_the_program_imports_the_standard_library_only() -> None:
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert names <= set(sys.stdlib_module_names)
