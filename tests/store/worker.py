"""What other processes do in the tests: ``python -m tests.store.worker VERB URL ...``; the answer is a line of JSON.

Each says ``ready``, waits for a line, and starts then, so that several start together.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from csprotocol import store
from tests.store.shop import AT, command, incident, open_url

ROOT = Path(__file__).parents[2]
BATCH = 7


def together(*calls: Sequence[str]) -> list[Any]:
    """The answer of each call, all of them at work at the same time."""
    line = [sys.executable, "-m", "tests.store.worker"]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    workers: list[Any] = [subprocess.Popen([*line, *call], **pipes) for call in calls]
    for worker in workers:
        assert "ready\n" == worker.stdout.readline()
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [worker.communicate(timeout=120)[0] for worker in workers]
    return [json.loads(answer) for answer in answers]


def append(url: str, name: str, count: str) -> int:
    """How many conflicts there were until all was written."""
    conflicts = 0
    with open_url(url) as journal:
        for number in range(int(count)):
            while True:
                version = journal.load("INC-1").version
                told = command("note", f"{name}-{number}", text=name)
                if journal.execute("INC-1", told, now=AT, expected_version=version).kind.value == "applied":
                    break
                conflicts += 1
    return conflicts


def resolve(url: str, name: str) -> str:
    with open_url(url) as journal:
        told = command("resolve", name, resolution="refund")
        return journal.execute("INC-1", told, now=AT, expected_version=4).kind.value


def redeliver(url: str, incident_id: str, count: str) -> dict[str, int]:
    with open_url(url) as journal:
        kinds = (
            journal.execute(incident_id, command("note", f"msg-{number}"), now=AT).kind.value
            for number in range(int(count))
        )
        return Counter(kinds)


def count(url: str, times: str) -> list[str]:
    with open_url(url) as journal:
        # The very same incident but for its id: nobody may take another's for a redelivery of its own.
        return [journal.open_next(incident).id for _ in range(int(times))]


def merge(url: str, prefix: str, into: str, count: str) -> list[str]:
    with open_url(url) as journal:
        return [
            journal.execute(f"{prefix}{number}", command("merge_into", into=f"{into}{number}"), now=AT).kind.value
            for number in range(int(count))
        ]


def first(url: str) -> bool:
    with open_url(url) as journal:
        return journal.verify().ok


def fork(path: str) -> int:
    """The exit code of a child that uses the journal which its parent opened."""
    with store.sqlite(path) as journal:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = 0 if journal.execute("INC-1", command("note", "child"), now=AT).ok else 1
            finally:
                os._exit(status)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        journal.execute("INC-1", command("note", "parent"), now=AT)
        return ended


def crash(path: str, rounds: str) -> list[int]:
    """Batches acknowledged in each round, before the writer was killed in the middle of its work."""
    chance = random.Random(20261121)
    return [_round(path, number, chance.uniform(0.001, 0.03)) for number in range(int(rounds))]


def _round(path: str, number: int, seconds: float) -> int:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _write_until_killed(path, number, write_end)
        finally:
            os._exit(1)
    os.close(write_end)
    acknowledged = os.read(read_end, 1)  # It is at work.
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(read_end, 65536):
        acknowledged += more
    os.close(read_end)
    return len(acknowledged)


def _write_until_killed(path: str, number: int, pipe: int) -> None:
    journal = store.sqlite(path)
    batch = 0
    while True:
        told = [command("note", f"{number}/{batch}/{place}", text="x" * 50) for place in range(BATCH)]
        journal.execute_many(("INC-1" if place % 2 else "INC-2", each, AT) for place, each in enumerate(told))
        os.write(pipe, b".")
        batch += 1


VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb for verb in (append, resolve, redeliver, merge, first, count, fork, crash)
}

if __name__ == "__main__":
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    print(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))  # noqa: T201
