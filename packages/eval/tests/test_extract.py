"""The program that a person would copy out of an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oilstone_eval.extract import code

RUST = [
    # several blocks
    ("Sure:\n```rust\nfn main() {}\n```\nDone.", "fn main() {}\n"),
    ("```text\nno\n```\n```rs\nyes\n```", "yes\n"),
    ("```\nfirst\n```\n```rust\nsecond\n```", "second\n"),
    ("```toml\nno\n```\n```\nyes\n```", "yes\n"),
    ("```rust\none\n```\n```rust\ntwo\n```", "one\n"),
    ("```rust\n```\n\n```rust\nfull\n```", "full\n"),
    ("```rust\n\n```\n```\nfull\n```", "full\n"),
    ("**Cargo.toml**\n```toml\nno\n```\n**main.rs**\n```rust\nyes\n```", "yes\n"),
    ("```\n$ cargo run\n7\n```\n```rust\nyes\n```", "yes\n"),
    ("```python\nno\n```", None),
    ("```plaintext\nyes\n```", "yes\n"),
    ("```text\nno\n```\n```\nyes\n```", "yes\n"),
    ("```json\n{}\n```\nno code", None),
    # labels
    ("```Rust,no_run\na\n```", "a\n"),
    ("```{.rust}\na\n```", "a\n"),
    ("```{.rust .numberLines startFrom=1}\na\n```", "a\n"),
    ("```rust{1,3-4}\na\n```", "a\n"),
    ('```rust title="src/main.rs"\na\n```', "a\n"),
    ("```rust:src/main.rs\na\n```", "a\n"),
    ("```src/main.rs\na\n```", "a\n"),
    ("```Cargo.toml\nno\n```\n```main.rs\nyes\n```", "yes\n"),
    ("```language-rust\na\n```", "a\n"),
    ("```lang=rust\na\n```", "a\n"),
    ("```   rust   \na\n```", "a\n"),
    ("``` RUST\na\n```", "a\n"),
    ("```rust-script\nno\n```", None),
    # fences
    ("````rust\na\n```\nb\n````\nc", "a\n```\nb\n"),
    ("~~~rust\na\n```\n~~~", "a\n```\n"),
    ("~~~~ rust\na\n~~~\nb\n~~~~", "a\n~~~\nb\n"),
    ("```rust\na\n~~~\nb\n```", "a\n~~~\nb\n"),
    ("```rust\na\n`````", "a\n"),
    ("```rust\na\n```  \nb", "a\n"),
    ("``rust\na\n``", "``rust\na\n``"),
    ("```rust\r\na\r\n```", "a\r\n"),
    ("```rust\r\na\r\n```\r\n\r\nSo.\r\n", "a\r\n"),
    ("\ufeff```rust\na\n```", "a\n"),
    ("```rust\nlet s = \"\u2028```\";\n```", 'let s = "\u2028```";\n'),
    ("```rust\n/// ```\n/// f()\nfn f() {}\n```", "/// ```\n/// f()\nfn f() {}\n"),
    ("```rust\n/// ```rust\n/// f()\n/// ```\nfn f() {}\n```",
     "/// ```rust\n/// f()\n/// ```\nfn f() {}\n"),
    # where they stand
    ("  ```rust\n  a\n    b\n  ```", "a\n  b\n"),
    ("\t```rust\n\ta\n\t\tb\n\t```", "a\n\tb\n"),
    ("   ```rust\na\n   ```", "a\n"),
    ("1. Write it:\n   ```rust\n   a\n     b\n   ```\n2. Run it.", "a\n  b\n"),
    ("- ```rust\n  a\n  ```", "a\n"),
    ("1. ```rust\n   a\n   ```", "a\n"),
    ("> ```rust\n> a\n>   b\n> ```\n> So.", "a\n  b\n"),
    ("> > ```rust\n> > a\n> > ```", "a\n"),
    ("Answer: ```rust\na\n```", "a\n"),
    # never closed, never opened
    ("```rust\nfn main() {", "fn main() {"),
    ("```rust\nfn main() {}```", "fn main() {}"),
    ("```rust\nfn main() {}```\n", "fn main() {}"),
    ("```text\nnever closed\n```rust\nyes\n```", "yes\n"),
    ("fn main() {}\n```", "fn main() {}\n"),
    ("fn main() {}\n```\n\n", "fn main() {}\n"),
    ("```rust\n\n```", None),
    ("```rust", None),
    ("```", None),
    # no fences
    ("fn main() {}\n", "fn main() {}\n"),
    ("`fn main() {}`", "fn main() {}"),
    ("```rust fn main() {}```", "fn main() {}"),
    ("```fn main() {}```", "fn main() {}"),
    ("  \n", None),
    ("", None),
    # thoughts
    ("<think>Maybe\n```rust\nno\n```\n</think>\n```rust\nyes\n```", "yes\n"),
    ("<think>\n</think>\n\nfn main() {}", "\n\nfn main() {}"),
    ("<Thinking>no</Thinking>```rust\nyes\n```", "yes\n"),
    ("Maybe\n```rust\nno\n```\n</think>\n```rust\nyes\n```", "yes\n"),
    ("<think>I shall write\n```rust\nno\n```", None),
    ('```rust\nlet s = "</think>";\n```', 'let s = "</think>";\n'),
    # HTML
    ('<p>So:</p><pre><code class="language-rust">if a &lt; b {}\n</code></pre>', "if a < b {}\n"),
    ("<pre>\n<code>\nfn main() {}</code>\n</pre>", "fn main() {}"),
    ('<pre><code class="language-python">no</code></pre>', None),
    ("<details><summary>It</summary>\n\n```rust\nyes\n```\n</details>", "yes\n"),
    # blocks in blocks
    ("```md\n# Title\n```rust\nfn f() {}\n```\nmore\n```", "fn f() {}\n"),
    ("````markdown\nHere:\n```rust\nyes\n```\n````", "yes\n"),
    ('```rust\nlet s = "\n```json\n{}\n```\n";\n```', 'let s = "\n```json\n{}\n```\n";\n'),
]  # fmt: skip


@pytest.mark.parametrize(("completion", "found"), RUST)
def test_the_program_is_found(completion: str, found: str | None) -> None:
    assert code(completion, "rust") == found


def test_code_is_never_repaired() -> None:
    broken = "```rust\nfn main( { let x = ;\n```"
    assert code(broken, "rust") == "fn main( { let x = ;\n"


DOCSTRING = 'def f():\n    """\n    ```\n    f()\n    ```\n    """\n    return 1\n'


@pytest.mark.parametrize(
    ("completion", "language", "found"),
    [
        ("```py\nx = 1\n```", "python", "x = 1\n"),
        ("```python3.11\nx = 1\n```", "python", "x = 1\n"),
        ("```solution.py\nx = 1\n```", "python", "x = 1\n"),
        ("Use this:\n```bash\nls -l\n```", "shell", "ls -l\n"),
        ("ls -l", "shell", "ls -l"),
        ("`ls -l`", "shell", "ls -l"),
        ("echo `date` is `now`", "shell", "echo `date` is `now`"),
        ("```console\n$ ls -l\ntotal 0\n$ pwd\n```", "shell", "ls -l\npwd\n"),
        ("```console\nls -l\n```", "shell", "ls -l\n"),
        ("```bash\n$ ls -l\n```", "shell", "$ ls -l\n"),
        ("```bash\ncat > README.md <<'E'\n```sh\nls\n```\nE\n```\nDone.", "shell",
         "cat > README.md <<'E'\n```sh\nls\n```\nE\n"),
        ("```markdown\nHere:\n```python\nx = 1\n```\n```", "python", "x = 1\n"),
        ("```python\n'''\n```\n'''\n```", "python", "'''\n"),
        (f"```python\n{DOCSTRING}```\nSo.", "python", DOCSTRING),
        ("2. So:\n   ```python\n   def f():\n       return 1\n   ```", "python",
         "def f():\n    return 1\n"),
        ("    return a + b\n", "python", "    return a + b\n"),
        ("    return a + b\n```\n", "python", "    return a + b\n"),
        ('print("```")\n', "python", 'print("```")\n'),
        ("The sum:\n```\n1 + 2\n```\n#### 3", "math", "The sum:\n```\n1 + 2\n```\n#### 3"),
        ("<think>It may be 5.</think>It is 4.", "math", "It is 4."),
        ("<think>It may be 5.", "math", None),
    ],
)  # fmt: skip
def test_every_language_has_its_ways(completion: str, language: str, found: str) -> None:
    assert code(completion, language) == found


PLAIN_LINE = st.text(st.characters(exclude_characters="`~\r\n", exclude_categories=("Cs",)))


@given(st.lists(PLAIN_LINE, min_size=1), st.sampled_from(["```", "~~~", "`````"]))
def test_what_is_fenced_comes_back_to_the_letter(lines: list[str], fence: str) -> None:
    program = "".join(f"{line}\n" for line in lines)
    found = code(f"So:\n\n{fence}rust\n{program}{fence}\n\nThat is it.\n", "rust")
    assert found == (program if program.strip() else None)


@given(st.text(st.sampled_from("`~ \n>-:ars<thinkpreco/")), st.sampled_from(["rust", "shell"]))
def test_any_text_is_an_answer_or_none(completion: str, language: str) -> None:
    found = code(completion, language)
    assert found is None or found.strip()
