"""Why a version is in production, and the whole of it handed to another registry."""

import io
import json
import shutil
import tarfile

import pytest

from oilstone_registry.database import open_registry
from oilstone_registry.unpacked import ABOUT
from oilstone_schemas import artifact, content

ROW = {
    "id": "sum-0001",
    "group": "sum-1-2",
    "family": "sum",
    "slice": "train",
    "style": "idiomatic",
    "language": "rust",
    "prompt": "Print the sum of 1 and 2.",
    "completion": 'fn main() { println!("3"); }',
    "tests": [{"stdin": "", "stdout": "3\n"}],
    "quality": {"idiomatic": 2, "low_quality": 0, "documented": True},
    "licence": "Apache-2.0",
    "source": "tiny",
    "domain": "algorithms",
}


def message(result):
    code, said = result
    return code, said["error"]["message"]


@pytest.fixture
def trained(workshop):
    """An adapter with a dataset behind it, in production."""
    rows = [ROW, ROW | {"id": "sum-0002"}, ROW | {"id": "x", "source": "magicoder"}]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    dataset = workshop.publish("data", "dataset", [], {"train.jsonl": lines}, {"of": "data"})
    files = {"adapter_model.safetensors": "weights"}
    adapter = workshop.publish("phase2", "adapter", [dataset], files, {"of": "phase2"})
    workshop.registered(adapter)
    workshop.promoted("rust-tiny", workshop.decision(adapter))
    return adapter


@pytest.fixture
def archive(workshop, trained):
    out = workshop.root / "rust-tiny.tar"
    workshop.given("export", "rust-tiny", "--out", out)
    return out


@pytest.fixture
def elsewhere(workshop):
    """Another team's registry, which has seen nothing of this."""
    root = workshop.root / "elsewhere"
    root.mkdir()
    other = type(workshop)(root)
    return other


def test_why_leads_from_the_alias_to_the_rows(workshop, trained):
    found = workshop.given("why", "rust-tiny")
    dataset = found["adapter"]["made_from"][0]
    assert found["alias"] == {"production": True, "generation": 1}
    assert found["decision"]["verdict"] == "passed"
    assert found["decision"]["report"]["kept"] is True
    assert [(one["source"], one["rows"]) for one in dataset["sources"]] == [
        ("magicoder", 1),
        ("tiny", 2),
    ]


def test_why_still_knows_when_the_work_folders_are_gone(workshop, trained):
    before = workshop.given("why", "rust-tiny")
    for folder in ("data", "phase2", "decision", "report-decision", "samples-decision"):
        shutil.rmtree(workshop.root / folder)
    assert workshop.given("why", "rust-tiny") == before


def test_why_is_refused_for_a_decision_that_is_not_what_it_was(workshop, trained):
    decision = workshop.show()["production"]["decision"]
    path = workshop.store / decision / "decision.json"
    path.write_text(path.read_text().replace("0.95", "0.99"))
    code, why = message(workshop.run("why", "rust-tiny"))
    assert (code, str(path) in why) == (1, True)


def test_the_domains_of_the_training_rows_are_the_adapters(workshop, trained):
    assert workshop.show()["production"]["domains"] == ["algorithms"]


def test_people_read_the_chain_from_top_to_bottom(sqlite, command):
    adapter = sqlite.adapter()
    sqlite.registered(adapter)
    sqlite.promoted("rust-tiny", sqlite.decision(adapter))
    printed = command("why", "rust-tiny", "--registry", sqlite.registry).stdout
    said = ["production alias", "promote by", "decision", "compiles: passed", "report", "adapter"]
    assert [printed.find(word) for word in said] == sorted(printed.find(word) for word in said)


def test_the_archive_is_verified_and_its_adapter_gated_elsewhere(workshop, elsewhere, archive):
    shutil.rmtree(workshop.root / "data")
    row = elsewhere.given("import", archive)
    told = (row["new"], row["name"], row["version"], row["status"])
    assert told == (True, "rust-tiny", "0.1.0", "gated")
    assert elsewhere.given("promote", "rust-tiny@0.1.0")["status"] == "production"
    found = elsewhere.given("why", "rust-tiny")
    assert found["adapter"]["made_from"][0]["kept"] is True
    assert found["decision"]["report"]["kept"] is True


def test_imported_twice_it_is_there_once(elsewhere, archive):
    elsewhere.given("import", archive)
    assert elsewhere.given("import", archive)["new"] is False


