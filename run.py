"""Set up and run qa-sampling with nothing but Python 3.11 or newer.

    python run.py                       this month's audit plan, from the invented authority
    python run.py --extract FILE        the same from your own Annex A extract (and --tables FOLDER)
    python run.py test                  all tests
    python run.py lab                   JupyterLab on the notebooks, with a page to start from
    python run.py check FILE            any command of `qa-sampling`, here: a data-quality report

The first call makes a virtual environment in `.venv` and installs what `requirements.txt` pins,
checked by hash. Later calls start at once; a changed `requirements.txt` is installed again.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
STAMP = ENVIRONMENT / "qa-sampling-stamp"
OLDEST, NEWEST = (3, 11), (3, 13)
MOST_WORKERS = 6


def child_environment() -> dict:
    """Give the environment of everything started here: compiled modules are kept, UTF-8 is on."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept.pop("PYTHONHOME", None)
    fixed = {"PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    places = {"VIRTUAL_ENV": str(ENVIRONMENT)}
    places["QA_SAMPLING_COMMAND"] = "python run.py"
    places |= {"QA_SAMPLING_HOME": os.environ.get("QA_SAMPLING_HOME") or str(HERE)}
    return kept | fixed | places


def wanted_stamp() -> str:
    """Give the fingerprint of what should be installed."""
    parts = [sys.version.encode(), str(HERE).encode()]
    parts += [(HERE / name).read_bytes() for name in ("pyproject.toml", "requirements.txt")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def call(*command: object, folder: Path | None = HERE) -> int:
    """Run a command from the project's folder, or the user's own, and give its exit code."""
    return subprocess.call([str(part) for part in command], cwd=folder, env=child_environment())


def must(*command: object) -> None:
    """Run a command that has to succeed."""
    if code := call(*command):
        sys.exit(
            f"Set-up stopped: `{' '.join(str(part) for part in command)}` ended with code {code}.\n"
            "Mend what it says above (often the network or a proxy) and run the same line again."
        )


def set_up() -> None:
    """Make the virtual environment and install the pinned packages, unless that is done."""
    stamp = wanted_stamp()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == stamp:
        return
    start = time.perf_counter()
    print("Setting up (only this first time) …", flush=True)
    if not (BIN / ("python.exe" if os.name == "nt" else "python")).exists():
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        venv.create(ENVIRONMENT, with_pip=True)
    python = BIN / ("python.exe" if os.name == "nt" else "python")
    installer = [shutil.which("uv") or str(BIN / "uv"), "pip", "install", "--quiet"]
    if not shutil.which("uv"):
        fetched = call(python, "-m", "pip", "install", "--quiet", "uv")
        if fetched != 0:
            installer = [str(python), "-m", "pip", "install", "--quiet"]
    if installer[1] == "pip":
        installer += ["--python", str(python), "--compile-bytecode"]
    must(*installer, "--require-hashes", "-r", "requirements.txt")
    must(*installer, "--no-deps", "-e", ".")
    STAMP.write_text(stamp, encoding="utf-8")
    print(f"Set up in {time.perf_counter() - start:.0f} seconds.\n", flush=True)


def workers() -> int:
    """Give how many workers share the tests: one more than cores, as many of them wait a while."""
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)


def main(arguments: list) -> int:
    """Set up, then do what was asked."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        print(f"qa-sampling needs Python 3.11, 3.12 or 3.13; this is {found}.")
        return 2
    if arguments in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    set_up()
    python = BIN / ("python.exe" if os.name == "nt" else "python")
    first, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if first == "test":
        shared_out = ["-n", str(workers()), "--dist", "loadfile", "--no-loadscope-reorder"]
        return call(python, "-m", "pytest", *shared_out, *rest)
    if not first or first.startswith("-"):
        arguments = ["run", "monthly_audit_plan", *arguments]
    return call(python, "-m", "qa_sampling", *arguments, folder=None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
