"""From nothing to a decision, through the installed commands: the hand-overs hold."""

import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.needs_axolotl, pytest.mark.needs_rustc]
ARMS = ("base", "copy", "phase1", "phase1-continued", "phase2")
CHAIN = ("data", "problems", "base", "phase1", "phase2", "samples/phase2", "report/phase2")


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["oilstone-schemas", "verify", "--deep", folder]
    return subprocess.run(command, capture_output=True, text=True)


def files(work: Path) -> list[Path]:
    return sorted(p for part in CHAIN for p in (work / part).iterdir() if p.is_file())


def test_the_table_has_a_row_for_every_arm_and_again_for_the_held_out_families(work):
    lines = filter(str.strip, (work / "printed.txt").read_text().splitlines())
    assert [word for line in lines if (word := line.split()[0]) in ARMS] == [*ARMS, *ARMS]


def test_it_ends_with_the_page_of_phase_2(work):
    last = (work / "printed.txt").read_text().split()[-1]
    assert last.endswith("report/phase2/report.html") and Path(last).is_file()


def test_a_second_run_finds_everything_up_to_date(make, work):
    again = make("phase1", "phase2", "eval", WORK=work)
    made = [*("data", "problems", "base"), *ARMS[2:], *(f"samples/{a}" for a in ARMS)]
    made += [f"report/{a}" for a in ARMS]
    missing = [name for name in made if f"up to date: {work / name}\n" not in again.stderr]
    assert missing == [] and "starting Axolotl" not in again.stderr


def test_a_changed_judge_judges_again_and_generates_nothing(make, work, tmp_path):
    copy = tmp_path / "work"
    subprocess.run(["cp", "-r", work, copy], check=True)
    again = make("eval", WORK=copy, SET_EVAL="generation.max_new_tokens=60 judge.cpu_seconds=3")
    assert f"up to date: {copy}/samples/phase2\n" in again.stderr
    assert f"up to date: {copy}/report/phase2\n" not in again.stderr


def test_the_chain_verifies(work):
    done = verify(work / "report/phase2")
    assert done.returncode == 0, done.stderr


def test_a_flipped_byte_anywhere_in_the_chain_is_found_and_named(work):
    unseen = []
    for path in files(work):
        content = path.read_bytes()
        path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
        found = verify(work / "report/phase2")
        path.write_bytes(content)
        said = found.stdout + found.stderr
        if found.returncode != 1 or f"{path.parent.name}/{path.name}" not in said:
            unseen.append((path, found.returncode, said))
    assert unseen == []


def test_a_damaged_dataset_is_built_again_and_nothing_after_it(make, work):
    path = work / "data" / "train.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    again = make("phase1", WORK=work)
    assert f"up to date: {work / 'data'}\n" not in again.stderr
    assert f"up to date: {work / 'base'}\n" in again.stderr
    assert f"up to date: {work / 'phase1'}\n" in again.stderr


def test_a_model_that_learned_nothing_is_not_promoted(make, work):
    assert make("gate", WORK=work).returncode != 0
    refused = make("register", WORK=work, REGISTRY=work / "registry.sqlite")
    assert refused.returncode != 0 and "failed" in refused.stderr
