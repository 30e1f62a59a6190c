"""Files appear all or nothing, and a folder knows whether it is sound."""

import json
import os
import threading

import pytest

from qa_sampling.errors import PublicationError
from qa_sampling.runs import publication
from qa_sampling.runs.publication import (
    MANIFEST,
    RESTRICTED_MANIFEST,
    digest_of,
    faults_of,
    only_run,
    publish,
    read_manifest,
    stage_for,
    sweep,
    write_manifest,
)


def fill(stage, text="plan"):
    (stage / "restricted" / "plan.txt").write_text(text, encoding="utf-8")
    (stage / "shareable" / "page.html").write_text("<p>page</p>", encoding="utf-8")
    return write_manifest(stage, {"draw_id": "d", "title": "Überprüfung"}, blind="b")


def published(outputs, text="plan"):
    with stage_for(outputs, "2026-11") as stage:
        fill(stage, text)
        return publish(stage, outputs / "2026-11")


def test_published_whole(tmp_path):
    folder = published(tmp_path)
    assert faults_of(folder) == ()
    manifest = read_manifest(folder)
    assert manifest["title"] == "Überprüfung"
    assert set(manifest["files"]) == {"restricted/plan.txt", "shareable/page.html"}
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11"], "no stage is left"


def test_a_stage_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), stage_for(tmp_path, "2026-11") as stage:
        fill(stage)
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_stood_there_is_kept(tmp_path):
    published(tmp_path, "first")
    published(tmp_path, "second")
    published(tmp_path, "third")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["2026-11", "2026-11.replaced-1", "2026-11.replaced-2"]
    assert (tmp_path / "2026-11/restricted/plan.txt").read_text(encoding="utf-8") == "third"
    assert all(faults_of(tmp_path / name) == () for name in names)


def test_stale_stages_are_swept_and_others_left(tmp_path):
    run = "0123456789ab"
    others = [f".stage-2026-11-themed-{run}", f".stage-2026-12-{run}", "2026-10"]
    for name in (f".stage-2026-11-{run}", *others):
        (tmp_path / name).mkdir()
    assert sweep(tmp_path, "2026-11") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(others)


def swap_digest(folder):
    """Alter a restricted file and its entry, but not what the shareable manifest says of both."""
    (folder / "restricted/plan.txt").write_text("other", encoding="utf-8")
    listed = json.loads((folder / RESTRICTED_MANIFEST).read_text(encoding="utf-8"))
    listed["files"]["restricted/plan.txt"]["sha256"] = digest_of(folder / "restricted/plan.txt")
    (folder / RESTRICTED_MANIFEST).write_text(json.dumps(listed), encoding="utf-8")


def spoil_entry(folder, name, listed, entry):
    """Put something else where a manifest says what a file should be."""
    manifest = json.loads((folder / name).read_text(encoding="utf-8"))
    manifest["files"][listed] = entry
    (folder / name).write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            lambda folder: (folder / "restricted/plan.txt").unlink(),
            "restricted/plan.txt is missing",
        ),
        (
            lambda folder: (folder / "restricted/plan.txt").write_text("other"),
            "restricted/plan.txt was altered",
        ),
        (lambda folder: (folder / "extra.txt").write_text("x"), "extra.txt was added"),
        (lambda folder: (folder / MANIFEST).unlink(), "no readable shareable/manifest.json"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "no readable"),
        (lambda folder: (folder / MANIFEST).write_text("[]"), "no readable"),
        (
            lambda folder: (folder / RESTRICTED_MANIFEST).unlink(),
            "no readable restricted/manifest.json",
        ),
        (swap_digest, "restricted/manifest.json was altered"),
        (
            lambda folder: spoil_entry(folder, MANIFEST, "shareable/page.html", None),
            "no readable shareable/manifest.json",
        ),
        (
            lambda folder: spoil_entry(folder, RESTRICTED_MANIFEST, "restricted/plan.txt", {}),
            "no readable restricted/manifest.json",
        ),
        (
            lambda folder: (folder / MANIFEST).write_text("[" * 100_000),
            "no readable shareable/manifest.json",
        ),
    ],
)
def test_damage_is_found(tmp_path, damage, words):
    folder = published(tmp_path)
    damage(folder)
    assert any(words in fault for fault in faults_of(folder))


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("leads_to", ["folder", "nowhere"])
def test_links_put_into_a_publication_are_found(tmp_path, leads_to):
    folder = published(tmp_path / "outputs")
    (tmp_path / "folder").mkdir()
    (folder / "shareable" / "link").symlink_to(tmp_path / leads_to)
    assert faults_of(folder) == ("shareable/link was added after the publication",)


