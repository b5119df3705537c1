"""Which judge a language has. Each is imported when a problem asks for it, and only then."""

from importlib import import_module
from typing import Any

from oilstone_eval.judges.base import Tools

# Folder under judges/ (its toolchain.py finds the tools) and the class in its judge.py.
_JUDGES = {
    "bash": ("shell", "ShellJudge"),
    "math": ("math", "MathJudge"),
    "python": ("python", "PythonJudge"),
    "rust": ("rust", "RustJudge"),
    "shell": ("shell", "ShellJudge"),
}
LANGUAGES = tuple(_JUDGES)


def family(language: str) -> str:
    """Return the name of the judge: languages of one family are judged together."""
    return _JUDGES[language][0]


def find_tools(language: str) -> Tools:
    """Return what the language's judge needs of this machine. Raises MissingTool."""
    module = import_module(f"oilstone_eval.judges.{family(language)}.toolchain")
    tools: Tools = module.find()
    return tools


def judge_class(language: str) -> Any:
    """Return the judge's class; it conforms to `base.Judge`."""
    folder, name = _JUDGES[language]
    return getattr(import_module(f"oilstone_eval.judges.{folder}.judge"), name)
