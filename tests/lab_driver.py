"""A real JupyterLab in a real browser, for tests: start it on a copy, open, run, wait, look."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from qa_sampling.errors import ParameterError
from qa_sampling.reporting.browser import find_browser

ROOT = Path(__file__).parents[1]
SECONDS = 120


@contextmanager
def running_browser():
    """Start a browser that is installed here; skip where none is."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    try:
        program = find_browser()
    except ParameterError:
        pytest.skip("neither Chrome, Chromium nor Edge is installed")
    with playwright.sync_playwright() as running:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = running.chromium.launch(executable_path=str(program), args=arguments)
        yield opened
        opened.close()


def new_page(browser):
    """Open a page of a laptop's size that keeps what it asked for and accepts what it is asked."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(SECONDS * 1000)
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("dialog", lambda dialog: dialog.accept())
    return page


@contextmanager
def running_lab(place: Path):
    """Start `qa-sampling lab` on a copy of notebooks and parameters."""
    for name in ("notebooks", "parameters"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns(".*"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    private = {name: str(place / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    private["JUPYTER_DATA_DIR"] = str(place / "jupyter")
    private["JUPYTER_RUNTIME_DIR"] = str(place / "runtime")
    private["QA_SAMPLING_HOME"] = str(place)
    private["QA_SAMPLING_OUTPUTS"] = str(place / "outputs")
    private |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    options = ["--no-browser", f"--port={port}", f"--IdentityProvider.token={token}"]
    options += ["--ip=127.0.0.1", "--ServerApp.allow_root=True"]
    log = (place / "lab.log").open("w", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "qa_sampling", "lab", *options],
        cwd=place, env=kept | private, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api/status?token={token}", server)
        yield Lab(address, token, place)
    finally:
        with suppress(OSError):
            ask = urllib.request.Request(
                f"{address}/api/shutdown?token={token}", method="POST", data=b""
            )
            urllib.request.urlopen(ask, timeout=20).close()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def _wait_for(url: str, server: subprocess.Popen) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError("JupyterLab did not start; see lab.log")


class Lab:
    """A running JupyterLab and what a person does in it."""

    def __init__(self, address: str, token: str, place: Path) -> None:
        self.address, self.token, self.place = address, token, place

    def visit(self, page, path: str = "", *, settled: str) -> None:
        """Open a path in a workspace of its own, and wait for what it shows."""
        where = f"/lab/workspaces/w{secrets.token_hex(4)}/{path}" if path else "/"
        page.goto(f"{self.address}{where}?token={self.token}&reset")
        page.wait_for_selector(settled, timeout=SECONDS * 1000)

    def open(self, page, name: str) -> None:
        """Open a notebook and wait until its kernel is there."""
        self.visit(page, f"tree/{name}", settled=".jp-Notebook .jp-Cell")
        ready = page.get_by_text(re.compile(r"Python 3.*\| Idle"))
        ready.wait_for(timeout=SECONDS * 1000)

    def menu(self, page, *path: str) -> None:
        """Choose from the menu bar as a person does."""
        page.locator(".lm-MenuBar-item", has_text=path[0]).first.click()
        page.locator(".lm-Menu-item", has_text=path[1]).first.click()

    def run_all(self, page) -> None:
        """Run all cells, none of which is done before, and wait until all are."""
        self.menu(page, "Edit", "Clear Outputs of All Cells")
        self.menu(page, "Run", "Run All Cells")
        page.wait_for_function(DONE, timeout=5 * SECONDS * 1000)

    def restart(self, page) -> None:
        """Restart the kernel from the menu, and wait until it is there again."""
        self.menu(page, "Kernel", "Restart Kernel…")
        page.locator(".jp-Dialog .jp-mod-accept").click()
        page.locator(".jp-Dialog").wait_for(state="detached")
        ready = page.get_by_text(re.compile(r"Python 3.*\| Idle"))
        ready.wait_for(timeout=SECONDS * 1000)

    def errors(self, page) -> list[str]:
        """Give the words of every error that the open notebook shows."""
        shown = page.locator(".jp-OutputArea-output[data-mime-type*='error']")
        return shown.all_inner_texts()

    def save(self, page) -> dict:
        """Save with the keyboard and give what is in the file then."""
        name = page.locator(".lm-TabBar-tab.jp-mod-current .lm-TabBar-tabLabel").first.inner_text()
        path = self.place / "notebooks" / name
        before = path.stat().st_mtime_ns
        page.keyboard.press("Control+s")
        end = time.monotonic() + 30
        while time.monotonic() < end:
            page.wait_for_timeout(100)
            with suppress(ValueError):  # half written
                if path.stat().st_mtime_ns != before:
                    return json.loads(path.read_text(encoding="utf-8"))
        raise AssertionError("nothing was saved")


DONE = """(() => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
    return prompts.length > 0 && prompts.every(one => /\\d/.test(one.textContent));
})()"""
