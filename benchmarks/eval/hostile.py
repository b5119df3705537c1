"""Samples that loop, multiply, hoard, flood and hide, among good ones; and what they must get.

Every kind has a program and the verdicts that are right for it: statuses or reasons, by `|`. Each
program ends in a comment with its number, so that no two are the same and all of them are judged.
"""

import random
from collections.abc import Iterator
from typing import Any

FAILED = "timeout|memory|runtime_error|wrong_output|output_limit"
# Kind: (how often in a thousand, what is right, the program). All are to print 7.
PYTHON = {
    "right": (430, "passed", "print(7)"),
    "right, slowly": (100, "passed", "print(sum(range(200_000)) * 0 + 7)"),
    "wrong": (150, "wrong_output", "print(8)"),
    "raises": (60, "runtime_error", "print(7)\nraise ValueError('no')"),
    "no Python": (50, "compile_error", "print(7"),
    "exits": (40, "wrong_output", "import os\nos._exit(0)"),
    "hoards": (40, "memory", "x = []\nwhile True: x.append(bytearray(1 << 24))"),
    "floods": (40, "output_limit", "while True: print('x' * 65536)"),
    "leaves a daemon": (
        20, "passed",
        "import os, time\nprint(7, flush=True)\nif not os.fork():\n    os.setsid()\n"
        "    time.sleep(99)",
    ),
    "fills the disk": (
        20, "runtime_error|memory", "for n in range(9999): open(str(n), 'wb').write(b'x' * 65536)"
    ),
    "kills everybody": (15, FAILED, "import os\nos.kill(-1, 9)\nos.kill(0, 9)"),
    "loops": (12, "timeout", "while True: pass"),
    "many hoard": (
        8, "memory",
        "import os, time\nfor n in range(20):\n    if not os.fork(): break\nx = []\n"
        "for n in range(60): x.append(b'x' * (1 << 20)); time.sleep(.01)\ntime.sleep(9)",
    ),
    "sleeps": (6, "timeout", "import time\ntime.sleep(999)"),
    "fork bomb": (
        5, FAILED,
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    ),
    "ends by a signal": (4, "runtime_error", "import os\nos.abort()"),
}  # fmt: skip
RUST = {
    "right": (500, "passed", 'fn main() { println!("7"); }'),
    "wrong": (150, "wrong_output", 'fn main() { println!("8"); }'),
    "no Rust": (150, "compile_error", "fn main() { let x: u8 = \"7\"; }"),
    "panics": (80, "runtime_error", "fn main() { panic!(\"no\") }"),
    "exits": (40, "wrong_output", "fn main() { std::process::exit(0) }"),
    "hoards": (
        30, "memory|runtime_error",
        "fn main() { let mut x = Vec::new(); loop { x.push(vec![1u8; 1 << 24]); } }",
    ),
    "floods": (30, "output_limit", 'fn main() { loop { println!("{}", "x".repeat(65536)); } }'),
    "loops": (10, "timeout", "fn main() { loop { std::hint::spin_loop(); } }"),
    "sleeps": (
        10, "timeout",
        "fn main() { std::thread::sleep(std::time::Duration::from_secs(999)); }",
    ),
}  # fmt: skip
BASH = {
    "right": (500, "passed", "echo 7"),
    "wrong": (200, "wrong_output", "echo 8"),
    "no shell": (100, "wrong_output|compile_error", "echo 'seven"),
    "exits": (60, "wrong_output|runtime_error", "exit 0"),
    "floods": (40, "output_limit|wrong_output", "yes"),
    "leaves a daemon": (40, "passed", "echo 7; setsid sleep 99 > /dev/null 2>&1 &"),
    "loops": (20, "timeout|wrong_output", "while :; do :; done"),
    "fork bomb": (20, FAILED, "f() { f | f & }; f"),
    "hoards": (20, "memory|runtime_error|wrong_output", "head -c 3G /dev/zero | tail"),
}  # fmt: skip
KINDS = {"python": PYTHON, "rust": RUST, "bash": BASH}
COMMENT = {"python": "#", "rust": "//", "bash": "#"}


def rows(counts: dict[str, int], seed: int) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield samples, each with its kind and what is right for it."""
    chance = random.Random(seed)
    for language, count in counts.items():
        kinds = KINDS[language]
        drawn = chance.choices(list(kinds), [kind[0] for kind in kinds.values()], k=count)
        for number, name in enumerate(drawn):
            _, right, program = kinds[name]
            code = f"{program}\n{COMMENT[language]} {number}\n"
            yield _sample(language, number, code), f"{language}: {name}", right


def _sample(language: str, number: int, code: str) -> dict[str, Any]:
    return {
        "problem_id": language, "sample_index": number, "completion": code, "code": code,
        "finish_reason": "unknown", "prompt_tokens": 0, "completion_tokens": 0, "seconds": 0.0,
    }  # fmt: skip


def problems(languages: dict[str, int]) -> list[dict[str, Any]]:
    """Return a problem for each language: to print 7."""
    return [
        {
            "id": language, "language": language, "prompt": "Print 7.", "domain": "hostile",
            "tests": [] if language == "bash" else [{"stdin": "", "stdout": "7\n"}],
            "reference": "echo 7" if language == "bash" else None, "difficulty": None,
            "licence": "Apache-2.0", "source": "hostile", "slice": "hostile",
            **({"checker": "shell_command"} if language == "bash" else {}),
        }
        for language in languages
    ]  # fmt: skip
