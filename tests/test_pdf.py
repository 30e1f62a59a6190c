"""The PDF: the browser that prints it, what it says of itself, and what it is read for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from page_factory import (
    build,
    code,
    outputs,
    safe_table,
    safe_two_way,
    shell,  # noqa: F401
    whole_page,
)

from qa_sampling.errors import ParameterError, PublicationError
from qa_sampling.reporting import browser as browsers
from qa_sampling.reporting.browser import VARIABLE, find_browser, print_page
from qa_sampling.reporting.leaks import leak_scan
from qa_sampling.reporting.members_page import build_members_page
from qa_sampling.reporting.pdf import pdf_texts, plain_facts, write_pdf
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.report import share
from qa_sampling.reporting.words import NOTHING_SAID, say

CHILD = "4001107"
REFERENCE = "PHOIGO727YA2NEVKDI7OKAUCIK"
RUN = re.compile(r"[^\W\d_]+|\d+")
posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


# Which browser -------------------------------------------------------------------------------


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine with nothing installed."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / name.replace("(", "").replace(")", "")))
    return tmp_path


def put(path, text="#!/bin/sh\nexit 0\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def test_none_is_refused_with_three_ways_out(bare, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(
        ParameterError, match=r"none was found\. Install one.*BROWSER.*without --pdf"
    ):
        find_browser()


@posix
@pytest.mark.parametrize(
    "name", ["google-chrome", "chromium", "chromium-browser", "microsoft-edge"]
)
def test_it_is_found_on_the_search_path(bare, monkeypatch, name):
    wanted = put(bare / "bin" / name)
    monkeypatch.setenv("PATH", str(wanted.parent))
    assert find_browser() == wanted


@pytest.mark.parametrize(
    ("root", "place"),
    [
        ("PROGRAMFILES", "Google/Chrome/Application/chrome.exe"),
        ("PROGRAMFILESX86", "Google/Chrome/Application/chrome.exe"),
        ("LOCALAPPDATA", "Google/Chrome/Application/chrome.exe"),
        ("PROGRAMFILESX86", "Microsoft/Edge/Application/msedge.exe"),
        ("LOCALAPPDATA", "Chromium/Application/chrome.exe"),
    ],
)
def test_it_is_found_on_windows(bare, monkeypatch, root, place):
    monkeypatch.setattr(browsers.sys, "platform", "win32")
    monkeypatch.setattr(browsers.shutil, "which", lambda name: None)
    wanted = put(bare / root / place)
    assert find_browser() == wanted


@pytest.mark.parametrize("name", ["Google Chrome", "Microsoft Edge", "Chromium"])
def test_it_is_found_on_macos(bare, monkeypatch, name):
    monkeypatch.setattr(browsers.sys, "platform", "darwin")
    wanted = put(bare / "home" / "Applications" / f"{name}.app" / "Contents" / "MacOS" / name)
    assert find_browser() == wanted


@posix
def test_the_variable_goes_first(bare, monkeypatch):
    other = put(bare / "bin" / "chromium")
    monkeypatch.setenv("PATH", str(other.parent))
    wanted = put(bare / "own" / "my browser")
    monkeypatch.setenv(VARIABLE, str(wanted))
    assert find_browser() == wanted
    monkeypatch.setenv(VARIABLE, str(bare / "gone"))
    with pytest.raises(ParameterError, match=f"{VARIABLE} names no program that can be started"):
        find_browser()


# A browser that fails ------------------------------------------------------------------------


def left(folder):
    return list(folder.glob("qa-sampling-print-*"))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A temporary folder of its own, to see what stays in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(browsers.tempfile, "tempdir", str(folder))
    return folder


@posix
def test_a_browser_that_hangs_is_ended_with_all_it_started(tmp_path, place):
    page = put(tmp_path / "page.html", "<p>x</p>")
    noted = tmp_path / "child"
    hanging = put(tmp_path / "b", f"#!/bin/sh\nsleep 60 &\necho $! > '{noted}'\nwait\n")
    began = time.perf_counter()
    with pytest.raises(PublicationError, match=r"b took more than 1 seconds to print the page and"):
        print_page(page, browser=hanging, seconds=1)
    assert time.perf_counter() - began < 20
    assert left(place) == []
    time.sleep(0.2)
    state = Path(f"/proc/{noted.read_text().strip()}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


@posix
@pytest.mark.parametrize(
    "does",
    [
        "exit 0",
        "exit 1",
        'for a in "$@"; do case $a in --print-to-pdf=*) echo x > "${a#*=}";; esac; done',
    ],
)
def test_a_browser_that_writes_no_pdf_is_told(tmp_path, place, does):
    page = put(tmp_path / "page.html", "<p>x</p>")
    with pytest.raises(PublicationError, match=r"b wrote no PDF of the page\. Name another"):
        print_page(page, browser=put(tmp_path / "b", f"#!/bin/sh\n{does}\n"))
    assert left(place) == []


@posix
def test_a_sandbox_that_cannot_start_is_told(tmp_path, place):
    """As in a container, where Chrome ends at once and says why on its standard error."""
    page = put(tmp_path / "page.html", "<p>x</p>")
    says = "echo '[1:1:FATAL:zygote_host_impl_linux.cc(128)] No usable sandbox!' >&2; exit 133"
    with pytest.raises(PublicationError, match=r"of the page\. Its sandbox cannot start on this"):
        print_page(page, browser=put(tmp_path / "b", f"#!/bin/sh\n{says}\n"))
    assert left(place) == []


@posix
def test_an_account_without_a_home_can_print(tmp_path, place, monkeypatch):
    """As in a container that runs under a number no name belongs to."""

    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(browsers.Path, "home", no_home)
    page = put(tmp_path / "page.html", "<p>x</p>")
    with pytest.raises(PublicationError, match="wrote no PDF"):
        print_page(page, browser=put(tmp_path / "b", "#!/bin/sh\nexit 0\n"))


@posix
def test_a_browser_that_cannot_start_is_told(tmp_path, place):
    page = put(tmp_path / "page.html", "<p>x</p>")
    with pytest.raises(PublicationError, match="b could not be started"):
        print_page(page, browser=put(tmp_path / "b", "\x7fELF nothing"))


@posix
def test_the_browser_is_told_to_stay_off_the_network(tmp_path, place):
    page = put(tmp_path / "page.html", "<p>x</p>")
    noted = tmp_path / "noted"
    spy = put(tmp_path / "b", f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{noted}'\n")
    with pytest.raises(PublicationError):
        print_page(page, browser=spy)
    said = noted.read_text().splitlines()
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in said
    assert "--disable-background-networking" in said
    assert ("--no-sandbox" in said) is (os.geteuid() == 0)
    (profile,) = [one for one in said if one.startswith("--user-data-dir=")]
    assert str(place) in profile
    assert said[-1].startswith("file:")
    assert str(tmp_path / "page.html") not in said[-1]


# The PDF -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def program():
    try:
        return find_browser()
    except ParameterError:
        pytest.skip("neither Chrome, Chromium nor Edge is installed")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(whole_page(safe_table(), safe_two_way()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def printed(program, page):
    target = page.with_suffix(".pdf")
    write_pdf(page, target, browser=program)
    return target


def told(program, *arguments):
    if not shutil.which(program):
        pytest.skip(f"poppler's {program} is not installed")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def read(path):
    texts: dict[str, str] = {}
    for part, text in pdf_texts(path.read_bytes()):
        texts[part] = f"{texts.get(part, '')}\n{text}"
    return texts


def test_the_page_for_members_is_one_sheet(program, tmp_path):
    """A full one: standards, outcomes, a service, more things said and done than fit."""
    disagree = (
        "Sources disagree on visits: good by audits; not yet good by moderators, observations and "
        "checks, and practitioners and partners."
    )
    did = (
        "You said: Parents told us that plans were long and hard to follow. We did: Plans now have "
        "short steps, and who does what by when. What changed: Families know what happens next."
    )
    parts = {
        "How much did we do?": 3 * [did[:90]],
        "How well did we do it?": 6 * [disagree],
        "What difference did it make?": 9 * [disagree[:110]],
        "Family Safeguarding": 4 * [disagree],
        "You said, we did": 30 * [did],
    }
    page = tmp_path / "members.html"
    sealed = {
        heading: sum((say(one) for one in said), start=NOTHING_SAID)
        for heading, said in parts.items()
    }
    given = {"Figures": "as they stood", "Ask": "your Quality Assurance team"}
    title = "Inventshire (invented): quality assurance"
    page.write_text(
        build_members_page(title=title, parts=sealed, provenance=given), encoding="utf-8"
    )
    write_pdf(page, page.with_suffix(".pdf"), browser=program)
    assert re.search(r"Pages: +1\n", told("pdfinfo", page.with_suffix(".pdf")))
    shown = page.read_text(encoding="utf-8")
    assert shown.count("You said: Parents") in range(2, 30)
    assert "There is more on the page for everybody." in shown


def test_packed_text_that_ends_like_a_line_is_read_whole():
    """One stream in 256 ends with the byte of a carriage return, before the line's end."""
    texts = (f"(case {'a' * n}) Tj" for n in range(300))
    packed = next(one for text in texts if (one := zlib.compress(text.encode()))[-1:] == b"\r")
    stored = b"%PDF-1.4\n1 0 obj\n<</Filter /FlateDecode>>\nstream\n" + packed
    stored += b"\nendstream\nendobj\n"
    assert len(list(pdf_texts(stored))) > 0


