"""The worker: takes uploaded documents from the queue until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from service.jobs.runner import run_forever
from service.jobs.values import JobDocument
from service.wiring import Application

_LOG = logging.getLogger("meiyaku.worker")


class WorkerThread:
    """The worker loop as a thread of the server process."""

    def __init__(self, application: Application) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=run_forever,
            args=(application.workbench(), self._stop),
            kwargs={"listener": _log_document, "on_error": _log_error},
            name="meiyaku-worker",
            daemon=True,
        )

    def start(self) -> None:
        """Begin taking documents."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the document in hand and end."""
        self._stop.set()
        self._thread.join()


def run_worker(application: Application) -> None:
    """Work in this thread until SIGINT or SIGTERM; the document in hand is finished first."""
    stop = threading.Event()

    def on_signal(number: int, _: FrameType | None) -> None:
        _LOG.info("signal %d: finishing the document in hand", number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    _LOG.info("worker is ready")
    run_forever(application.workbench(), stop, listener=_log_document, on_error=_log_error)


def _log_document(document: JobDocument) -> None:
    _LOG.info("job %s: %s is %s %s", document.job_id, document.path, document.state, document.error or "")


def _log_error(exc: Exception) -> None:
    _LOG.error("the worker could not go on with a document; it will be taken again", exc_info=exc)
