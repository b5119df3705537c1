"""An A/B test from beginning to end: two real tiny adapters, a router, users, and a promotion.

The first adapter had a few steps of phase 1, the second all of them. Both pass (lenient) gates; the
first goes into production, the second into a test with half of the requests. Simulated users ask
for programs, oilstone-eval compiles and runs the answers beside the traffic, and once the second is
shown better it is promoted, while the status page shows it. Called by make, from the root.
"""

import argparse
import http.client
import itertools
import json
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

NAME, FIRST, SECOND = "rust-tiny", "0.1.0", "0.2.0"


def run(*words: object) -> dict[str, Any]:
    """Run a command and return what it says as JSON; end as it ends when it fails."""
    done = subprocess.run([*map(str, words), "--json"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise SystemExit(done.returncode)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Adapters:
    """Makes the two adapters and the decisions about them; nothing is made twice."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args, self.folder = args, args.work / "ab-demo"
        self.problems = self.folder / "problems"

    def early(self) -> Path:
        """Train phase 1 for a few steps only."""
        out, steps = self.folder / "early", f"training.max_steps={self.args.early_steps}"
        made = ("--data", self.args.data, "--base", self.args.base, "--out", out)
        recipe = self.args.recipes / "phase1.yaml"
        run(
            "oilstone-train",
            "run",
            recipe,
            *made,
            "--set",
            steps,
            "--set",
            "training.warmup_steps=2",
        )
        return out

    def asked(self) -> list[dict[str, Any]]:
        """Draw the problems that both are judged on, and that users ask for."""
        export = ("oilstone-data", "export", self.args.data, "--as", "problems")
        run(*export, "--limit", self.args.problems, "--out", self.problems)
        lines = (self.problems / "problems.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def decision(self, name: str, adapter: Path) -> Path:
        """Judge an adapter and decide about it."""
        recipe = ("--recipe", self.args.recipes / "eval.yaml")
        samples, report = self.folder / "samples" / name, self.folder / "report" / name
        asked = ("--problems", self.problems)
        made = ("--base", self.args.base, "--adapter", adapter, "--out", samples)
        run("oilstone-eval", "generate", *made, *asked, *recipe)
        run("oilstone-eval", "judge", samples, *asked, "--out", report, *recipe)
        out = self.folder / "decision" / name
        gates = self.args.recipes / "ab-demo" / "gates.yaml"
        run("oilstone-gates", "check", gates, "--report", report, "--out", out)
        return out


class Servers:
    """The model server and the router, as processes that end with this one."""

    def __init__(self, folder: Path, args: argparse.Namespace) -> None:
        self.folder, self.args = folder, args
        self.registry = folder / "registry.sqlite"
        self.keys = folder / "keys.json"
        self.running: list[subprocess.Popen[str]] = []

    def registered(self, words: tuple[object, ...]) -> dict[str, Any]:
        """Run oilstone-registry on the demonstration's registry."""
        return run("oilstone-registry", *words, "--registry", self.registry)

    def model(self) -> str:
        """Start the model server; return its URL."""
        server = Path(__file__).with_name("adapter_server.py")
        command = [sys.executable, server, "--base", self.args.base]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.running.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"{server}: it did not start")
        return f"http://127.0.0.1:{json.loads(line)['port']}"

    def key(self, name: str, *scopes: str) -> str:
        """Make an API key."""
        words = [word for scope in scopes for word in ("--scope", scope)]
        made = run("oilstone-registry", "keys", "add", name, *words, "--keys", self.keys)
        return str(made["key"])

    def router(self, upstream: str, problems: Path) -> None:
        """Start the router, its log beside the registry."""
        words = ("--upstream", upstream, "--keys", self.keys, "--problems", problems)
        where = ("--registry", self.registry, "--port", self.args.port)
        command = ["oilstone-registry", "serve", *map(str, (*words, *where))]
        with (self.folder / "serve.log").open("w") as log:
            self.running.append(subprocess.Popen(command, stderr=log, text=True))

    def alive(self) -> bool:
        """Return True; end with exit code 1 when one of them has ended."""
        if any(process.poll() is not None for process in self.running):
            said = (self.folder / "serve.log").read_text(encoding="utf-8")[-2000:]
            raise SystemExit(f"a server ended by itself; the router said:\n{said}")
        return True

    def end(self) -> None:
        """End them all, the router first."""
        for process in reversed(self.running):
            process.terminate()
            process.wait(60)


class Client:
    """Asks the router with one key."""

    def __init__(self, port: int, key: str) -> None:
        self.port, self.key = port, key

    def call(self, path: str, body: object = None, **headers: str) -> tuple[int, Any, bytes]:
        """Return status, headers and body."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        told = {"authorization": f"Bearer {self.key}"} | headers
        raw = None if body is None else json.dumps(body)
        try:
            line.request("GET" if body is None else "POST", path, raw, told)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            line.close()

    def ask(self, problem: dict[str, Any]) -> str | None:
        """Ask for a program, as a user would; return the version that answered."""
        turns = [{"role": "user", "content": problem["prompt"]}]
        body = {"model": NAME, "messages": turns, "stream": True, "max_tokens": 400}
        told = {"x-oilstone-problem": problem["id"]}
        status, headers, _ = self.call("/v1/chat/completions", body, **told)
        return headers["x-adapter-version"] if status == 200 else None

    def status(self) -> dict[str, Any]:
        """Return what the page shows of the specialist."""
        found = json.loads(self.call("/status")[2])["specialists"]
        return next((one for one in found if one["name"] == NAME), {})


def until(holds: Any, what: str, within_s: float = 120) -> None:
    """Wait until something holds; end with exit code 1 if it never does."""
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"{what}: not within {within_s:g} s")


def users(
    client: Client, problems: list[dict[str, Any]], count: int, over: threading.Event
) -> None:
    """Ask for one problem after another, `count` at a time, until it is over."""
    turns = itertools.cycle(problems)

    def one() -> None:
        while not over.is_set():
            try:
                answered = client.ask(next(turns))
            except OSError:  # the router is ending
                answered = None
            if answered is None:
                over.wait(0.5)

    for _ in range(count):
        threading.Thread(target=one, daemon=True).start()


def watch(client: Client, within_s: float) -> None:
    """Tell how the test stands until the second adapter is in production."""
    ends, told = time.monotonic() + within_s, ""
    while time.monotonic() < ends:
        found = client.status()
        if found["production"] == SECOND:
            return
        line = standing(found["test"])
        if line != told:
            print(line, flush=True)
        told = line
        time.sleep(1)
    raise SystemExit(f"{SECOND} was not promoted within {within_s:g} s; see the status page")


def standing(test: dict[str, Any] | None) -> str:
    """Return where a test stands, in a line."""
    if test is None or test["summary"] is None:
        return "no answer was judged yet"
    found = test["summary"]
    arms = [f"{arm} {one['units']} at {one['success_rate'] or 0:.2f}"
            for arm, one in found["arms"].items()]  # fmt: skip
    effect = found["effect"]
    bounds = f"{effect['value']:+.2f} [{effect['low']:+.2f} {effect['high']:+.2f}]"
    evidence = f"evidence {found['e_better']:.3g} of {found['e_needed']:g}"
    return f"{', '.join(arms)}: effect {bounds}, {evidence}"


def shown(client: Client, problem: dict[str, Any]) -> None:
    """Check that page and traffic follow the promotion; end with exit code 1 if not."""
    until(lambda: f"<b>{SECOND}</b>" in client.call("/")[2].decode(), "the page shows it", 10)
    answered = client.ask(problem)
    if answered != f"{NAME}@{SECOND}":
        raise SystemExit(f"a request was answered by {answered} after the promotion")
    print(f"the page shows {SECOND} in production, and it answers")


def play(args: argparse.Namespace, servers: Servers) -> None:
    """Do all of it."""
    adapters = Adapters(args)
    problems = adapters.asked()
    arms = {FIRST: adapters.early(), SECOND: args.adapter}
    decisions = {version: adapters.decision(version, one) for version, one in arms.items()}
    upstream = servers.model()
    for version, adapter in arms.items():
        words = ("--name", NAME, "--version", version, "--fingerprint", upstream)
        servers.registered(("register", adapter, *words))
    servers.registered(("promote", f"{NAME}@{FIRST}", "--decision", decisions[FIRST]))
    servers.registered(("gate", f"{NAME}@{SECOND}", "--decision", decisions[SECOND]))
    client = Client(args.port, servers.key("demo", "inference", "outcomes", "admin"))
    servers.router(upstream, adapters.problems)
    until(lambda: servers.alive() and client.call("/ready")[0] == 200, "the router is ready")
    print(f"status page: http://127.0.0.1:{args.port}/ (admin key: {client.key})", flush=True)
    begin = ("ab", "start", NAME, "--candidate", SECOND, "--traffic", 0.5)
    servers.registered((*begin, "--recipe", args.recipes / "ab-demo" / "experiment.yaml"))
    over = threading.Event()
    users(client, problems, args.users, over)
    try:
        watch(client, args.within)
    finally:
        over.set()
    shown(client, problems[0])
    event = servers.registered(("show", NAME))["events"][-1]
    print(f"{event['action']} by {event['actor']}: {event['reason']}")
    if args.stay:
        print("Ctrl-C ends it")
        threading.Event().wait()


def main() -> None:
    """Read the options, play, and end what was started."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("work", "recipes", "data", "base", "adapter"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="as make has it")
    parser.add_argument("--early-steps", type=int, default=2, help="of the first adapter")
    parser.add_argument("--problems", type=int, default=60, help="that users ask for")
    parser.add_argument("--users", type=int, default=3, help="at a time")
    parser.add_argument("--port", type=int, default=8080, help="of the router")
    parser.add_argument("--within", type=float, default=900, help="seconds until the promotion")
    parser.add_argument("--stay", action="store_true", help="keep it running afterwards")
    args = parser.parse_args()
    folder = args.work / "ab-demo" / "served"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    servers = Servers(folder, args)
    try:
        play(args, servers)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        servers.end()


if __name__ == "__main__":
    main()
