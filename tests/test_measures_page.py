"""The page of measures agrees with the registry."""

from measures_page import PAGE, page

from qa_sampling.trends.measures import MEASURES


def test_the_page_is_up_to_date() -> None:
    found = PAGE.read_text(encoding="utf-8")
    assert found == page(), "run `python tests/measures_page.py`"


def test_every_measure_is_on_the_page() -> None:
    text = page()
    assert all(f"| `{name}` |" in text for name in MEASURES)
