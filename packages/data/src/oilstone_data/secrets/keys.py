"""Secrets that tell themselves: tokens with a prefix or a frame, from the services' own documents.

A format that is documented needs no guess, so nothing here asks how random a value looks.
"""

from __future__ import annotations

from oilstone_data.secrets.randomness import random_value, three_sorts
from oilstone_data.secrets.rule import Rule

_HEX = "[0-9a-fA-F]"
_WORD = "[A-Za-z0-9]"
_URL = "[A-Za-z0-9_-]"
_BASE64 = "[A-Za-z0-9+/]"


def _token(kind: str, prefixes: str, body: str) -> Rule:
    """A token that begins with one of `prefixes`, separated by blanks, and goes on with `body`."""
    words = prefixes.split()
    start = "|".join(word.replace(".", r"\.") for word in words)
    return Rule(kind, rf"(?:^|[^A-Za-z0-9])((?:{start}){body})", words)


KEYS = (
    _token("aws_access_key", "AKIA ASIA ABIA ACCA AGPA AIDA AROA ANPA A3T", r"[A-Z0-9]{16,17}\b"),
    Rule(
        "aws_secret_key",
        rf"(?i)(?:aws|amz|amazon|secret).{{0,30}}?[^A-Za-z0-9/+]({_BASE64}{{40}})(?:[^A-Za-z0-9/+=]|$)",
        hint="(?i)aws|amz|amazon|secret",
        accept=three_sorts,
    ),
    _token("github_token", "ghp_ gho_ ghu_ ghs_ ghr_", rf"{_WORD}{{30,255}}"),
    _token("github_token", "github_pat_", "[A-Za-z0-9_]{36,255}"),
    _token(
        "gitlab_token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- gloas- glimt- glagent- GR1348941",
        r"[\w.-]{16,}",
    ),
    _token("slack_token", "xoxb- xoxp- xoxa- xoxo- xoxs- xoxr- xoxe- xoxe. xapp-", r"[\w.-]{10,}"),
    Rule(
        "slack_webhook",
        r"(hooks\.slack\.com/(?:services|workflows|triggers)/[\w/+-]{20,})",
        ("hooks.slack.com",),
    ),
    _token("stripe_key", "sk_live_ sk_test_ rk_live_ rk_test_ pk_live_", rf"{_WORD}{{10,}}"),
    _token("stripe_key", "whsec_", r"[\w+/=-]{24,}"),
    _token("google_api_key", "AIza", rf"{_URL}{{35}}"),
    _token("google_oauth_secret", "GOCSPX-", rf"{_URL}{{20,}}"),
    _token("google_oauth_token", "ya29.", rf"{_URL}{{20,}}"),
    _token("npm_token", "npm_", rf"{_WORD}{{36}}"),
    Rule("npm_token", r"_auth(?:Token)?\s*=\s*([^\s$'\"()]{16,})", ("_auth",), accept=random_value),
    _token("pypi_token", "pypi-", r"AgE[A-Za-z0-9_-]{50,}"),
    Rule("crates_token", rf"\b(cio{_WORD}{{32}})\b", hint=r"\bcio\w{32}\b"),
    _token("openai_key", "sk-proj- sk-svcacct- sk-admin-", rf"{_URL}{{20,}}"),
    Rule("openai_key", rf"(sk-{_URL}*{_WORD}{{20}}T3BlbkFJ{_URL}{{20,}})", ("T3BlbkFJ",)),
    Rule("openai_key", rf"\b(sk-{_WORD}{{48}})\b", hint=r"\bsk-\w{20}"),
    _token("anthropic_key", "sk-ant-", rf"{_URL}{{20,}}"),
    _token("huggingface_token", "hf_", rf"{_WORD}{{30,}}"),
    _token("replicate_token", "r8_", rf"{_WORD}{{30,}}"),
    _token("groq_key", "gsk_", rf"{_WORD}{{40,}}"),
    _token("sendgrid_key", "SG.", rf"{_URL}{{16,32}}\.{_URL}{{16,64}}"),
    _token("mailgun_key", "key-", rf"{_HEX}{{32}}\b"),
    Rule("mailchimp_key", rf"\b({_HEX}{{32}}-us[0-9]{{1,2}})\b", hint="[0-9a-f]-us[0-9]"),
    Rule("twilio_key", r"\b((?:AC|SK)[0-9a-f]{32})\b", hint="(?:AC|SK)[0-9a-f]{16}"),
    Rule(
        "discord_token",
        rf"\b([MNO]{_URL}{{23,27}}\.{_URL}{{6}}\.{_URL}{{27,40}})",
        hint=rf"[MNO]{_URL}{{22}}",
    ),
    Rule(
        "discord_webhook", rf"(discord(?:app)?\.com/api/webhooks/[0-9]+/{_URL}+)", ("api/webhooks",)
    ),
    Rule("telegram_token", rf"\b([0-9]{{8,10}}:AA{_URL}{{32,33}})", (":AA",)),
    Rule(
        "azure_storage_key", rf"(?i)AccountKey\s*=\s*({_BASE64}{{80,90}}=*)", hint="(?i)accountkey"
    ),
    Rule("azure_sas", r"(?i)[?&]sig=([A-Za-z0-9%/+]{30,}=*)", ("sig=",)),
    Rule("azure_client_secret", r"\b([\w~.]{3}8Q~[\w~.-]{31,34})", ("8Q~",)),
    _token("square_token", "sq0atp- sq0csp- sq0idp-", rf"{_URL}{{22,43}}"),
    _token("square_token", "EAAA", rf"{_URL}{{55,}}"),
    _token("shopify_token", "shpat_ shpca_ shppa_ shpss_", rf"{_HEX}{{32}}"),
    _token("digitalocean_token", "dop_v1_ doo_v1_ dor_v1_", f"{_HEX}{{64}}"),
    _token("databricks_token", "dapi", rf"{_HEX}{{32}}\b"),
    Rule("dropbox_token", rf"\b(sl\.{_URL}{{60,}})", hint=r"\bsl\.[\w-]{20}"),
    _token("facebook_token", "EAACEdEose0cBA EAAG EAAB EAAC", rf"{_WORD}{{40,}}"),
    _token("vault_token", "hvs. hvb. hvr.", rf"{_URL}{{20,}}"),
    Rule("terraform_token", rf"\b({_WORD}{{14}}\.atlasv1\.{_URL}{{60,}})", (".atlasv1.",)),
    _token("linear_key", "lin_api_", rf"{_WORD}{{40}}"),
    _token("notion_token", "ntn_ secret_", rf"{_WORD}{{40,}}\b"),
    _token("postman_key", "PMAK-", rf"{_HEX}{{24}}-{_HEX}{{34}}"),
    _token("grafana_token", "glsa_ glc_", r"[\w+/=-]{32,}"),
    _token("newrelic_key", "NRAK- NRJS- NRII-", rf"{_URL}{{19,}}"),
    _token("sentry_token", "sntrys_ sntryu_", r"[\w+/=-]{40,}"),
    _token("docker_token", "dckr_pat_ dckr_oat_", rf"{_URL}{{27,}}"),
    _token("planetscale_token", "pscale_tkn_ pscale_pw_ pscale_oauth_", r"[\w.=-]{32,}"),
    _token("atlassian_token", "ATATT3 ATCTT3 ATBB", r"[\w=-]{28,}"),
    _token("artifactory_token", "AKC", rf"{_WORD}{{10,80}}\b"),
    Rule("artifactory_token", rf"\b(AP[0-9A-F]{_WORD}{{8,70}})\b", hint="(?i)artif|jfrog"),
    _token("age_key", "AGE-SECRET-KEY-1", "[A-Z0-9]{58}"),
    _token("doppler_token", "dp.pt. dp.st. dp.ct.", r"[\w.]{40,}"),
    _token("pulumi_token", "pul-", rf"{_HEX}{{40}}\b"),
    _token("rubygems_key", "rubygems_", rf"{_HEX}{{48}}"),
    _token("figma_token", "figd_", rf"{_URL}{{40,}}"),
    Rule("airtable_token", rf"\b(pat{_WORD}{{14}}\.{_HEX}{{64}})\b", hint=r"pat\w{14}\."),
    _token("supabase_key", "sbp_", rf"{_HEX}{{40}}"),
    _token("sonar_token", "squ_ sqp_ sqa_", rf"{_HEX}{{40}}"),
    Rule(
        "heroku_key",
        rf"(?i)heroku.{{0,30}}?\b({_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}})\b",
        hint="(?i)heroku",
    ),
    _token("heroku_key", "HRKU-", rf"{_URL}{{36,}}"),
    Rule(
        "private_key",
        r"(?s)(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?"
        r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z))",
        ("PRIVATE KEY",),
    ),
    Rule("private_key", r"(PuTTY-User-Key-File-[0-9]: .*)", ("PuTTY-User-Key-File",)),
    Rule(
        "json_web_token",
        rf"\b(eyJ{_URL}{{8,}}\.eyJ{_URL}{{6,}}(?:\.[\w+/=-]*)?)",
        ("eyJ",),
    ),
)