def test_it_says_its_title_and_us_and_nothing_else(printed):
    said = dict(line.split(":", 1) for line in told("pdfinfo", printed).splitlines())
    facts = {name: value.strip() for name, value in said.items()}
    assert facts["Title"] == "Practice Evaluations, November 2026"
    assert facts["Producer"] == "qa-sampling"
    assert not {"Creator", "Author", "Subject", "Keywords", "CreationDate", "ModDate"} & set(facts)
    assert facts["Custom Metadata"] == facts["Metadata Stream"] == "no"
    assert facts["JavaScript"] == "no"
    assert facts["Tagged"] == "yes"
    assert "A4" in facts["Page size"]
    stored = printed.read_bytes()
    assert not re.search(rb"Mozilla|Chrom|Skia|Linux|Windows|Macintosh|\(D:\d{8}", stored)


def test_it_is_tagged_titled_and_in_a_language(printed):
    stored = printed.read_bytes()
    assert b"/Lang (en-GB)" in stored
    assert b"/StructTreeRoot" in stored
    structure = told("pdfinfo", "-struct", printed)
    for kind in ("H1", "H2", "Table", "TH", "Figure", "LI"):
        assert re.search(rf"^\s*{kind}\b", structure, flags=re.MULTILINE), kind


def test_pictures_have_their_words_and_parts_are_listed(printed):
    texts = read(printed)
    assert "Dot chart of the shares of cases and of audits by status" in texts["strings"]
    assert printed.read_bytes().count(b"/Alt") >= 2
    assert "/Outlines" in texts["names"]
    assert "Method and limits" in texts["strings"]


