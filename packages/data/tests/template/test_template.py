"""Chat templates of real models' shapes, rendered in a sandbox."""

import json
from datetime import date

import pytest

from oilstone_data.template.chat import ChatTemplate, conversation, load
from oilstone_schemas import jsonl
from oilstone_schemas.command import OilstoneError

CHATML = """{%- if messages[0].role != 'system' %}
{{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == 'tool' %}
        {%- continue %}
    {%- endif %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
ROW = {"language": "shell", "prompt": "List it.", "completion": "ls -l\n"}


@pytest.fixture(autouse=True)
def _jinja():
    pytest.importorskip("jinja2", reason="no jinja2: chat templates were NOT tested")


def _folder(tmp_path, template=None, file=None, **config):
    if template is not None:
        config["chat_template"] = template
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    if file is not None:
        (tmp_path / "chat_template.jinja").write_text(file)
    return tmp_path


def test_a_row_becomes_one_conversation_with_the_one_system_prompt(tmp_path):
    made = load(_folder(tmp_path, CHATML))
    assert made.render(conversation(ROW, "Only commands.")) == (
        "<|im_start|>system\nOnly commands.<|im_end|>\n"
        "<|im_start|>user\nList it.<|im_end|>\n"
        "<|im_start|>assistant\n```shell\nls -l\n```<|im_end|>\n"
    )


def test_what_a_template_puts_in_by_itself_is_told(tmp_path):
    assert "You are a helpful assistant." in load(_folder(tmp_path, CHATML)).preamble


def test_the_answer_begins_where_the_asking_text_ends(tmp_path):
    assert load(_folder(tmp_path, CHATML)).answer_follows(conversation(ROW, ""))


def test_a_template_whose_prompt_changes_with_the_answer_is_told():
    made = ChatTemplate(
        "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}", {}
    )
    assert not made.answer_follows(conversation(ROW, ""))


def test_the_file_goes_before_the_config(tmp_path):
    assert load(_folder(tmp_path, "config", file="file")).render([]) == "file"


def test_of_several_templates_the_default_is_taken(tmp_path):
    several = [{"name": "rag", "template": "r"}, {"name": "default", "template": "d"}]
    assert load(_folder(tmp_path, several)).render([]) == "d"


@pytest.mark.parametrize("token", ["<s>", {"content": "<s>", "lstrip": False}])
def test_special_tokens_are_known(tmp_path, token):
    assert load(_folder(tmp_path, "{{ bos_token }}", bos_token=token)).render([]) == "<s>"


def test_generation_marks_are_understood(tmp_path):
    marked = "a{% generation %}b{% endgeneration %}c"
    assert load(_folder(tmp_path, marked)).render([]) == "abc"


def test_json_is_not_escaped_for_html(tmp_path):
    assert load(_folder(tmp_path, "{{ {'a': '<é>'} | tojson }}")).render([]) == '{"a": "<é>"}'


def test_another_template_has_another_hash(tmp_path):
    assert ChatTemplate("a", {}).sha256 != ChatTemplate("b", {}).sha256


def test_a_folder_without_a_template_is_refused(tmp_path):
    with pytest.raises(OilstoneError, match="no chat template there"):
        load(tmp_path)


def test_a_template_may_refuse(tmp_path):
    made = load(_folder(tmp_path, "{{ raise_exception('no system role') }}"))
    with pytest.raises(OilstoneError, match="no system role"):
        made.render([])


@pytest.mark.parametrize(
    "code",
    ["{% for %}", "{{ 1 / 0 }}", "{{ messages.append(1) }}", "{{ ''.__class__.__mro__[1] }}"],
)
def test_a_broken_or_hostile_template_is_an_error(tmp_path, code):
    with pytest.raises(OilstoneError, match="chat template"):
        load(_folder(tmp_path, code)).render([])


def test_a_template_sees_nothing_of_the_program(tmp_path):
    assert load(_folder(tmp_path, "{{ raise_exception.__globals__ }}")).render([]) == ""


def test_a_template_with_todays_date_needs_a_day(tmp_path):
    folder = _folder(tmp_path, "{{ strftime_now('%d %b %Y') }}")
    with pytest.raises(OilstoneError, match="--day"):
        load(folder).render([])
    assert load(folder, date(2026, 1, 5)).render([]) == "05 Jan 2026"


def test_the_command_renders_a_row_of_a_dataset(run, dataset, tmp_path):
    row = next(jsonl.read(dataset / "train.jsonl"))
    words = "render", dataset, row["id"], "--tokenizer", _folder(tmp_path, CHATML), "--json"
    said = json.loads(run(*words).stdout)
    assert row["completion"] in said["message"] and said["answer_follows"] is True


def test_an_unknown_row_is_named(run, dataset, tmp_path):
    done = run("render", dataset, "nobody", "--tokenizer", _folder(tmp_path, CHATML))
    assert done.returncode == 2 and "nobody" in done.stderr