def test_a_version_number_that_is_taken_becomes_the_next_one(elsewhere, archive):
    elsewhere.registered(elsewhere.adapter("own", "own"))
    assert elsewhere.given("import", archive)["version"] == "0.2.0"


def test_what_was_imported_can_be_exported_again(elsewhere, archive, workshop):
    out = workshop.root / "chain"
    elsewhere.given("import", archive, "--out", out)
    again = workshop.root / "again.tar"
    words = ("export", "rust-tiny@0.1.0", "--out", again, "--search", out)
    assert elsewhere.given(*words)["left_out"] == []


def test_the_same_version_exported_twice_is_the_same_bytes(workshop, archive):
    again = workshop.root / "again.tar"
    workshop.given("export", "rust-tiny", "--out", again)
    assert archive.read_bytes() == again.read_bytes()


def test_the_rows_in_the_archive_follow_their_schemas(workshop, archive):
    target = workshop.root / "unpacked"
    with tarfile.open(archive) as opened:
        opened.extractall(target, filter="data")
    for name in ("adapters.jsonl", "events.jsonl", "abtests.jsonl"):
        path = target / "content" / name
        content.check(path, content.infer(path))


def test_the_statement_is_an_in_toto_test_result_about_the_adapter(workshop, archive, trained):
    with tarfile.open(archive) as opened:
        said = json.load(opened.extractfile("content/statement.json"))
    weights = {one["name"]: one["digest"]["sha256"] for one in said["subject"]}
    listed = {entry["path"]: entry["sha256"] for entry in trained.data["files"]}
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicate"]["passedTests"] == ["compiles"]
    name = "adapter_model.safetensors"
    assert weights[f"rust-tiny@0.1.0/{name}"] == listed[name]


def test_a_chain_with_a_gap_is_not_exported_until_it_is_said_so(workshop, trained):
    shutil.rmtree(workshop.root / "data")
    out = workshop.root / "x.tar"
    code, why = message(workshop.run("export", "rust-tiny", "--out", out))
    assert (code, "--without dataset" in why, out.exists()) == (2, True, False)
    said = workshop.given("export", "rust-tiny", "--out", out, "--without", "dataset")
    assert [one["kind"] for one in said["left_out"]] == ["dataset"]


def test_what_was_left_out_on_purpose_is_no_reason_to_refuse(workshop, elsewhere, trained):
    out = workshop.root / "x.tar"
    workshop.given("export", "rust-tiny", "--out", out, "--without", "dataset")
    assert elsewhere.given("import", out)["status"] == "gated"


def test_a_version_that_was_never_gated_is_not_exported(workshop):
    workshop.registered(workshop.adapter())
    words = ("export", "rust-tiny@0.1.0", "--out", workshop.root / "x.tar")
    assert "was never gated" in message(workshop.run(*words))[1]


def rewritten(archive, change):
    """The archive with its members passed through `change(name, bytes) -> bytes | None`."""
    out = archive.with_name("changed.tar")
    with tarfile.open(archive) as old, tarfile.open(out, "w") as new:
        for member in old.getmembers():
            data = change(member.name, old.extractfile(member).read())
            if data is None:
                continue
            path = archive.with_name("member")
            path.write_bytes(data)
            new.add(path, member.name)
    return out


def members(archive):
    with tarfile.open(archive) as opened:
        return sorted(opened.getnames())


def test_no_member_of_the_archive_can_be_changed_or_taken_out(workshop, elsewhere, archive):
    """Every single file: one byte more, and missing; each is refused and nothing is registered."""
    accepted = []
    for victim in members(archive):
        for change in (lambda data: data + b" ", lambda data: None):
            changed = rewritten(
                archive,
                lambda name, data: change(data) if name == victim else data,  # noqa: B023
            )
            if elsewhere.run("import", changed)[0] == 0:
                accepted.append(victim)
    with open_registry(str(elsewhere.registry)).reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM versions").scalar_one() == 0
    assert accepted == []


def with_member(archive, name, kind=tarfile.REGTYPE, link=""):
    """The archive with one member more."""
    out = archive.with_name("more.tar")
    shutil.copyfile(archive, out)
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.size = kind, link, 1 if kind == tarfile.REGTYPE else 0
    with tarfile.open(out, "a") as opened:
        opened.addfile(member, io.BytesIO(b"x"))
    return out


MORE = {
    "a file beside": ("other.txt",),
    "a file within": ("content/other.txt",),
    "an artifact of nothing": ("content/artifacts/adapter-000000000000/notes.txt",),
    "an absolute path": ("/content/absolute",),
    "a link": ("content/link", tarfile.SYMTYPE, "handover.json"),
    "a hard link": ("content/link", tarfile.LNKTYPE, "content/handover.json"),
    "a sparse file": ("content/holes", tarfile.GNUTYPE_SPARSE),
}