def test_it_holds_what_the_page_holds_also_what_is_folded(printed):
    said = " ".join(told("pdftotext", printed, "-").split())
    for words in (
        "40 cases will be audited.",
        "Audits follow cases",
        "Looked after",
        "By ticket.",
        "Where this page comes from",
        "Shareable: no information about individual children",
    ):
        assert words in said


def test_our_reader_finds_every_word_that_poppler_finds(printed):
    ours = set(RUN.findall(read(printed)["page text"].casefold()))
    theirs = set(RUN.findall(told("pdftotext", printed, "-").casefold()))
    assert len(theirs) > 100
    assert theirs - ours == set()


def test_printing_again_gives_the_same_bytes(printed, page, program, tmp_path):
    write_pdf(page, tmp_path / "again.pdf", browser=program)
    assert (tmp_path / "again.pdf").read_bytes() == printed.read_bytes()


def test_the_page_is_left_and_nothing_stays_behind(program, page, place):
    before = page.read_bytes(), sorted(page.parent.iterdir())
    assert print_page(page, browser=program).startswith(b"%PDF-")
    assert (page.read_bytes(), sorted(page.parent.iterdir())) == before
    assert left(place) == []


def test_it_prints_without_a_network(program, page, tmp_path):
    if not shutil.which("unshare") or os.geteuid() != 0:
        pytest.skip("a machine without a network can be had on Linux as root only")
    target = tmp_path / "page.pdf"
    line = (
        "from pathlib import Path; from qa_sampling.reporting.pdf import write_pdf;"
        f"write_pdf(Path({str(page)!r}), Path({str(target)!r}), browser=Path({str(program)!r}))"
    )
    done = subprocess.run(["unshare", "--net", sys.executable, "-c", line], capture_output=True)
    if b"unshare" in done.stderr:
        pytest.skip("this machine does not allow a network of one's own")
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size > 10_000


@pytest.mark.parametrize("where", ["title", "question", "cell", "alt"])
def test_the_leak_scan_reads_it(program, tmp_path, where):
    words = dict.fromkeys(("title", "question", "cell", "alt"), "nothing") | {
        where: f"about {CHILD} here"
    }
    path = tmp_path / "page.html"
    title = declared(f"By {words['cell']}")
    shown = code(outputs(share, safe_table(), title=title), "page-table")
    heads = {name: declared(words[name]) for name in ("title", "question")}
    text = build(shown, **heads)
    drawn = '<path d="M 0 0 L 9 9"/></svg>'
    picture = f'<svg role="img" aria-label="{words["alt"]}" viewBox="0 0 9 9">{drawn}'
    path.write_text(text.replace("</main>", f"{picture}</main>"), encoding="utf-8")
    target = tmp_path / "shared" / "page.pdf"
    target.parent.mkdir()
    write_pdf(path, target, browser=program)
    found = leak_scan([target.parent], [CHILD, REFERENCE])
    assert {leak.file for leak in found} == {"page.pdf"}
    assert not leak_scan([target.parent], [REFERENCE, "4001108"])


# What is no PDF of a page --------------------------------------------------------------------

