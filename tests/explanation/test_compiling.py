import os
import subprocess
import sys

import pytest

from credit_scoring.explanation import compiling, kernels

CODE = (
    "import logging; logging.basicConfig(level=logging.INFO)\n"
    "from credit_scoring.explanation.compiling import compiled; import numba\n"
    "before = numba.config.CACHE_DIR; compiled(); assert numba.config.CACHE_DIR == before\n"
)


def compile_in(folder):
    """What a new process says that keeps its kernels in `folder`."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", CODE], env=environment, check=True, capture_output=True, text=True
    ).stderr


def test_what_one_process_compiled_the_next_one_loads(tmp_path):
    compile_in(tmp_path)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb?")}
    assert len(kept) == 6
    assert compile_in(tmp_path) == ""
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb?")} == kept
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "credit-scoring-kernels").iterdir()} == {0o700}


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path):
    # A file where the folder should be: even root cannot write below it.
    (tmp_path / "file").write_text("")
    assert "without a cache" in compile_in(tmp_path / "file")


def test_numba_does_not_go_elsewhere_when_the_folder_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PermissionError, match="cannot be written"):
        compiling._kept_in(tmp_path / "file" / "folder", kernels.predict)


def test_a_torn_cache_is_no_error(tmp_path):
    compile_in(tmp_path)
    for path in tmp_path.rglob("*.nb?"):
        path.write_bytes(path.read_bytes()[:20])
    assert "without a cache" in compile_in(tmp_path)


def test_builds_that_nobody_used_for_long_are_removed(tmp_path):
    now = 1_700_000_000
    for name, days in (("own", 500), ("young", 59), ("old", 61)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kernel.nbc").write_text("")
        os.utime(tmp_path / name, (now - days * 86_400,) * 2)
    compiling.tidy(tmp_path / "own", now)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own", "young"]
    assert (tmp_path / "own").stat().st_mtime == now


@pytest.mark.parametrize(
    ("name", "value"), [("lanes.LANES", 3), ("llvm.get_host_cpu_name", lambda: "other"), ("numba.__version__", "0")]
)
def test_each_processor_and_compiler_has_a_folder_of_its_own(name, value, monkeypatch):
    before = compiling.cache_folder()
    owner, _, attribute = name.partition(".")
    monkeypatch.setattr(getattr(compiling, owner), attribute, value)
    assert compiling.cache_folder() != before