def test_a_file_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    """As on Windows, while another program holds it."""
    folder = published(tmp_path)

    def held(path):
        if path.name == "page.html":
            raise PermissionError(13, "Permission denied")
        return digest_of(path)

    monkeypatch.setattr(publication, "digest_of", held)
    assert faults_of(folder) == (
        "shareable/page.html could not be read (Permission denied); close it in other programs",
    )


def test_lock_files_of_office_programs_do_not_count(tmp_path):
    folder = published(tmp_path)
    (folder / "restricted/~$plan.xlsx").write_text("x")
    (folder / "restricted/.~lock.plan.xlsx#").write_text("x")
    for name in (".DS_Store", "Thumbs.db", "._plan.txt"):
        (folder / name).write_text("x")
    assert faults_of(folder) == ()


def test_manifest_is_the_same_for_the_same_files(tmp_path):
    digests = []
    for name in ("a", "b"):
        with stage_for(tmp_path, name) as stage:
            digests.append(fill(stage))
    assert digests[0] == digests[1]


def test_the_manifest_that_may_be_shared_tells_nothing_of_restricted_files(tmp_path):
    """The size of a file with a line a case would be an equation of the counts that are hidden."""
    folder = published(tmp_path)
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    assert "restricted/" not in text
    assert digest_of(folder / "restricted/plan.txt") not in text
    with stage_for(tmp_path, "other") as stage:
        (stage / "restricted" / "plan.txt").write_text("plan", encoding="utf-8")
        write_manifest(stage, {}, blind="another")
        other = digest_of(stage / RESTRICTED_MANIFEST)
    assert other != digest_of(folder / RESTRICTED_MANIFEST), "the same files, another digest"


def test_a_folder_of_the_first_release_is_still_read(tmp_path):
    folder = published(tmp_path)
    listed = read_manifest(folder)
    del listed["restricted_manifest_sha256"]
    (folder / RESTRICTED_MANIFEST).unlink()
    (folder / MANIFEST).write_text(json.dumps(listed), encoding="utf-8")
    assert faults_of(folder) == ()
    (folder / "restricted/plan.txt").write_text("other", encoding="utf-8")
    assert faults_of(folder) == ("restricted/plan.txt was altered after it was published",)


def test_manifest_names_no_place_of_this_machine(tmp_path):
    folder = published(tmp_path)
    assert str(tmp_path) not in json.dumps(read_manifest(folder))


def test_a_second_run_of_one_name_waits(tmp_path):
    order = []

    def second():
        with only_run(tmp_path, "2026-11"):
            order.append("second")

    with only_run(tmp_path, "2026-11"):
        other = threading.Thread(target=second)
        other.start()
        other.join(0.3)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


def test_waiting_has_an_end(tmp_path):
    import subprocess
    import sys

    code = (
        "import sys, time; from pathlib import Path\n"
        "from qa_sampling.runs.publication import only_run\n"
        "with only_run(Path(sys.argv[1]), 'x'): print('held', flush=True); time.sleep(30)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(PublicationError, match="Another run of x has been at work"),
            only_run(tmp_path, "x", wait_seconds=0.2),
        ):
            raise AssertionError
    finally:
        holder.kill()
        holder.wait()
    with only_run(tmp_path, "x", wait_seconds=5):
        pass  # the lock of a dead run is free


def test_outputs_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(PublicationError, match="outputs folder cannot be written"),
        only_run(tmp_path / "file" / "x", "2026-11"),
    ):
        raise AssertionError


def test_a_folder_held_by_another_program(tmp_path, monkeypatch):
    monkeypatch.setattr(publication, "_RENAME_TRIES", 1)
    with (
        stage_for(tmp_path, "2026-11") as stage,
        pytest.raises(PublicationError, match="Close the files that are open in Excel"),
    ):
        fill(stage)
        publish(stage, tmp_path / "missing" / "2026-11")
