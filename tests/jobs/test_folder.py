"""A folder as a job: what is finished and unchanged is left alone, the rest is translated."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from service.jobs import store
from service.jobs.folder import plan_folder
from service.jobs.runner import run_one
from service.jobs.values import JobError, State
from service.settings import Settings
from tests.fakes import FakeEngine
from tests.jobs.support import ENFORCE, Clock, Folder, Shop, say, timed

PATHS = ("a.txt", "b.md", "e.txt", "deep/c.txt", "deep/er/d.md")  # as they are queued: the files of a folder before its folders
SORTED = tuple(sorted(PATHS))


def test_the_tree_is_mirrored_with_a_report_for_each_document(shop: Shop, folder: Folder) -> None:
    run = shop.run()
    assert folder.outputs() == {path: f"It says {n} and alliance.\n".encode() for n, path in enumerate(SORTED, 1)}
    assert {p.relative_to(folder.reports).as_posix() for p in folder.reports.rglob("*") if p.is_file()} == {f"{p}.json" for p in PATHS}
    report = json.loads((folder.reports / "deep" / "c.txt.json").read_bytes())
    assert report["path"] == "deep/c.txt"
    assert report["totals"] == run.documents["deep/c.txt"].totals == {
        "segments": 1, "terms": 1, "met": 1, "repaired": 0, "unmet": 0, "findings": 0,
    }  # fmt: skip
    assert [d.path for d in run.ended] == list(PATHS)
    assert {d.state for d in run.documents.values()} == {State.DONE}
    assert run.job and run.job.state is State.DONE and run.job.finished_at


def test_a_second_run_does_nothing(shop: Shop, folder: Folder) -> None:
    shop.run()
    requests = len(shop.engine.requests)
    times = {p: p.stat().st_mtime_ns for p in folder.target.rglob("*")}
    run = shop.run()
    assert (run.plan.todo, run.plan.finished, run.ended) == ((), SORTED, [])
    assert len(shop.engine.requests) == requests
    assert {p: p.stat().st_mtime_ns for p in folder.target.rglob("*")} == times
    assert run.job and run.job.state is State.DONE


def _change_glossary(shop: Shop) -> None:
    assert shop.settings.glossary_dir
    path = shop.settings.glossary_dir / "diplomacy.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"deterrence"', '"dissuasion"'), encoding="utf-8")


def _touch(shop: Shop) -> None:
    for path in shop.folder.source.rglob("*"):
        os.utime(path)


def _change_model(shop: Shop) -> None:
    shop.engine = FakeEngine(say, digest="another")


CHANGES: list[tuple[str, Callable[[Shop], object], tuple[str, ...]]] = [
    ("a document", lambda s: s.folder.write("b.md", "別の抑止力を論じる。\n"), ("b.md",)),
    ("a document by a blank", lambda s: s.folder.write("b.md", "第2の同盟を論じる。 \n"), ("b.md",)),
    ("an output that is gone", lambda s: (s.folder.target / "deep" / "c.txt").unlink(), ("deep/c.txt",)),
    ("an output that was edited", lambda s: (s.folder.target / "e.txt").write_bytes(b"x"), ("e.txt",)),
    ("a report that is gone", lambda s: (s.folder.reports / "a.txt.json").unlink(), ("a.txt",)),
    ("a new document", lambda s: s.folder.write("new.txt", "新しい。\n"), ("new.txt",)),
    ("the termbase", _change_glossary, PATHS),
    ("the model", _change_model, PATHS),
    ("the place of the reports", lambda s: setattr(s, "folder", replace(s.folder, reports=s.folder.reports.with_name("r"))), PATHS),
    ("nothing but times", _touch, ()),
    ("reports that are no longer wanted", lambda s: setattr(s, "with_reports", False), ()),
]  # fmt: skip


@pytest.mark.parametrize(("change", "todo"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_exactly_what_changed_is_done_again(shop: Shop, change: Callable[[Shop], object], todo: tuple[str, ...]) -> None:
    shop.run()
    change(shop)
    run = shop.run()
    assert run.plan.todo == todo
    assert tuple(d.path for d in run.ended) == todo
    assert {d.state for d in run.documents.values()} == {State.DONE}
    again = shop.run()
    assert again.plan.todo == ()


def test_other_options_are_another_translation(shop: Shop) -> None:
    shop.run()
    assert shop.run(options={"mode": "off", "domains": []}).plan.todo == PATHS
    assert shop.run(options={"mode": "off", "domains": []}).plan.todo == ()
    assert shop.run(options={"mode": "enforce", "domains": ["diplomacy"]}).plan.todo == PATHS


def test_a_changed_document_has_a_new_output_and_report(shop: Shop, folder: Folder) -> None:
    shop.run()
    folder.write("a.txt", "抑止力と同盟。\n")
    shop.run()
    assert folder.outputs()["a.txt"] == b"It says deterrence and alliance.\n"
    assert json.loads((folder.reports / "a.txt.json").read_bytes())["totals"]["terms"] == 2


def test_a_failing_document_stops_no_other_and_says_why(shop: Shop, folder: Folder) -> None:
    folder.write("bad/broken.txt", b"\xe6\x97")
    folder.write("bad/empty.txt", "\n")
    folder.write("bad/english.txt", "This is English already.\n")
    folder.write("bad/long.txt", "長い文。" * 300)
    folder.write("bad/large.txt", "長い文。" * 1000)
    folder.write("bad/null.md", b"a\0b")
    folder.write("bad/code.md", "```\n日本\n```\n")
    folder.write("bad/back\\slash.txt", "本文。\n")
    run = shop.run()
    assert run.errors == {
        "bad/broken.txt": "not valid UTF-8 at byte 0; convert the file to UTF-8, for example with iconv",
        "bad/empty.txt": "the text is empty: there is nothing to translate",
        "bad/english.txt": "source and target language are both en (source detected); name another target or source",
        "bad/long.txt": "the text has 1,200 characters; the limit is 1,000: divide it, or raise MEIYAKU_MAX_TEXT_CHARACTERS",
        "bad/large.txt": "the file has 12,000 bytes; the limit is 5,000",
        "bad/null.md": "this is not a text file: it holds a null byte",
        "bad/code.md": "the text is empty: there is nothing to translate",
        "bad/back\\slash.txt": "'bad/back\\\\slash.txt' is not a path inside the folder",
    }
    assert {d.state for d in run.ended if d.path in run.errors} == {State.FAILED}
    assert set(folder.outputs()) == set(PATHS)
    assert run.job and run.job.state is State.FAILED


def test_what_failed_is_tried_again_in_the_next_run_and_nothing_else(shop: Shop, folder: Folder) -> None:
    folder.write("bad.txt", b"\xff")
    folder.write("worse.txt", b"\xff")
    shop.run()
    folder.write("bad.txt", "もう良い。\n")
    run = shop.run()
    assert run.plan.todo == ("bad.txt", "worse.txt")
    assert (run.documents["bad.txt"].state, run.documents["bad.txt"].error) == (State.DONE, None)
    assert run.documents["worse.txt"].state is State.FAILED


def test_a_document_that_is_removed_is_not_missed_and_comes_back(shop: Shop, folder: Folder) -> None:
    shop.run()
    content = (folder.source / "a.txt").read_bytes()
    (folder.source / "a.txt").unlink()
    without = shop.run()
    assert (without.plan.finished, without.plan.todo, without.errors) == (SORTED[1:], (), {})
    folder.write("a.txt", content)
    assert shop.run().plan.finished == SORTED


def test_files_of_other_formats_are_listed_and_left_alone(shop: Shop, folder: Folder) -> None:
    for name in ["report.docx", "deep/data.csv", "README"]:
        folder.write(name, "日本")
    run = shop.run()
    assert run.plan.unsupported == ("README", "report.docx", "deep/data.csv")
    assert set(folder.outputs()) == set(PATHS)


def test_several_workers_give_the_same_bytes(shop: Shop, folder: Folder) -> None:
    for number in range(20):
        folder.write(f"more/{number:02}.txt", f"{number}番目の同盟。\n")
    run = shop.run(workers=4)
    assert sorted(d.path for d in run.ended) == sorted([*PATHS, *(f"more/{n:02}.txt" for n in range(20))])
    many = folder.outputs()
    assert many["more/07.txt"] == b"It says 07 and alliance.\n".replace(b"07", b"7")
    shop.folder = replace(folder, target=folder.target.with_name("alone"), reports=folder.reports.with_name("alone-reports"))
    shop.run()
    assert shop.folder.outputs() == many


@pytest.mark.parametrize("where", ["", "translated", "deep/translated"])
def test_a_target_inside_the_source_is_refused(shop: Shop, folder: Folder, where: str) -> None:
    shop.folder = replace(folder, target=folder.source / where)
    before = sorted(folder.source.rglob("*"))
    with pytest.raises(JobError, match="must not be the source folder or lie inside it"):
        shop.run()
    assert sorted(folder.source.rglob("*")) == before


def test_a_target_that_reaches_the_source_by_a_link_is_refused(shop: Shop, folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder.source)
    shop.folder = replace(folder, target=tmp_path / "link" / "out")
    with pytest.raises(JobError, match="must not be the source folder"):
        shop.run()


def test_a_source_that_is_no_folder_is_refused(shop: Shop, folder: Folder) -> None:
    for source in (folder.source / "none", folder.source / "a.txt"):
        shop.folder = replace(folder, source=source)
        with pytest.raises(JobError, match="is not a folder"):
            shop.run()
    assert not folder.target.exists()


def test_a_target_that_cannot_be_written_to_is_refused(shop: Shop, folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for target in (tmp_path / "file", tmp_path / "file" / "out"):
        shop.folder = replace(folder, target=target)
        with pytest.raises(JobError, match="cannot write to the folder"):
            shop.run()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_target_without_permission_is_refused(shop: Shop, folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    shop.folder = replace(folder, target=tmp_path / "locked")
    with pytest.raises(JobError, match="cannot write to the folder"):
        shop.run()


def test_reports_that_cannot_be_written_fail_each_document_with_the_reason(shop: Shop, folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    shop.folder = replace(folder, reports=tmp_path / "file")
    run = shop.run()
    assert set(run.errors) == set(PATHS)
    assert all("cannot write" in (error or "") for error in run.errors.values())
    assert folder.outputs() == {}


def _claim(shop: Shop, worker: str, clock: Clock) -> None:
    bench = timed(shop.bench(), clock)
    plan = shop.plan(bench)
    with bench.sessions.begin() as session:
        assert store.claim_next(session, worker=worker, now=clock(), job_id=plan.job.id)


def test_a_folder_that_a_living_process_works_on_is_refused(shop: Shop) -> None:
    clock = Clock()
    _claim(shop, f"{socket.gethostname()[:40]}:{os.getpid()}/0", clock)
    clock.forward(59)
    with pytest.raises(JobError, match="another process is translating this folder"):
        shop.plan(timed(shop.bench(), clock))


def test_a_folder_whose_process_was_killed_goes_on_at_once(shop: Shop) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    clock = Clock()
    _claim(shop, f"{socket.gethostname()[:40]}:{process.pid}/0", clock)
    run = shop.run(bench=timed(shop.bench(), clock))
    assert [d.path for d in run.ended] == list(PATHS)


def test_a_worker_of_another_machine_counts_until_it_falls_silent(shop: Shop) -> None:
    clock = Clock()
    _claim(shop, "elsewhere:4711/0", clock)
    clock.forward(59)
    with pytest.raises(JobError, match="elsewhere:4711"):
        shop.plan(timed(shop.bench(), clock))
    clock.forward(2)
    run = shop.run(bench=timed(shop.bench(), clock))
    assert [d.path for d in run.ended] == list(PATHS)


class _Killed(BaseException):
    """Stands for the end of a process."""


def _dies_after(clock: Clock, calls: int) -> Callable[[], datetime]:
    """A clock that ends the process when it is read once more than ``calls`` times."""
    left = iter(range(calls))

    def read() -> datetime:
        if next(left, None) is None:
            raise _Killed
        return clock()

    return read


def test_a_document_whose_end_was_not_recorded_is_not_translated_again(shop: Shop, folder: Folder) -> None:
    clock = Clock()
    bench = timed(shop.bench(), clock)
    plan = shop.plan(bench)
    dying = replace(bench, clock=_dies_after(clock, 1))  # one reading to claim; the next would record the end
    with pytest.raises(_Killed):
        run_one(dying, worker="killed:1", job_id=plan.job.id)
    assert list(folder.outputs()) == ["a.txt"]
    requests = len(shop.engine.requests)
    clock.forward(61)
    again = shop.plan(timed(shop.bench(), clock))
    assert (again.finished, again.todo) == (("a.txt",), PATHS[1:])
    assert len(shop.engine.requests) == requests


def test_partial_files_of_a_killed_process_are_removed(shop: Shop, folder: Folder) -> None:
    for root in (folder.target, folder.reports):
        (root / "deep").mkdir(parents=True)
        (root / "deep" / ".meiyaku-0123.part").write_bytes(b"half")
    shop.run()
    assert not list(folder.target.rglob(".*")) + list(folder.reports.rglob(".*"))


def test_each_run_gives_a_document_all_its_attempts(shop: Shop, folder: Folder) -> None:
    for number in range(5):
        folder.write("a.txt", f"{number}回目。\n")
        assert shop.run().documents["a.txt"].attempts == 1


def test_a_broken_model_ends_the_run_and_the_next_run_does_the_rest(shop: Shop, folder: Folder) -> None:
    def breaks(text: str) -> str:
        if "3" in text:
            raise RuntimeError("the model broke")
        return say(text)

    clock = Clock()
    good, shop.engine = shop.engine, FakeEngine(breaks)
    for number, path in enumerate(PATHS, 1):
        folder.write(path, f"{number}番。\n")
    with pytest.raises(RuntimeError, match="the model broke"):
        shop.run(bench=timed(shop.bench(), clock))
    assert list(folder.outputs()) == ["a.txt", "b.md"]
    shop.engine = good
    clock.forward(61)
    run = shop.run(bench=timed(shop.bench(), clock))
    assert (run.plan.finished, run.plan.todo) == (("a.txt", "b.md"), PATHS[2:])
    assert set(folder.outputs()) == set(PATHS)


def test_each_pair_of_folders_and_languages_has_its_own_job(shop: Shop, folder: Folder, settings: Settings) -> None:
    first = shop.run().plan.job
    assert shop.run().plan.job.id == first.id
    bench = shop.bench()
    named = plan_folder(folder.source, folder.target, bench, source="ja", target="en", options=ENFORCE)
    moved = plan_folder(folder.source, folder.target.with_name("other"), bench, source=None, target="en", options=ENFORCE)
    assert len({first.id, named.job.id, moved.job.id}) == 3