def test_what_belongs_to_no_link_of_the_chain_is_refused(elsewhere, archive):
    for what, more in MORE.items():
        code, why = message(elsewhere.run("import", with_member(archive, *more)))
        assert (what, code, "refused" in why) == (what, 1, True)


def test_a_handover_that_says_nothing_sensible_of_itself_is_refused(elsewhere, archive):
    named = b'{"format": "oilstone-handover 1", "name": 5}'
    for said in (b"{", b"[]", b"5", b'{"format": "oilstone-handover 1"}', named):

        def change(name, data, said=said):
            return said if name.endswith(ABOUT) else data

        code, why = message(elsewhere.run("import", rewritten(archive, change)))
        assert (said, code, "handover.json: not what export wrote" in why) == (said, 1, True)


def test_a_story_with_a_gap_is_refused(elsewhere, archive):
    for part in (slice(1, None), slice(0, -1), slice(None, None, -1)):

        def change(name, data, part=part):
            lines = data.splitlines(True)
            return b"".join(lines[part]) if name.endswith("events.jsonl") else data

        code, why = message(elsewhere.run("import", rewritten(archive, change)))
        assert (part, code, "events.jsonl: " in why) == (part, 1, True)


def test_an_archive_that_is_cut_off_is_refused(elsewhere, archive):
    archive.write_bytes(archive.read_bytes()[:-9000])
    assert elsewhere.run("import", archive)[0] in (1, 2)


def test_a_member_that_climbs_out_of_the_folder_is_refused(elsewhere, archive, workshop):
    with tarfile.open(archive, "a") as opened:
        path = workshop.root / "evil"
        path.write_text("evil")
        opened.add(path, "../../evil-was-here")
    assert elsewhere.run("import", archive)[0] == 1


@pytest.fixture
def keys(workshop):
    pytest.importorskip("model_signing")
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    made = []
    for name in ("ours", "theirs"):
        key = ec.generate_private_key(ec.SECP256R1())
        private, public = workshop.root / f"{name}.pem", workshop.root / f"{name}.pub"
        pem = form.Encoding.PEM
        private.write_bytes(key.private_bytes(pem, form.PrivateFormat.PKCS8, form.NoEncryption()))
        public.write_bytes(
            key.public_key().public_bytes(pem, form.PublicFormat.SubjectPublicKeyInfo)
        )
        made.append((private, public))
    return made


def test_a_signature_holds_under_its_own_key_only(sqlite, keys):
    adapter = sqlite.production("a")
    assert artifact.load(adapter.folder).digest == adapter.digest
    out = sqlite.root / "signed.tar"
    (private, public), (_, other) = keys
    sqlite.given("export", "rust-tiny", "--out", out, "--sign", private)
    assert sqlite.given("import", out, "--name", "good", "--public-key", public)["new"]
    code, why = message(sqlite.run("import", out, "--name", "bad", "--public-key", other))
    assert (code, "the signature does not hold" in why) == (1, True)


def test_an_unsigned_archive_is_refused_where_a_signature_is_asked_for(sqlite, keys):
    sqlite.production("a")
    out = sqlite.root / "unsigned.tar"
    sqlite.given("export", "rust-tiny", "--out", out)
    code, why = message(sqlite.run("import", out, "--public-key", keys[0][1]))
    assert (code, "is not signed" in why) == (1, True)


def test_a_store_on_another_file_system_is_read_through_verified_copies(
    sqlite, monkeypatch, tmp_path
):
    """fsspec's own memory file system stands for S3 and the like."""
    pytest.importorskip("fsspec")
    import fsspec

    monkeypatch.setenv("OILSTONE_CACHE", str(tmp_path / "cache"))
    sqlite.registry.unlink()  # where the copies are is said when a registry is made
    sqlite.store = "memory://oilstone/store"
    adapter = sqlite.production("a")
    files = fsspec.filesystem("memory")
    assert files.exists(f"/oilstone/store/{adapter.digest}/manifest.json")
    shutil.rmtree(tmp_path / "cache")
    assert sqlite.run("verify")[0] == 0
    shutil.rmtree(tmp_path / "cache")
    files.pipe(f"/oilstone/store/{adapter.digest}/adapter_model.safetensors", b"weightz")
    code, why = message(sqlite.run("verify"))
    assert (code, "not what it was" in why) == (1, True)