PLAIN = (
    b"%PDF-1.4\n1 0 obj\n<</Title (A \\(small\\) page)\n/Creator (Somebody's machine 1.0)"
    b"\n/Producer (X)\n/CreationDate (D:20261125144221)>>\nendobj\n"
    b"2 0 obj\n<</Type /Catalog /MarkInfo <</Marked true>> /StructTreeRoot 3 0 R /Lang (en-GB)>>\n"
    b"endobj\ntrailer\n<</Root 2 0 R /Info 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


def test_facts_are_overwritten_in_place():
    cleaned = plain_facts(PLAIN)
    assert len(cleaned) == len(PLAIN)
    assert b"<</Title (A \\(small\\) page)\n/Producer (qa-sampling)" in cleaned
    assert not re.search(rb"Creator|machine|D:2026", cleaned)
    assert cleaned.index(b"2 0 obj") == PLAIN.index(b"2 0 obj")


def test_a_browser_that_is_too_old_is_told():
    """Before 131 what is folded stays folded on paper, and no sheet is marked."""
    with pytest.raises(PublicationError, match=r"too old \(version 130\).*of version 131 or newer"):
        plain_facts(PLAIN.replace(b"(X)", b"(Skia/PDF m130)"))
    assert b"(qa-sampling)" in plain_facts(PLAIN.replace(b"(X)", b"(Skia/PDF m131)"))


@pytest.mark.parametrize(
    "change",
    [
        (b"/Lang (en-GB)", b""),
        (b"/MarkInfo", b"/Nothing"),
        (b"/StructTreeRoot", b"/Nothing"),
        (b"/Title", b"/Subject"),
        (b"/Info 1 0 R", b""),
        (b"/Root 2", b"/Metadata 4 0 R /Root 2"),
        (b"Somebody's machine 1.0", b""),
    ],
)
def test_a_pdf_that_cannot_be_made_plain_is_refused(change):
    changed = PLAIN.replace(*change)
    if change[0].startswith(b"Somebody"):
        changed = re.sub(rb"/Creator \(\)|/CreationDate \(D:\d+\)|\n/Producer \(X\)", b"", changed)
    with pytest.raises(PublicationError, match=r"[Rr]un without --pdf"):
        plain_facts(changed)


def stream(body, head=b"/Filter /FlateDecode", packed=True):
    data = zlib.compress(body) if packed else body
    return b"9 0 obj\n<<" + head + b"/Length 9>> stream\n" + data + b"\nendstream\nendobj\n"


UNREADABLE = {
    "encrypted": PLAIN.replace(b"/Root", b"/Encrypt 8 0 R /Root"),
    "an encrypted object": PLAIN.replace(b"/Type /Catalog", b"/Type /Catalog /Encrypt 8 0 R"),
    "packed objects": PLAIN + b"8 0 obj\n<</Type /ObjStm>>\nendobj\n",
    "a file inside": PLAIN + b"8 0 obj\n<</Type /EmbeddedFile>>\nendobj\n",
    "a script": PLAIN + b"8 0 obj\n<</S /JavaScript /JS (x)>>\nendobj\n",
    "another packing": PLAIN + stream(b"x", b"/Filter /LZWDecode"),
    "a damaged stream": PLAIN + stream(b"x", packed=False),
    "text in an unknown font": PLAIN + stream(b"BT /F9 9 Tf <0041> Tj ET"),
    "no object": b"%PDF-1.4\nnothing\n%%EOF",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_not_passed_as_clean(tmp_path, name):
    (tmp_path / "page.pdf").write_bytes(UNREADABLE[name])
    with pytest.raises(PublicationError, match=r"page\.pdf cannot be searched for case numbers"):
        leak_scan([tmp_path], [CHILD])


@pytest.mark.parametrize(
    "said",
    [
        b"/Title (Case 4001107)",
        b"/Title (Case 400\\\n1107)",
        b"/Title (Case \\064001107)",
        b"/Title <FEFF0034003000300031003100300037>",
        b"/Title <34 303031 313037>",
        b"/A <</URI (https://example.org/4001107)>>",
        b"/Dests <</case_4001107 [2 0 R /Fit]>>",
        b"/Alt (a \\(chart\\) of 4001107)",
    ],
)
def test_strings_are_read_in_every_notation(tmp_path, said):
    (tmp_path / "a.pdf").write_bytes(PLAIN.replace(b"/Type /Catalog", b"/Type /Catalog " + said))
    assert leak_scan([tmp_path], [CHILD])


def test_what_stands_outside_objects_is_read(tmp_path):
    (tmp_path / "a.pdf").write_bytes(PLAIN + b"% 4001107\n")
    (tmp_path / "b.pdf").write_bytes(PLAIN.replace(b"startxref\n0", b"startxref\n4001107"))
    assert [leak.file for leak in leak_scan([tmp_path], [CHILD])] == ["a.pdf"]
