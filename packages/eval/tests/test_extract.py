import pytest

from oilstone_eval.extract import code


@pytest.mark.parametrize(
    ("completion", "found"),
    [
        ("Sure:\n```rust\nfn main() {}\n```\nDone.", "fn main() {}\n"),
        ("```text\nno\n```\n```rs\nyes\n```", "yes\n"),
        ("```\nfirst\n```\n```rust\nsecond\n```", "second\n"),
        ("```toml\nno\n```\n```\nyes\n```", "yes\n"),
        ("```rust\none\n```\n```rust\ntwo\n```", "one\n"),
        ("```rust\nfn main() {", "fn main() {"),
        ("````rust\na\n```\nb\n````\nc", "a\n```\nb\n"),
        ("~~~rust\na\n```\n~~~", "a\n```\n"),
        ("```Rust,no_run\na\n```", "a\n"),
        ("```{.rust}\na\n```", "a\n"),
        ("  ```rust\n  a\n  ```", "  a\n"),
        ("```rust\n/// ```\n/// f()\nfn f() {}\n```", "/// ```\n/// f()\nfn f() {}\n"),
        ("fn main() {}\n", "fn main() {}\n"),
        ("```rust\r\na\r\n```", "a\r\n"),
        ("```python\nno\n```", None),
        ("```rust\n\n```", None),
        ("```rust", None),
        ("  \n", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_program_is_found(completion: str, found: str | None) -> None:
    assert code(completion, "rust") == found


def test_code_is_never_repaired() -> None:
    broken = "```rust\nfn main( { let x = ;\n```"
    assert code(broken, "rust") == "fn main( { let x = ;\n"


@pytest.mark.parametrize(
    ("completion", "language", "found"),
    [
        ("```py\nx = 1\n```", "python", "x = 1\n"),
        ("Use this:\n```bash\nls -l\n```", "shell", "ls -l\n"),
        ("ls -l", "shell", "ls -l"),
        ("```markdown\nHere:\n```python\nx = 1\n```\n```", "python", "x = 1\n"),
        ("```md\n# Title\n```rust\nfn f() {}\n```\nmore\n```", "rust", "fn f() {}\n"),
        ("```python\n'''\n```\n'''\n```", "python", "'''\n"),
        ("The sum:\n```\n1 + 2\n```\n#### 3", "math", "The sum:\n```\n1 + 2\n```\n#### 3"),
    ],
)
def test_every_language_has_its_labels(completion: str, language: str, found: str) -> None:
    assert code(completion, language) == found
