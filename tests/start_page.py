"""Write notebooks/start_here.md: `python tests/start_page.py`; a test holds it to the code."""

from pathlib import Path

from qa_sampling.lab.start_page import START_PAGE, start_page

if __name__ == "__main__":
    place = Path(__file__).parents[1] / "notebooks" / START_PAGE
    place.write_text(start_page(), encoding="utf-8", newline="\n")
