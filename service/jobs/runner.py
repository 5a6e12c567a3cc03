"""Working through queued documents: the loop of the CLI, of the server's thread and of a worker process."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

from service.jobs import store
from service.jobs.translate import Workbench, translate_document
from service.jobs.values import Job, JobDocument, State

_BEAT_SECONDS = 10.0
_POLL_SECONDS = 0.5
_MAX_ATTEMPTS = 3  # of a document on which the machinery itself breaks

Listener = Callable[[JobDocument], None]


def worker_name() -> str:
    """Names this process on this machine."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def is_running_here(worker: str) -> bool:
    """Whether a worker's process is alive on this machine; a worker of another machine counts as alive."""
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname()[:40]:
        return True
    try:
        os.kill(int(pid.partition("/")[0]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def run_one(bench: Workbench, *, worker: str, job_id: str | None = None) -> JobDocument | None:
    """Take one document and translate it; None where the queue is empty. Raises what broken machinery raises."""
    with bench.sessions.begin() as session:
        document = store.claim_next(session, worker=worker, now=bench.clock(), job_id=job_id)
        if document is None:
            return None
        job = store.get_job(session, document.job_id)
    if document.attempts > _MAX_ATTEMPTS:
        return _give_up(document, bench, f"given up after {_MAX_ATTEMPTS} attempts: its worker was lost each time")
    try:
        with _Heart(bench, document, worker):
            return translate_document(job, document, bench)
    except Exception as exc:
        if document.attempts >= _MAX_ATTEMPTS:
            _give_up(document, bench, f"given up after {document.attempts} attempts: {exc}")
        raise


def _give_up(document: JobDocument, bench: Workbench, reason: str) -> JobDocument:
    """End a document that no further attempt will be made of."""
    with bench.sessions.begin() as session:
        store.end_document(session, document.id, State.FAILED, bench.clock(), reason)
    return replace(document, state=State.FAILED, error=reason, worker=None)


def run_job(job: Job, bench: Workbench, *, workers: int = 1, listener: Listener | None = None) -> None:
    """Work through one job with a number of threads until nothing of it is queued.

    After an error of the machinery or an interrupt every thread finishes the document in hand, and what is left stays queued.
    """
    stop = threading.Event()

    def loop(number: int) -> None:
        try:
            while not stop.is_set() and (document := run_one(bench, worker=f"{worker_name()}/{number}", job_id=job.id)):
                if listener:
                    listener(document)
        except BaseException:
            stop.set()
            raise

    with ThreadPoolExecutor(workers, thread_name_prefix="meiyaku-job") as pool:
        futures = [pool.submit(loop, number) for number in range(workers)]
        try:
            while wait(futures, timeout=_POLL_SECONDS).not_done:
                pass  # awake now and then: a signal that another thread received is only seen here
        finally:
            stop.set()
    for future in futures:
        future.result()


def run_forever(bench: Workbench, stop: threading.Event, *, listener: Listener | None = None,
                on_error: Callable[[Exception], None] | None = None) -> None:  # fmt: skip
    """Take uploads' documents until told to stop. An error of the machinery is passed on and the loop goes on after a pause."""
    worker = worker_name()
    while not stop.is_set():
        try:
            document = run_one(bench, worker=worker)
        except Exception as exc:
            if on_error is None:
                raise
            on_error(exc)
            stop.wait(_POLL_SECONDS * 10)
            continue
        if document is None:
            stop.wait(_POLL_SECONDS)
        elif listener:
            listener(document)


class _Heart:
    """Beats for a document while its translation runs."""

    def __init__(self, bench: Workbench, document: JobDocument, worker: str) -> None:
        self._bench, self._document, self._worker = bench, document, worker
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_BEAT_SECONDS):
            with self._bench.sessions.begin() as session:
                store.beat(session, self._document.id, self._worker, self._bench.clock())
