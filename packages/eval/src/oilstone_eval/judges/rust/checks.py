"""What a Rust verdict says beside its status."""

from dataclasses import replace

from oilstone_eval.judges.base import Checks, Program, Ruling
from oilstone_eval.judges.rust import seed, sources
from oilstone_eval.judges.rust.compiler import Report
from oilstone_eval.judges.rust.style import style

# First match decides; the codes are rustc's.
ERROR_TYPES = {
    "borrow_checker": "E0373 E0381 E0382 E0384 E0499 E0502 E0503 E0505 E0506 E0507 E0515 E0521"
    " E0594 E0596 E0597 E0716",
    "undefined_name": "E0405 E0408 E0412 E0422 E0423 E0424 E0425 E0426 E0433 E0531 E0532 E0574"
    " E0599 E0609 E0610",
    "missing_import": "E0432 E0463 E0583",
    "type_mismatch": "E0061 E0308 E0053 E0604 E0605 E0606 E0614 E0618 E0107",
    "trait_error": "E0038 E0046 E0117 E0119 E0204 E0277 E0282 E0283 E0369 E0407",
    "lifetime": "E0106 E0261 E0310 E0495 E0621 E0623",
}

NO_CODE: Checks = {
    "compiles": False, "idiomatic": 0.0, "documented": False, "clippy_warnings": None, "lints": [],
    "rustc_warnings": 0, "has_public": False,
}  # fmt: skip


def error_type(report: Report) -> str | None:
    """Return what kind of error comes first: by rustc's code; without a code it is the syntax."""
    errors = report.of("error")
    if not errors:
        return None
    code = errors[0].code
    named = (kind for kind, codes in ERROR_TYPES.items() if code in codes.split())
    return next(named, "other" if code else "syntax_error")


def complete(ruling: Ruling, program: Program, report: Report) -> Ruling:
    """Return the ruling with every check; a program that does not compile has no style."""
    compiles = _compiles(ruling, report)
    checks = {
        **_style(sources.source(program), compiles),
        "seed_prompt_match": seed.prompt_match(program.prompt, program.code),
        "clippy_warnings": len(report.of("lint")) if compiles and not report.trouble else None,
        "lints": report.codes("lint"),
        "rustc_warnings": len(report.of("warning")),
        "error_type": error_type(report) if ruling.reason == "compile_error" else None,
        "tests_passed": 0,
        "tests_total": len(program.cases),
        **ruling.checks,
    }
    return replace(ruling, checks=checks, seconds=report.seconds + ruling.seconds)


def _compiles(ruling: Ruling, report: Report) -> bool | None:
    """Tell whether it compiles; None when nobody could say."""
    if "tests_passed" in ruling.checks or ruling.reason == "forbidden":
        return True
    return None if ruling.status == "unscored" and (report.trouble or report.ruling) else False


def _style(code: str, compiles: bool | None) -> Checks:
    """Return the style checks as they count."""
    regexes = seed.scores(code)
    if not compiles:
        score, documented = (None, None) if compiles is None else (0.0, False)
        return {"compiles": compiles, "idiomatic": score, "documented": documented,
                "public_doc_rate": None, "has_public": False, **regexes}  # fmt: skip
    found = style(code)
    return {"compiles": True, "idiomatic": found.idiomatic, "documented": found.documented,
            "public_doc_rate": found.public_doc_rate,
            "has_public": found.public_doc_rate is not None, **regexes}  # fmt: skip
