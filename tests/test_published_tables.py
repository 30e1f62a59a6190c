"""The declared way past disclosure control: published figures pass, nothing else does."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import DisclosureError, SchemaError, TrendError
from qa_sampling.parameters import read_parameters
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.published_tables import (
    Asked,
    funnel_table,
    published_tables,
    trends_table,
)
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.releases import printed_table, release_text
from qa_sampling.reporting.safe_table import _SEAL, SafeTable
from qa_sampling.reporting.table_grid import sealed
from qa_sampling.reporting.table_request import request_of
from qa_sampling.reporting.words import require_words_beside
from qa_sampling.runs.published_inputs import neighbours_of, series_of
from qa_sampling.trends.areas import AREAS, PublishedSeries

TEAMS = ("Assessment North", "Assessment South", "Children in care")


@pytest.fixture(scope="module")
def settings():
    return read_parameters("benchmarking", {})


@pytest.fixture(scope="module")
def series(settings):
    return series_of(settings)


@pytest.fixture(scope="module")
def asked(settings):
    return Asked(settings.authority_code, neighbours_of(settings), invented=True)


@pytest.fixture(scope="module")
def tables(series, asked):
    return published_tables(list(series.values()), asked)


def local(names: tuple[str, ...], *, codes: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Give counts of one authority's teams dressed as areas."""
    rows = [(code, name, "authority", "West", 2025, 2.0, 9.0, 22.2, "")
            for code, name in zip(codes or names, names, strict=True)]  # fmt: skip
    return pd.DataFrame(rows, columns=AREAS.names).astype(AREAS.empty().dtypes.to_dict())


def made(table: pd.DataFrame, files: tuple[str, ...] = ("own.csv",)) -> PublishedSeries:
    return PublishedSeries("Anything, %", "proportion", table, files)


class TestOnlyPublications:
    def test_counts_of_teams_are_refused(self) -> None:
        words = "not named by their three digits; England is missing in 2025; fewer than 20"
        with pytest.raises(TrendError, match=words):
            made(local(TEAMS))

    def test_so_are_teams_dressed_as_authorities(self) -> None:
        names = tuple(f"Team {n}" for n in range(30))
        table = local(names, codes=tuple(f"{n:03d}" for n in range(30)))
        with pytest.raises(TrendError, match=r"England is missing.*give counts of your own to"):
            made(table)
        country = table.iloc[[0]].assign(code="E9", area="England", level="country")
        with pytest.raises(TrendError, match="authorities together are larger than England"):
            made(pd.concat([table, country]))

    def test_so_are_cases(self) -> None:
        cases = pd.DataFrame({"child_id": ["A1", "A2"], "team": TEAMS[:2]})
        with pytest.raises(SchemaError):
            made(cases)

    def test_an_unpublished_year_of_one_s_own_is_refused(self, series) -> None:
        one = series["re_referrals"]
        newer = one.figures()
        own = newer[(newer["code"] == "001") & (newer["year"] == 2025)]
        own = own.assign(year=pd.array([2026], dtype="Int64"))
        with pytest.raises(TrendError, match="England is missing in 2026; fewer than 20"):
            made(pd.concat([newer, own], ignore_index=True))

    def test_a_publication_names_its_files(self, series) -> None:
        with pytest.raises(TrendError, match="the files it was read from are not named"):
            made(series["re_referrals"].figures(), ())

    def test_england_twice_is_refused(self, series) -> None:
        table = series["re_referrals"].figures()
        again = table[table["level"] == "country"].assign(code="E0")
        with pytest.raises(TrendError, match="a year has England twice"):
            made(pd.concat([table, again], ignore_index=True))

    def test_none_of_the_same_name(self) -> None:
        with pytest.raises(TrendError, match="cannot be derived from"):
            type("PublishedSeries", (PublishedSeries,), {})

    @pytest.mark.parametrize("make", [trends_table, published_tables])
    def test_a_plain_table_is_refused(self, make, asked) -> None:
        for thing in (local(TEAMS), "text", None):
            with pytest.raises(DisclosureError, match=r"tables of your own to protect\(\)"):
                make([thing], asked)

    def test_a_series_changed_by_force_is_looked_at_again(self, series, asked) -> None:
        one = series["re_referrals"]
        forced = copy.copy(one)
        object.__setattr__(forced, "table", local(TEAMS))
        with pytest.raises(TrendError, match="no published figures of England"):
            published_tables([forced], asked)
        with pytest.raises(TrendError, match="no published figures of England"):
            funnel_table(forced, asked, year=2025)

    def test_its_figures_are_copies(self, series) -> None:
        one = series["re_referrals"]
        given = one.figures()
        given["value"] = -1.0
        assert (one.figures()["value"].dropna() > 0).all()

    def test_nothing_asked_for(self, asked) -> None:
        with pytest.raises(DisclosureError, match="given no measure"):
            published_tables([], asked)


