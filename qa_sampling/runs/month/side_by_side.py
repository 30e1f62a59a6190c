"""Runs of a month in the order they need, independent ones side by side, each its own process."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from qa_sampling.errors import ParameterError
from qa_sampling.runs.month.tasks import Ended, MonthTask, State
from qa_sampling.runs.result import Progress

_STATES: dict[int, State] = {2: "refused", 3: "waiting", 5: "nothing yet"}
_OPENINGS = ("Refused: ", "Failed: ", "Nothing to look at yet: ")


def run_side_by_side(
    tasks: Sequence[MonthTask], *, jobs: int, progress: Progress
) -> tuple[Ended, ...]:
    """Run tasks, at most so many at a time; what waits for one that did not publish is left.

    Draws of a period never run side by side, and none begins while another waits for its seed.
    Each is a process of its own, so that one that fails or is killed takes no other with it.
    When this one is interrupted, those it started are ended too.

    Parameters
    ----------
    tasks : sequence of MonthTask
        The tasks; they start in this order where nothing holds them back.
    jobs : int
        Most processes at a time.
    progress : callable
        Told when each begins and ends.

    Returns
    -------
    tuple of Ended
        In the order of the tasks.

    Raises
    ------
    ParameterError
        When tasks wait for each other in a circle.
    """
    waiting = {task.name: task for task in in_order(tasks)}
    ended: dict[str, Ended] = {}
    started = _Started()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        running: dict[Future[Ended], MonthTask] = {}
        try:
            while waiting or running:
                _leave_what_cannot_start(waiting, ended, progress)
                for task in list(waiting.values()):
                    if len(running) < jobs and _is_free(task, waiting, running.values()):
                        del waiting[task.name]
                        progress(f"{task.name}: started")
                        running[pool.submit(started.run, task)] = task
                for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                    del running[future]
                    one = future.result()
                    ended[one.task.name] = one
                    progress(f"{one.task.name}: {one.state} ({one.seconds:.0f} s)")
        except BaseException:
            started.end()
            raise
    return tuple(ended[task.name] for task in tasks)


def in_order(tasks: Sequence[MonthTask]) -> tuple[MonthTask, ...]:
    """Give tasks so that each comes after those it waits for, else in the given order.

    A task that is waited for and is not among them holds nobody back.

    Parameters
    ----------
    tasks : sequence of MonthTask
        The tasks.

    Raises
    ------
    ParameterError
        When they wait for each other in a circle.
    """
    left, ordered = {task.name: task for task in tasks}, []
    while left:
        ready = next((one for one in left.values() if not set(one.after) & set(left)), None)
        if ready is None:
            raise ParameterError(
                f"{', '.join(left)} wait for each other in a circle; change `after`."
            )
        ordered.append(left.pop(ready.name))
    return tuple(ordered)


def _is_free(
    task: MonthTask, waiting: Mapping[str, MonthTask], running: Iterable[MonthTask]
) -> bool:
    """Say whether nothing that a task waits for is still to come, and no draw beside it."""
    at_work = list(running)
    if any(_would_meet(task, one) for one in at_work):
        return False
    return not set(task.after) & {*waiting, *(one.name for one in at_work)}


def _would_meet(task: MonthTask, other: MonthTask) -> bool:
    """Say whether two tasks draw cases of the same period."""
    return task.draws and other.draws and task.period == other.period


def _leave_what_cannot_start(
    waiting: dict[str, MonthTask], ended: dict[str, Ended], progress: Progress
) -> None:
    """End tasks that wait for one that did not publish, and those that wait for them."""
    for task in list(waiting.values()):
        missing = [name for name in task.after if name in ended and not ended[name].done]
        seedless = [
            name
            for name, one in ended.items()
            if one.state == "waiting" and _would_meet(task, one.task)
        ]
        if names := " and ".join(missing or seedless):
            why = "which did not publish" if missing else "whose draw waits for its seed"
            del waiting[task.name]
            ended[task.name] = Ended(task, "not started", f"It waits for {names}, {why}.")
            progress(f"{task.name}: not started, it waits for {names}")


class _Started:
    """The processes that were started here, so that they can be ended here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: list[subprocess.Popen] = []
        self._over = False

    def run(self, task: MonthTask) -> Ended:
        """Run one task to its end."""
        begun = time.perf_counter()
        try:
            with self._lock:
                if self._over:
                    return Ended(task, "not started", "It was stopped before it began.")
                process = subprocess.Popen(
                    task.command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=os.environ | {"PYTHONUTF8": "1"},
                )
                self._processes.append(process)
        except OSError as error:
            return Ended(task, "failed", f"It could not be started ({error.strerror}).")
        said, complained = (part.decode("utf-8", "replace") for part in process.communicate())
        seconds = time.perf_counter() - begun
        state, message = _judged(process.returncode, said, complained)
        return Ended(task, state, message, seconds)

    def end(self) -> None:
        """End all that were started and are at work, and start no more."""
        with self._lock:
            self._over = True
            for process in self._processes:
                if process.poll() is None:
                    process.terminate()


def _judged(code: int, said: str, complained: str) -> tuple[State, str]:
    """Give how a process ended, from its exit code and words."""
    if code == 0:
        first = said.partition("\n")[0]
        return ("already published" if "already published" in first else "published"), ""
    if code < 0:
        return "failed", f"It was ended from outside ({_signal(-code)}); nothing half-made is left."
    lines = [line for line in complained.splitlines() if line and not line.startswith("· ")]
    begins = [place for place, line in enumerate(lines) if line.startswith(_OPENINGS)]
    told = lines[begins[-1] if begins else -1 :]
    message = " ".join(told) or f"It ended with code {code} and said nothing."
    return _STATES.get(code, "failed"), _without_opening(message)


def _without_opening(message: str) -> str:
    for opening in _OPENINGS:
        message = message.removeprefix(opening)
    return message


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
