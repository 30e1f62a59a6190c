"""An installed browser, found and used as a printer: a page in, a PDF out, without a network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from qa_sampling.errors import ParameterError, PublicationError

VARIABLE = "QA_SAMPLING_BROWSER"
"""Environment variable that names the browser's program."""
_COMMANDS = (
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
    "msedge",
)
_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
)
_MACOS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Chromium.app/Contents/MacOS/Chromium",
)
_SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--export-tagged-pdf",
    # Nothing of its own over the network, and nothing for a page that would ask.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--password-store=basic",
    "--use-mock-keychain",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_SECONDS = 120.0
_MOST_SAID = 100_000
_NO_SANDBOX = (
    "Its sandbox cannot start on this machine, as in some containers: ask whoever runs the machine "
    "to allow it (user namespaces). "
)


def find_browser() -> Path:
    """Give the program of an installed Chrome, Chromium or Edge.

    The environment variable QA_SAMPLING_BROWSER goes first; then the search path; then the
    usual places of Windows and macOS.

    Raises
    ------
    ParameterError
        When the variable names no program, or there is no such browser.
    """
    if named := os.environ.get(VARIABLE):
        found = shutil.which(named)
        if not found:
            raise ParameterError(f"{VARIABLE} names no program that can be started. Mend it.")
        return Path(found)
    for candidate in _candidates():
        if candidate.is_file():
            return candidate
    raise ParameterError(
        "A PDF is printed by Chrome, Chromium or Edge, and none was found. Install one, name its "
        f"program in the environment variable {VARIABLE}, or run without --pdf."
    )


def _candidates() -> Iterator[Path]:
    """Give where a browser may be, in the order of preference."""
    for command in _COMMANDS:
        if found := shutil.which(command):
            yield Path(found)
    if sys.platform == "win32":
        names = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        roots = [Path(os.environ[name]) for name in names if os.environ.get(name)]
        yield from (root / place for place in _WINDOWS for root in roots)
    elif sys.platform == "darwin":
        roots = [Path("/Applications"), Path.home() / "Applications"]
        yield from (root / place for place in _MACOS for root in roots)


def print_page(page: Path, *, browser: Path, seconds: float = _SECONDS) -> bytes:
    """Print a page to PDF: tagged, with an outline, and without a network.

    The browser gets a profile of its own that is gone afterwards, and works on a copy there.

    Parameters
    ----------
    page : Path
        An HTML file that needs nothing but itself.
    browser : Path
        What :func:`find_browser` gave.
    seconds : float
        The longest it may take.

    Returns
    -------
    bytes
        The PDF as the browser wrote it.

    Raises
    ------
    PublicationError
        When the browser does not start, takes too long or writes no PDF.
    """
    with _own_folder(browser) as folder:
        copy, printed = folder / "page.html", folder / "page.pdf"
        shutil.copyfile(page, copy)
        command = [
            str(browser),
            *_SWITCHES,
            *(["--no-sandbox"] if _is_root() else []),
            f"--user-data-dir={folder / 'profile'}",
            f"--print-to-pdf={printed}",
            copy.as_uri(),
        ]
        said = _wait(command, seconds, folder / "said.txt")
        stored = printed.read_bytes() if printed.is_file() else b""
    if not (stored.startswith(b"%PDF-") and stored.rstrip().endswith(b"%%EOF")):
        why = _NO_SANDBOX if b"sandbox" in said.lower() else ""
        raise PublicationError(
            f"{browser.name} wrote no PDF of the page. {why}Name another browser in {VARIABLE}, "
            "or run without --pdf and print the page by hand."
        )
    return stored


def _wait(command: list[str], seconds: float, notes: Path) -> bytes:
    """Run the browser to its end, or end it with everything it started; give what it said."""
    with notes.open("wb") as said:
        _run(command, seconds, said)
    return notes.read_bytes()[:_MOST_SAID]


def _run(command: list[str], seconds: float, said: BinaryIO) -> None:
    own_group = {} if sys.platform == "win32" else {"start_new_session": True}
    try:
        started = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            **own_group,
        )
    except OSError as error:
        raise PublicationError(
            f"{Path(command[0]).name} could not be started ({error.strerror}). Name another "
            f"browser in {VARIABLE}, or run without --pdf."
        ) from None
    try:
        started.wait(seconds)
    except subprocess.TimeoutExpired:
        raise PublicationError(
            f"{Path(command[0]).name} took more than {seconds:.0f} seconds to print the page and "
            "was ended. Run again, or run without --pdf."
        ) from None
    finally:
        _end(started)


def _end(started: subprocess.Popen) -> None:
    """End a browser, and on POSIX whatever is left of its group."""
    if sys.platform == "win32":
        started.kill()
    else:
        try:
            os.killpg(started.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            started.kill()
    started.wait()


@contextmanager
def _own_folder(browser: Path) -> Iterator[Path]:
    """Make a folder that the browser may write to; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="qa-sampling-print-", dir=_room_for(browser)))
    try:
        yield folder
    finally:
        for pause in (0, 0.1, 0.4, 1.6):
            time.sleep(pause)  # on Windows a file may be held for a moment
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break


def _room_for(browser: Path) -> Path | None:
    """Give where a browser of a snap may write, which does not see the usual place."""
    if "snap" not in browser.resolve().parts:
        return None
    shared = Path.home() / "snap" / browser.name / "common"
    return shared if shared.is_dir() else None


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