class TestTheTable:
    def test_it_says_who_published_it(self, tables, series, asked) -> None:
        assert "Invented figures in the shape of published ones" in tables.neighbours.note
        real = Asked(asked.own, asked.neighbours)
        table = trends_table([series["re_referrals"]], real)
        assert table.note == (
            "Already published by the Department for Education, and nothing of our own: "
            "c1_referrals_and_rereferrals.csv."
        )

    def test_it_holds_no_counts(self, tables) -> None:
        for one in tables.by_title().values():
            assert one.counts == ()
        plain = {name: getattr(tables.neighbours, name)
                 for name in SafeTable.__dataclass_fields__ if name != "seal"}  # fmt: skip
        with pytest.raises(DisclosureError, match="holds no counts of ours"):
            SafeTable(**(plain | {"counts": ("own",), "publics": ()}), seal=_SEAL)
        with pytest.raises(DisclosureError, match="cannot be made by hand"):
            SafeTable(**plain)
        with pytest.raises(DisclosureError, match="cannot be pickled"):
            pickle.dumps(tables.neighbours)

    def test_the_ledger_keeps_it(self, tables) -> None:
        text = release_text(tables.trends)
        back = printed_table(text)
        assert (back.rows, back.published) == (tables.trends.rows, tables.trends.published)
        cases = pd.DataFrame({"team": ["A", "B"], "cases": [20, 30]})
        asked = request_of(cases, by=["team"], counts=["cases"])
        assert release_text(sealed(back, asked)) == text

    def test_a_heading_is_declared_again_when_the_table_comes_from_the_ledger(self) -> None:
        cases = pd.DataFrame({"team": ["A", "B"], "ends": [20, 30]})
        words = declared("Plans of two years or more at their end")
        asked = {"by": ["team"], "counts": ["ends"], "labels": {"ends": words}}
        first = protect(cases, **asked)
        back = printed_table(release_text(first))
        again = protect(cases, **asked, earlier=[back])
        assert again.rows == first.rows
        require_words_beside(again, what="the test", title="By team")
        other = protect(cases, **(asked | {"labels": {"ends": str(words)}}), earlier=[back])
        with pytest.raises(DisclosureError, match="a heading of the table"):
            require_words_beside(other, what="the test", title="By team")

    def test_tables_of_ours_are_written_to_the_ledger_as_before(self) -> None:
        cases = pd.DataFrame({"team": ["A", "B"], "cases": [20, 30]})
        assert '"published"' not in release_text(protect(cases, by=["team"], counts=["cases"]))

    def test_what_the_dfe_hides_stays_hidden(self, series, asked, tables) -> None:
        table = funnel_table(series["second_plans"], asked, year=2025)
        row = next(row for row in table.rows if row[0] == "Hollowmarch")
        assert row[1] == "[c]"
        missing = {row[:3] for row in tables.missing.rows}
        assert ("Second or subsequent plans, %", "Hollowmarch", "suppressed") in missing
        assert ("All measures", "South Fenshire", "not in the files") in missing

    def test_every_figure_is_a_published_one(self, series, tables) -> None:
        """A naive look-up of each own, region's and England's figure in the series."""
        for one in series.values():
            held = one.figures().set_index(["year", "area"])["value"]
            for row in tables.trends.rows:
                if row[0] != one.title:
                    continue
                for name, area in (("own", "Inventshire"), ("region", "Midmarch"),
                                   ("country", "England")):  # fmt: skip
                    printed = row[tables.trends.columns.index(name)]
                    known = held.get((int(row[1]), area), np.nan)
                    if isinstance(printed, str):
                        assert np.isnan(known)
                    else:
                        assert printed == pytest.approx(known, abs=0.0501)

    def test_a_ratio_has_no_funnel(self, settings, asked) -> None:
        with_ratio = settings.model_copy(update={"measures": ("icpc_per_s47",)})
        with pytest.raises(DisclosureError, match="A ratio has no funnel"):
            funnel_table(series_of(with_ratio)["icpc_per_s47"], asked, year=2025)
