"""The status page, in a real browser and over the wire."""

import json
import shutil

import pytest

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def browser():
    sync = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with sync.sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield made
        made.close()


@pytest.fixture
def page(browser):
    made = browser.new_page(viewport={"width": 390, "height": 844})  # a phone
    yield made
    made.close()


@pytest.fixture
def serve(sqlite, standin, front):
    """A router on a production version and a gated one, both ready."""
    sqlite.production("old")
    sqlite.gated("new")
    made = front(sqlite, standin.url)
    made.wait(
        lambda: made.get("/status", scope="admin")[1]["specialists"][0]["versions"][0]["ready"]
    )
    return made


def at(serve, path=""):
    return f"http://127.0.0.1:{serve.port}/{path}"


def log_in(page, serve, scope="admin"):
    page.goto(at(serve))
    page.get_by_label("Admin key").fill(serve.keys[scope])
    page.get_by_role("button", name="Log in").click()


def press(page, button, confirm, reason="as tested"):
    page.get_by_role("link", name=button).click()
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=confirm).click()
    return page.locator(".problem").inner_text()


def production(workshop):
    return workshop.show()["production"]["version"]


def test_promote_and_roll_back_work_in_a_browser_and_stand_in_the_log(page, serve, sqlite):
    log_in(page, serve)
    assert "in production" in press(page, "Promote…", "Promote 0.2.0")
    assert production(sqlite) == "0.2.0"
    page.get_by_role("link", name="Back").click()
    page.wait_for_selector("text=generation 2")
    assert "in production" in press(page, "Roll back…", "Roll back to 0.1.0", "users complain")
    last = sqlite.show()["events"][-1]
    told = (production(sqlite), last["actor"], last["reason"])
    assert told == ("0.1.0", "admin", "users complain")


@pytest.mark.parametrize("scope", ["inference", "outcomes"])
def test_another_key_does_not_open_the_page(page, halves, scope):
    log_in(page, halves, scope)
    assert "scope admin" in page.locator(".problem").inner_text()
    assert page.context.cookies() == []


def test_the_page_brings_itself_up_to_date(page, serve, sqlite):
    log_in(page, serve)
    page.wait_for_selector("text=rust-tiny@0.2.0")
    sqlite.given("promote", "rust-tiny@0.2.0")
    page.wait_for_selector("text=generation 2", timeout=10_000)


def test_the_page_loads_nothing_else_breaks_no_policy_and_fits_a_phone(page, halves):
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append((message.type, message.text)))
    log_in(page, halves)
    page.wait_for_selector("h2")
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)
    assert [text for kind, text in said if kind in ("error", "warning")] == []
    assert {url for url in asked if not url.startswith((at(halves), "data:"))} == set()


def test_an_adapter_that_is_not_applied_is_shown_with_the_reason(page, sqlite, standin, front):
    sqlite.production("old")
    standin.faults({"serves": "base"})
    serve = front(sqlite, standin.url)
    log_in(page, serve)
    page.wait_for_selector("text=answers as the base model does")
    assert "no server has it ready" in page.inner_text("main")


def test_a_long_reason_fits_a_phone(page, sqlite, standin, front):
    sqlite.production("old")
    standin.faults({"load_status": 500})
    log_in(page, front(sqlite, standin.url))
    reason = page.get_by_role("cell", name="failed with 500")
    reason.wait_for()
    outside = "cell => cell.scrollWidth > cell.clientWidth"
    assert not reason.evaluate(outside)
    assert not page.evaluate("[...document.querySelectorAll('td')].some(" + outside + ")")


def test_a_running_test_is_shown_with_interval_and_guardrails(page, sqlite, standin, front):
    sqlite.production("old")
    test = sqlite.tested()
    sqlite.serve(test, {"control": 0.4, "candidate": 0.8}, 300)
    serve = front(sqlite, standin.url)
    log_in(page, serve)
    page.wait_for_selector("text=confidence sequence")
    shown = page.inner_text("main")
    assert all(
        one in shown
        for one in ("candidate", "guardrail latency", "as planned", "0.4", "shown better")
    )
    assert page.locator("svg polyline").count() == 1


def test_names_from_the_log_cannot_become_markup(page, serve, sqlite):
    evil = "<img src=x onerror=document.title='owned'>"
    sqlite.given("promote", "rust-tiny@0.2.0", "--reason", evil, "--as", evil)
    log_in(page, serve)
    page.wait_for_selector("text=generation 2")
    assert (page.locator("img").count(), page.title()) == (0, "Oilstone router")


