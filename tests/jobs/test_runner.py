"""The queue: each document to one worker at a time, taken again when a worker falls silent, given up in the end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.jobs import store
from service.jobs.runner import is_running_here, run_forever, run_job, run_one, worker_name
from service.jobs.translate import Workbench
from service.jobs.values import Job, JobDocument, JobNotFound, State
from service.settings import Settings
from service.wiring import Application
from tests.fakes import FakeEngine
from tests.jobs.support import Clock, documents_of, say, timed, upload_job

CONTENTS = {f"{number:02}.txt": f"{number}番目の同盟。\n" for number in range(12)}


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def timed_bench(bench: Workbench, clock: Clock) -> Workbench:
    """A workbench with that clock."""
    return timed(bench, clock)


@pytest.fixture
def either_bench(database_url: str, settings: Settings) -> Iterator[Workbench]:
    """A workbench on SQLite, then on PostgreSQL."""
    both = settings.model_copy(update={"database_url": SecretStr(database_url)})
    application = Application(both, engines={("ja", "en"): FakeEngine(say)})
    yield application.workbench()
    application.close()


def _claim(bench: Workbench, worker: str = "w:1", job: Job | None = None) -> JobDocument | None:
    with bench.sessions.begin() as session:
        return store.claim_next(session, worker=worker, now=bench.clock(), job_id=job.id if job else None)


def test_several_threads_never_take_the_same_document(either_bench: Workbench, tmp_path: Path) -> None:
    job = upload_job(either_bench, tmp_path / "job", {f"{n:03}.txt": "本文。" for n in range(60)})
    taken: list[tuple[str, str]] = []
    start = threading.Barrier(8)

    def take(worker: str) -> None:
        start.wait()
        while document := _claim(either_bench, worker, job):
            taken.append((document.path, worker))

    threads = [threading.Thread(target=take, args=(f"w:{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(path for path, _ in taken) == Counter({f"{n:03}.txt": 1 for n in range(60)})
    assert {d.path: d.worker for d in documents_of(either_bench, job).values()} == dict(taken)


def test_a_job_runs_to_its_end_on_either_database(either_bench: Workbench, tmp_path: Path) -> None:
    job = upload_job(either_bench, tmp_path / "job", CONTENTS)
    run_job(job, either_bench, workers=3)
    assert {d.state for d in documents_of(either_bench, job).values()} == {State.DONE}
    assert (job.target_root / "07.txt").read_bytes() == b"It says 7 and alliance.\n"
    with either_bench.sessions() as session:
        ended = store.get_job(session, job.id)
    assert ended.state is State.DONE
    assert ended.finished_at is not None


def test_a_silent_worker_loses_its_document_and_a_beating_one_keeps_it(either_bench: Workbench, tmp_path: Path, clock: Clock) -> None:
    bench = timed(either_bench, clock)
    job = upload_job(bench, tmp_path / "job", {"a.txt": "本文。"})
    first = _claim(bench, "slow:1")
    assert first and first.attempts == 1
    clock.forward(59)
    assert _claim(bench, "quick:2") is None
    with bench.sessions.begin() as session:
        store.beat(session, first.id, "slow:1", clock())
    clock.forward(59)
    assert _claim(bench, "quick:2") is None
    with bench.sessions() as session:
        assert store.busy_workers(session, job.id, clock()) == ["slow:1"]
    clock.forward(2)
    with bench.sessions() as session:
        assert store.busy_workers(session, job.id, clock()) == []
    second = _claim(bench, "quick:2")
    assert second and (second.id, second.worker, second.attempts) == (first.id, "quick:2", 2)


def test_a_worker_that_lost_its_document_no_longer_beats_for_it(timed_bench: Workbench, tmp_path: Path, clock: Clock) -> None:
    upload_job(timed_bench, tmp_path / "job", {"a.txt": "本文。"})
    document = _claim(timed_bench, "slow:1")
    assert document
    clock.forward(61)
    assert _claim(timed_bench, "quick:2")
    clock.forward(61)
    with timed_bench.sessions.begin() as session:
        store.beat(session, document.id, "slow:1", clock())
    assert _claim(timed_bench, "third:3")


def test_documents_are_taken_in_the_order_in_which_they_came(timed_bench: Workbench, tmp_path: Path) -> None:
    upload_job(timed_bench, tmp_path / "one", {"z.txt": "本文。", "a.txt": "本文。"})
    upload_job(timed_bench, tmp_path / "two", {"m.txt": "本文。"})
    paths = [document.path for document in iter(lambda: _claim(timed_bench), None) if document]
    assert paths == ["z.txt", "a.txt", "m.txt"]


def test_a_claim_sets_the_job_running(timed_bench: Workbench, tmp_path: Path) -> None:
    job = upload_job(timed_bench, tmp_path / "job", {"a.txt": "本文。"})
    assert job.state is State.QUEUED
    _claim(timed_bench)
    with timed_bench.sessions() as session:
        assert store.get_job(session, job.id).state is State.RUNNING


def test_an_empty_queue_gives_nothing(bench: Workbench) -> None:
    assert run_one(bench, worker="w:1") is None


def test_a_cancelled_document_stays_cancelled_and_writes_nothing(settings: Settings, tmp_path: Path) -> None:
    jobs: list[Job] = []

    def cancel_and_say(text: str) -> str:
        with bench.sessions.begin() as session:
            store.cancel_job(session, jobs[0].id, bench.clock())
        return say(text)

    application = Application(settings, engines={("ja", "en"): FakeEngine(cancel_and_say)})
    bench = application.workbench()
    jobs.append(upload_job(bench, tmp_path / "job", {"a.txt": "甲。\n", "b.txt": "乙。\n"}))
    ended = run_one(bench, worker="w:1")
    assert ended and (ended.path, ended.state, ended.totals) == ("a.txt", State.CANCELLED, {})
    assert {d.state for d in documents_of(bench, jobs[0]).values()} == {State.CANCELLED}
    assert not jobs[0].target_root.exists()
    assert run_one(bench, worker="w:1") is None
    with bench.sessions() as session:
        job = store.get_job(session, jobs[0].id)
    assert job.state is State.CANCELLED
    assert job.finished_at is not None
    application.close()


def test_a_document_that_ends_after_it_was_cancelled_stays_cancelled(timed_bench: Workbench, tmp_path: Path) -> None:
    job = upload_job(timed_bench, tmp_path / "job", {"a.txt": "本文。"})
    document = _claim(timed_bench)
    assert document
    with timed_bench.sessions.begin() as session:
        store.cancel_job(session, job.id, timed_bench.clock())
    with timed_bench.sessions.begin() as session:
        store.end_document(session, document.id, State.FAILED, timed_bench.clock(), "too late")
    [after] = documents_of(timed_bench, job).values()
    assert (after.state, after.error) == (State.CANCELLED, None)


def test_what_is_done_stays_done_when_the_rest_is_cancelled(timed_bench: Workbench, tmp_path: Path) -> None:
    job = upload_job(timed_bench, tmp_path / "job", {"a.txt": "甲。", "b.txt": "乙。"})
    run_one(timed_bench, worker="w:1")
    with timed_bench.sessions.begin() as session:
        store.cancel_job(session, job.id, timed_bench.clock())
    assert [d.state for d in documents_of(timed_bench, job).values()] == [State.DONE, State.CANCELLED]


def test_a_job_that_is_not_there_is_named(bench: Workbench) -> None:
    with bench.sessions() as session, pytest.raises(JobNotFound, match="there is no job 'none'"):
        store.cancel_job(session, "none", bench.clock())


def _broken(settings: Settings, clock: Clock) -> tuple[Application, Workbench]:
    def breaks(_: str) -> str:
        raise RuntimeError("the model broke")

    application = Application(settings, engines={("ja", "en"): FakeEngine(breaks)})
    return application, timed(application.workbench(), clock)


def test_a_document_on_which_the_engine_breaks_is_given_up_after_three_attempts(settings: Settings, clock: Clock, tmp_path: Path) -> None:
    application, bench = _broken(settings, clock)
    job = upload_job(bench, tmp_path / "job", {"a.txt": "本文。"})
    for attempt in (1, 2, 3):
        [before] = documents_of(bench, job).values()
        assert before.state is (State.QUEUED if attempt == 1 else State.RUNNING)
        with pytest.raises(RuntimeError, match="the model broke"):
            run_one(bench, worker=f"w:{attempt}")
        assert run_one(bench, worker="w:0") is None  # not at once again
        clock.forward(61)
    [after] = documents_of(bench, job).values()
    assert (after.state, after.error) == (State.FAILED, "given up after 3 attempts: the model broke")
    assert run_one(bench, worker="w:4") is None
    with bench.sessions() as session:
        assert store.get_job(session, job.id).state is State.FAILED
    application.close()


def test_a_document_that_kills_its_workers_is_given_up(timed_bench: Workbench, clock: Clock, tmp_path: Path, engine: FakeEngine) -> None:
    job = upload_job(timed_bench, tmp_path / "job", {"a.txt": "本文。", "b.txt": "同盟。"})
    for attempt in (1, 2, 3):
        document = _claim(timed_bench, f"killed:{attempt}")
        assert document and document.path == "a.txt"
        clock.forward(61)
    ended = run_one(timed_bench, worker="w:4")
    assert ended and (ended.path, ended.state, ended.error) == (
        "a.txt", State.FAILED, "given up after 3 attempts: its worker was lost each time",
    )  # fmt: skip
    assert engine.requests == []
    run_one(timed_bench, worker="w:4")
    assert [d.state for d in documents_of(timed_bench, job).values()] == [State.FAILED, State.DONE]


def test_a_job_stops_at_broken_machinery_and_leaves_the_rest_queued(settings: Settings, clock: Clock, tmp_path: Path) -> None:
    application, bench = _broken(settings, clock)
    job = upload_job(bench, tmp_path / "job", CONTENTS)
    with pytest.raises(RuntimeError, match="the model broke"):
        run_job(job, bench, workers=2)
    states = Counter(d.state for d in documents_of(bench, job).values())
    assert states[State.QUEUED] >= len(CONTENTS) - 3
    assert states[State.FAILED] == 0
    application.close()


def test_a_job_stops_when_its_listener_does(timed_bench: Workbench, tmp_path: Path) -> None:
    job = upload_job(timed_bench, tmp_path / "job", CONTENTS)

    def broken_pipe(_: JobDocument) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run_job(job, timed_bench, listener=broken_pipe)
    assert Counter(d.state for d in documents_of(timed_bench, job).values()) == {State.DONE: 1, State.QUEUED: 11}


def test_the_endless_loop_takes_uploads_only_and_stops_when_told(timed_bench: Workbench, tmp_path: Path, clock: Clock) -> None:
    job = upload_job(timed_bench, tmp_path / "job", CONTENTS)
    folder_job = _folder_job(timed_bench, tmp_path / "folder")
    stop = threading.Event()
    seen: list[str] = []

    def listen(document: JobDocument) -> None:
        seen.append(document.path)
        if len(seen) == 5:
            stop.set()

    run_forever(timed_bench, stop, listener=listen)
    assert seen == sorted(CONTENTS)[:5]
    assert Counter(d.state for d in documents_of(timed_bench, job).values()) == {State.DONE: 5, State.QUEUED: 7}
    assert [d.state for d in documents_of(timed_bench, folder_job).values()] == [State.QUEUED]
    assert run_one(timed_bench, worker="w:1", job_id=folder_job.id)


def _folder_job(bench: Workbench, root: Path) -> Job:
    from service.jobs.folder import plan_folder

    root.mkdir()
    (root / "a.txt").write_text("本文。", encoding="utf-8")
    return plan_folder(root, root.with_name("out"), bench, source=None, target="en", options={}).job


def test_the_endless_loop_passes_errors_on_and_goes_on(settings: Settings, clock: Clock, tmp_path: Path) -> None:
    application, bench = _broken(settings, clock)
    upload_job(bench, tmp_path / "job", {"a.txt": "本文。"})
    stop = threading.Event()
    errors: list[Exception] = []

    def on_error(error: Exception) -> None:
        errors.append(error)
        stop.set()

    run_forever(bench, stop, on_error=on_error)
    assert [str(error) for error in errors] == ["the model broke"]
    clock.forward(61)
    with pytest.raises(RuntimeError, match="the model broke"):
        run_forever(bench, threading.Event())
    application.close()


def test_a_missing_file_fails_its_document(bench: Workbench, tmp_path: Path) -> None:
    job = upload_job(bench, tmp_path / "job", {"a.txt": "本文。"})
    (job.source_root / "a.txt").unlink()
    ended = run_one(bench, worker="w:1")
    assert ended and (ended.state, ended.error) == (State.FAILED, "cannot be read: No such file or directory")


def test_a_path_out_of_the_job_fails_its_document(bench: Workbench, tmp_path: Path) -> None:
    job = upload_job(bench, tmp_path / "job", {"a.txt": "本文。"})
    with bench.sessions.begin() as session:
        store.add_documents(session, job.id, ["../a.txt"])
    run_job(job, bench)
    document = documents_of(bench, job)["../a.txt"]
    assert (document.state, document.error) == (State.FAILED, "'../a.txt' is not a path inside the folder")


def test_a_limit_is_the_benchs(bench: Workbench, tmp_path: Path) -> None:
    upload_job(bench, tmp_path / "job", {"a.txt": "本文。"})
    ended = run_one(replace(bench, max_text_characters=2), worker="w:1")
    assert ended and ended.error and ended.error.startswith("the text has 3 characters; the limit is 2")


def test_a_worker_is_named_by_machine_and_process() -> None:
    assert worker_name() == f"{socket.gethostname()[:40]}:{os.getpid()}"
    assert is_running_here(worker_name())
    assert is_running_here(worker_name() + "/3")
    assert is_running_here("another-machine:1")


def test_a_worker_whose_process_has_ended_is_not_running() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    host = socket.gethostname()[:40]
    assert not is_running_here(f"{host}:{process.pid}/0")
    assert not is_running_here(f"{host}:not a number")
