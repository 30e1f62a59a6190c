"""The worked examples of docs/moderation.md and docs/actions.md print what the pages say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize(("name", "fewest"), [("moderation.md", 2), ("actions.md", 1)])
def test_the_worked_example_prints_what_the_page_says(name: str, fewest: int) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", text, flags=re.S)
    assert len(blocks) >= fewest
    names: dict[str, object] = {}
    for code, expected in blocks:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(code, name, "exec"), names)
        assert said.getvalue() == expected