def post(serve, path, scope="admin", **said):
    status, _, body = serve.call("POST", path, said, scope=scope)
    return status, json.loads(body)


def test_machines_promote_with_the_admin_key(serve, sqlite):
    said = post(serve, "/admin/promote", name="rust-tiny", version="0.2.0", reason="by script")
    assert said == (200, {"name": "rust-tiny", "version": "0.2.0", "changed": True})
    assert production(sqlite) == "0.2.0"


@pytest.mark.parametrize("path", ["/admin/promote", "/admin/rollback"])
@pytest.mark.parametrize(("scope", "status"), [("inference", 403), ("outcomes", 403), (None, 401)])
def test_no_other_key_promotes_or_rolls_back(halves, path, scope, status):
    assert post(halves, path, scope, name="rust-tiny", version="0.2.0")[0] == status
    assert production(halves.workshop) == "0.1.0"


def test_a_promotion_onto_an_alias_that_was_moved_since_is_refused(serve, sqlite):
    sqlite.given("promote", "rust-tiny@0.2.0")
    said = post(serve, "/admin/rollback", name="rust-tiny", generation=1)
    assert (said[0], production(sqlite)) == (409, "0.2.0")


def test_a_version_that_no_server_has_proved_is_not_promoted_from_the_page(serve, sqlite, standin):
    standin.faults({"load_status": 500})
    sqlite.gated("third")
    versions = lambda: serve.get("/status", scope="admin")[1]["specialists"][0]["versions"]  # noqa: E731
    serve.wait(lambda: versions()[0]["version"] == "0.3.0")
    status, said = post(serve, "/admin/promote", name="rust-tiny", version="0.3.0")
    assert (status, said["error"]["code"]) == (409, "not_ready")


def test_a_form_without_the_token_of_its_session_is_refused(halves):
    form = b"key=" + halves.keys["admin"].encode()
    kind = "application/x-www-form-urlencoded"
    status, headers, _ = halves.call("POST", "/login", form, scope=None, content_type=kind)
    cookie = headers["set-cookie"].partition(";")[0]
    body = b"name=rust-tiny&version=0.2.0"
    status, _, _ = halves.call(
        "POST", "/admin/promote", body, scope=None, content_type=kind, cookie=cookie
    )
    assert (status, production(halves.workshop)) == (403, "0.1.0")
    assert "HttpOnly; SameSite=Strict" in headers["set-cookie"]


def test_a_session_ends_with_its_key(serve):
    from oilstone_registry.router import keys

    kind = "application/x-www-form-urlencoded"
    form = b"key=" + serve.keys["admin"].encode()
    _, headers, _ = serve.call("POST", "/login", form, scope=None, content_type=kind)
    cookie = headers["set-cookie"].partition(";")[0]
    seen = lambda: serve.call("GET", "/status", scope=None, cookie=cookie)[0]  # noqa: E731
    assert seen() == 200
    keys.remove(serve.file, "admin")
    serve.wait(lambda: seen() == 401)


def test_metrics_are_in_the_form_that_prometheus_reads(serve):
    from prometheus_client.parser import text_string_to_metric_families

    serve.ask()
    _, _, body = serve.call("GET", "/metrics", scope=None)
    found = {one.name: one for one in text_string_to_metric_families(body.decode())}
    requests = found["oilstone_requests"].samples
    assert [(one.labels["version"], one.value) for one in requests] == [("0.1.0", 1.0)]
    states = [one.labels["state"] for one in found["oilstone_adapter_state"].samples]
    assert states == ["ready", "ready"]


def test_the_log_is_json_and_holds_no_key(halves):
    halves.ask()
    lines = halves.log.read_text().splitlines()
    events = [json.loads(line)["event"] for line in lines if line.startswith("{")]
    assert "adapter_ready" in events
    assert not any(key in halves.log.read_text() for key in halves.keys.values())


def test_the_decision_behind_a_version_can_be_read(halves):
    version = halves.get("/status", scope="admin")[1]["specialists"][0]["versions"][0]
    path = f"/decision?digest={version['decision']}"
    assert b"compiles" in halves.call("GET", path, scope="admin")[2]
    assert halves.call("GET", path, scope="inference")[0] == 403
