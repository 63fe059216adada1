"""A bad file is refused with file, line, path and reason; a good one stands on its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.catalogue.check import DATA, main
from services.catalogue.loader import load_file, load_folder
from services.catalogue.positions import FileProblem, ProcedureFileError
from services.catalogue.schema import ProcedureDefinition
from tests.services.catalogue.procedure_files import FIELDS, file_text, write


def problems(folder: Path, text: str) -> list[FileProblem]:
    with pytest.raises(ProcedureFileError) as caught:
        load_file(write(folder, text))
    return caught.value.problems


def test_every_procedure_that_comes_with_the_product_loads():
    assert {d.code for d in load_folder(DATA)} >= {"1.001193", "1.000894", "2.000815"}
    assert main([str(DATA)]) == 0


def test_a_stored_version_is_complete_in_itself():
    for definition in load_folder(DATA):
        assert ProcedureDefinition.model_validate(definition.to_json()) == definition


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        ("type: date,", "type: dat,", "sections[0].pages[0].fields[1].type", "'partial_date'"),
        ("when: married", "when: maried", "sections[0].pages[0].fields[3].when", "married?"),
        ("when: married", "when: married ==", "sections[0].pages[0].fields[3].when", "không đọc"),
        ("when: married", "when: open(1)", "sections[0].pages[0].fields[3].when", "open()"),
        ("when: married", "when: name.x", "sections[0].pages[0].fields[3].when", "Attribute"),
        ("when: married", "when: spouse", "sections", "phụ thuộc vào chính nó"),
        ("field: born,", "field: borne,", "rules[0].field", "born?"),
        ("key: married", "key: name", "sections[0].pages[0].fields[2].key", "đã dùng"),
        ("summary:", "sumary:", "sumary", "summary"),
        ('code: "9.000014"', "code: 9.000014", "code", "ngoặc kép"),
        ("kind: finish", "kind: work", "steps[2].kind", "finish"),
        ("amount: 3, ", "", "time_limit.amount", "amount"),
        ("{name|upper}", "{nme|upper}", "result.rows[0].value", "có phải: name"),
        ("{name|upper}", "{name|uper}", "result.rows[0].value", "upper"),
        ("level: full", "level: partial", "online.reason", "lý do"),
        ("applicant: {name: name}", "applicant: {name: nobody}", "applicant.name", "nobody"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_path(tmp_path, old, new, path, reason):
    text = file_text()
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    found = problems(tmp_path, text.replace(old, new, 1))
    match = [p for p in found if p.path == path]
    assert match, [str(p) for p in found]
    assert reason in match[0].message
    if path != "sections":
        parents = {line, line - 1} if path.endswith((".amount", ".reason")) else {line}
        assert match[0].line in parents
    assert match[0].file.endswith("9.000014.yaml")


@pytest.mark.parametrize(
    ("notices", "path", "reason"),
    [
        ("filed: {body: 'Xong {born}'}", "notices.filed.body", "không có {born}"),
        ("filed: {sms: 'Xong {code'}", "notices.filed.sms", "không khớp"),
        ("filled: {body: Xong}", "notices.filled", "filed, accepted"),
        ("filed: {}", "notices.filed", "title, body, sms"),
        ("filed: {text: Xong}", "notices.filed.text", "không có khoá này"),
        ("filed: {sms: '" + "x" * 161 + "'}", "notices.filed.sms", "160"),
    ],
)
def test_words_of_a_notice_that_mean_nothing_are_refused(tmp_path, notices, path, reason):
    found = problems(tmp_path, file_text() + f"notices:\n  {notices}\n")
    assert [(one.path, one.line > 1) for one in found] == [(path, True)], found
    assert reason in found[0].message


def test_broken_yaml_and_a_key_written_twice_are_told_with_their_line(tmp_path):
    assert problems(tmp_path, "code: [\nname: x")[0].line >= 1
    twice = problems(tmp_path, file_text() + "code: x\n")[0]
    assert (twice.path, "hai lần" in twice.message) == ("code", True)


def test_aliases_are_refused_because_they_can_unfold_without_end(tmp_path):
    assert "{use" in problems(tmp_path, "a: &a [1]\nb: *a\n")[0].message


def test_a_misspelt_option_in_a_condition_is_found(tmp_path):
    fields = FIELDS + (
        "- {key: kind, label: Loại, type: choice, options: [Một, Hai]}\n"
        "- {key: more, label: Thêm, type: text, when: \"kind == 'Ba'\"}\n"
    )
    found = problems(tmp_path, file_text(fields))
    assert "'Một', 'Hai'" in found[0].message


def test_a_shared_block_is_expanded_with_its_prefix_in_keys_and_conditions(tmp_path):
    write(
        tmp_path,
        "blocks:\n  person:\n"
        "    - {key: number, label: Số, type: text, required: false}\n"
        "    - {key: other, label: Khác, type: text, when: not number}\n",
        "_shared.yaml",
    )
    fields = FIELDS + "- {use: person, prefix: mother_, label: Người mẹ, when: married}\n"
    loaded = load_file(write(tmp_path, file_text(fields)))
    assert loaded.fields["mother_other"].when == "not mother_number"
    group = loaded.pages[0].fields[-1]
    assert (group.type, group.label, group.when) == ("group", "Người mẹ", "married")
    names = [sorted(c.names) for c in loaded.conditions["mother_other"]]
    assert names == [["married"], ["mother_number"]]


def test_a_mistake_in_a_shared_block_is_told_where_it_was_written(tmp_path):
    write(tmp_path, "blocks:\n  b:\n    - {key: x, label: X, type: txt}\n", "_shared.yaml")
    found = problems(tmp_path, file_text(FIELDS + "- {use: b}\n"))
    assert (Path(found[0].file).name, found[0].line) == ("_shared.yaml", 3)


def test_problems_of_all_files_are_told_at_once(tmp_path):
    write(tmp_path, file_text().replace("type: date,", "type: dat,"))
    write(tmp_path, "code: 1\n", "9.000015.yaml")
    with pytest.raises(ProcedureFileError) as caught:
        load_folder(tmp_path)
    assert len({p.file for p in caught.value.problems}) == 2
