"""Files of a job: whole or not at all, with a limit, and never outside their root."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.documents.base import DocumentError
from service.jobs.files import inside, read_limited, remove_leftovers, scan, sha256, write_atomically


def test_a_file_is_written_with_the_folders_that_it_needs(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b" / "c.txt", b"content")
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*"))] == ["a", "a/b", "a/b/c.txt"]
    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == b"content"


def test_a_written_file_has_the_permissions_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_atomically(tmp_path / "written", b"")
    assert (tmp_path / "written").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    contents = [bytes([65 + n]) * 200_000 for n in range(2)]
    write_atomically(path, contents[0])
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            write_atomically(path, contents[number % 2])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = {path.read_bytes() for _ in range(300)}
    finally:
        stop.set()
        writer.join()
    assert seen <= set(contents)


def test_many_threads_may_write_the_same_file(tmp_path: Path) -> None:
    contents = [bytes([65 + n]) * 10_000 for n in range(8)]
    threads = [threading.Thread(target=write_atomically, args=(tmp_path / "a.txt", content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_bytes() in contents


def test_what_cannot_be_put_in_place_leaves_nothing_behind_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(DocumentError, match=r"cannot write .*folder: Is a directory"):
        write_atomically(tmp_path / "folder", b"content")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_a_file_in_the_place_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(DocumentError, match="cannot write"):
        write_atomically(tmp_path / "file" / "a.txt", b"content")
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_limited(tmp_path / "a", 5) == b"12345"
    with pytest.raises(DocumentError, match="the file has 5 bytes; the limit is 4"):
        read_limited(tmp_path / "a", 4)


def test_an_unreadable_file_says_why(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for path, reason in [(tmp_path / "none", "No such file"), (tmp_path / "link", "No such file"), (tmp_path, "Is a directory")]:
        with pytest.raises(DocumentError, match=f"cannot be read: {reason}"):
            read_limited(path, 1_000_000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_why(tmp_path: Path) -> None:
    (tmp_path / "a").touch(mode=0)
    with pytest.raises(DocumentError, match="cannot be read: Permission denied"):
        read_limited(tmp_path / "a", 1)


@pytest.mark.parametrize(
    "name",
    ["../a.txt", "a/../../b.txt", "/etc/passwd", "..", "a/..", "", ".", "./", "a\\b.txt", "..\\a.txt", "C:\\a.txt", "a\0.txt", "//a"],
)
def test_a_path_out_of_the_root_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DocumentError, match="is not a path inside the folder"):
        inside(tmp_path, name)


@pytest.mark.parametrize(("name", "expected"), [("a.txt", "a.txt"), ("a/b.md", "a/b.md"), ("./a.txt", "a.txt"), ("日本/…txt", "日本/…txt")])
def test_a_path_inside_the_root_is_joined_to_it(tmp_path: Path, name: str, expected: str) -> None:
    assert inside(tmp_path, name) == tmp_path / expected


@settings(deadline=None)
@given(st.text("ab./\\\0~ :…", max_size=20))
def test_no_name_leads_out_of_the_root(name: str) -> None:
    root = Path("/root/of/the/job")
    try:
        path = inside(root, name)
    except DocumentError:
        return
    assert Path(os.path.normpath(path)).is_relative_to(root)
    assert path != root


def test_a_tree_is_scanned_in_order_without_hidden_files_and_links(tmp_path: Path) -> None:
    for name in ["b.txt", "a.md", "c.docx", ".hidden.txt", "sub/d.TXT", "sub/e", ".git/f.txt"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "link.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    assert list(scan(tmp_path)) == [("a.md", True), ("b.txt", True), ("c.docx", False), ("sub/d.TXT", True), ("sub/e", False)]


def test_a_name_that_is_not_utf8_is_shown_as_unsupported(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert list(scan(tmp_path)) == [("\\xff.txt", False)]


def test_only_our_own_partial_files_are_removed(tmp_path: Path) -> None:
    for name in [".meiyaku-1.part", "deep/.meiyaku-2.part", "a.part", ".meiyaku-notes", "meiyaku-3.part"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    remove_leftovers(tmp_path)
    left = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert left == [".meiyaku-notes", "a.part", "meiyaku-3.part"]
    remove_leftovers(tmp_path / "not there")


def test_a_digest_is_sha256() -> None:
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
