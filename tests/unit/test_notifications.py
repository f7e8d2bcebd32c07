"""Notices and their words: every one has them, they say what and until when, and a bureau's wording cannot reach out."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from notifications.addresses import BadAddress, one_address, safe_name
from notifications.catalogue import notices
from notifications.preview import example, preview
from notifications.render import MAIL, render, subject_of
from notifications.sandbox import PLACEHOLDERS, TemplateRefused, Wording, check
from notifications.words import Envelope, Sender, phrases

NOW = datetime(2026, 4, 16, 0, 30, tzinfo=UTC)
BUREAU = Sender("赤峰市教育局", "0476-8330000", "https://studio.example")
FULL = example(NOW) | {
    "number": "CF-2026-021",
    "person": "宋海燕",
    "body": "松山区第四中学",
    "due": "2026-04-16",
    "link": "/applications/12",
}
BARE: dict[str, Any] = {"title": None, "due": None}


def envelope(context: dict[str, Any], recipient: str = "白雪梅") -> Envelope:
    return Envelope(context, recipient, BUREAU, NOW)


@pytest.mark.parametrize("key", notices())
@pytest.mark.parametrize("context", [FULL, BARE, {}], ids=["full", "bare", "empty"])
def test_every_notice_reads_whole_with_full_and_sparse_context(key: str, context: dict[str, Any]) -> None:
    mail = render(notices()[key], envelope(context))
    assert mail.subject
    assert "\n" not in mail.subject
    for said in (mail.subject, mail.text, mail.html):
        assert "None" not in said
        assert "{{" not in said
        assert not said.endswith("：")
        assert not re.search(r"[，。：]{2}", said), said
    assert mail.html.count("<a ") == 1
    assert "<img" not in mail.html


def test_no_words_lie_about_that_no_notice_uses() -> None:
    assert {path.stem for path in (MAIL / "notices").glob("*.txt")} == set(notices())


def test_a_reminder_says_what_and_until_when_in_subject_and_first_sentence() -> None:
    mail = render(notices()["reminder"], envelope(FULL))
    assert mail.subject == "提醒：宋海燕的申报，今天截止"
    assert "请在今天（4月16日 周四）24:00 前办理。" in mail.text
    assert "https://studio.example/applications/12" in mail.text
    assert "CF-2026-021" in mail.text
    assert "0476-8330000" in mail.text


def test_the_text_and_the_page_say_the_same_words() -> None:
    mail = render(notices()["application_sent_back"], envelope(FULL))
    for line in phrases(envelope(FULL))["facts"]:
        assert line[1] in mail.text
        assert line[1] in mail.html


def test_who_asks_to_join_or_leave_is_not_told_of_an_application_for_a_studio() -> None:
    leaving = FULL | {"gives": "exit", "step": "本人同意"}
    assert subject_of(notices()["review_asked"], envelope(leaving)).startswith("待审核：宋海燕退出工作室的申请")
    mail = render(notices()["review_declined"], envelope(leaving))
    assert mail.subject == "不予同意：宋海燕退出工作室的申请"
    assert "您的申报" not in mail.text
    assert "申请人" in mail.text
    assert "您的申报" in render(notices()["review_declined"], envelope(FULL | {"gives": "studio"})).text


def test_a_mail_tells_at_most_four_facts() -> None:
    crowded = FULL | {"facts": [["还差", "1 项"], ["已用", "10 个工作日"], ["时限", "10 个工作日"]]}
    assert len(phrases(envelope(crowded))["facts"]) == 4


def test_a_provisional_date_says_so() -> None:
    assert "暂定" in subject_of(notices()["reminder"], envelope(FULL | {"due": "2027-01-06", "due_provisional": True}))


def test_a_page_escapes_what_people_wrote() -> None:
    mail = render(notices()["reminder"], envelope(FULL | {"person": "<script>alert(1)</script>"}))
    assert "<script>" not in mail.html


@pytest.mark.parametrize(
    "link", ["https://evil.example/", "//evil.example", "javascript:alert(1)", '/x" onclick="y', "/a\r\nb c"]
)
def test_links_stay_on_the_site_whatever_the_context_says(link: str) -> None:
    assert phrases(envelope(FULL | {"link": link}))["url"] == "https://studio.example/inbox"


def test_a_last_day_reminder_goes_alone_and_an_early_one_waits() -> None:
    reminder, today = notices()["reminder"], NOW.date()
    assert reminder.goes_alone({"due": "2026-04-16"}, today)
    assert not reminder.goes_alone({"due": "2026-04-20"}, today)


# A bureau's own wording


def test_a_bureaus_wording_takes_the_place_of_ours_and_keeps_the_frame() -> None:
    mail = preview(
        notices()["reminder"],
        BUREAU,
        NOW,
        Wording("请办：{{ 申报人 }}", "{{ 申报人 }}的申报等您。\n\n{% if 逾期 %}已逾期。{% endif %}"),
    )
    assert mail.subject == "请办：李明"
    assert "李明的申报等您。" in mail.text
    assert "已逾期。" in mail.html
    assert "请勿直接回复" in mail.html


def test_an_unknown_placeholder_is_refused_by_name_and_line() -> None:
    with pytest.raises(TemplateRefused, match="第 2 行没有“姓明”"):
        check("好\n{{ 姓明 }}")


INJECTIONS = (
    "{{ ''.__class__ }}", "{{ 申报人.__class__.__mro__[1].__subclasses__() }}", "{{ cycler.__init__.__globals__ }}", "{{ cycler('a') }}",
    "{{ lipsum() }}", "{{ joiner }}", "{{ namespace(x=1) }}", "{{ 申报人|attr('__class__') }}", "{{ '{0.__class__}'.format(申报人) }}",
    "{{ 申报人.format_map({}) }}", "{{ '%s'|format(申报人) }}", "{% for x in range(10**9) %}a{% endfor %}", "{% for x in 申报人 %}{{ x }}{% endfor %}",
    "{{ 'a' * 1000000000 }}", "{{ 9**9**9 }}", "{{ 1 + 1 }}", "{{ 'a' ~ 'b' }}", "{{ [1,2] }}", "{{ {'a': 1} }}", "{{ 申报人[0] }}", "{{ self }}",
    "{{ self.__init__ }}", "{% include 'layout.html' %}", "{% import 'x' as y %}", "{% extends 'layout.html' %}", "{% set x = 1 %}",
    "{% macro m() %}{% endmacro %}", "{% block b %}{% endblock %}", "{% call m() %}{% endcall %}", "{% filter upper %}a{% endfilter %}",
    "{% with x=1 %}{% endwith %}", "{% autoescape false %}x{% endautoescape %}", "{{ config }}", "{{ request }}", "{{ 申报人|map('upper') }}",
    "{{ 申报人|center(1000000000) }}", "{{ 申报人|indent(100000000) }}", "{{ ()|select }}", "{{ 申报人 is defined }}", "{{ 申报人 if 1 else 2 }}",
    "{{ (" * 300 + "1" + ") }}" * 300, "{% if 1 %}" * 300 + "{% endif %}" * 300, "{{ " + "not " * 900 + "1 }}", "{{ " + "9" * 5000 + " }}",
    "{{ 申报人 " + "|trim" * 400 + " }}", "a" * 9000, "{{", "{% if %}", "{{ 申报人|default(*x) }}", "{{ _ }}", "{% trans %}x{% endtrans %}",
)  # fmt: skip


@pytest.mark.parametrize("source", INJECTIONS, ids=range(len(INJECTIONS)))
def test_a_wording_cannot_reach_beyond_its_placeholders(source: str) -> None:
    with pytest.raises(TemplateRefused):
        preview(notices()["reminder"], BUREAU, NOW, Wording("主题", source))


def test_a_value_that_looks_like_a_template_stays_text() -> None:
    mail = render(
        notices()["reminder"], envelope(FULL | {"person": "{{ 7*7 }}"}), Wording("{{ 申报人 }}", "{{ 申报人 }}来了")
    )
    assert mail.subject == "{{ 7*7 }}"


def test_every_placeholder_of_the_picker_can_be_used() -> None:
    everything = "".join(f"{{{{ {name}|default('') }}}} " for name in PLACEHOLDERS)
    assert preview(notices()["reminder"], BUREAU, NOW, Wording("全部", everything)).text


# Addresses


@pytest.mark.parametrize(
    "good", ["li.ming@school.example", "a+b@x-y.example", " c@d.example ", "王@x".replace("王", "w") + ".cn"]
)
def test_a_single_address_is_taken(good: str) -> None:
    assert one_address(good) == good.strip()


def test_a_chinese_domain_is_taken_in_its_wire_form() -> None:
    assert one_address("li@教育.example") == "li@xn--wcvs22d.example"


@pytest.mark.parametrize(
    "bad",
    [
        "", "a", "a@b", "c@d.cn, evil@x.cn", "c@d.cn;evil@x.cn", "c@d.cn evil@x.cn", "A <c@d.cn>", "<c@d.cn>", "c@d.cn\n", "c@d.cn\r\nBcc: e@x.cn",
        "c@d@e.cn", '"a b"@c.cn', "a..b@c.cn", ".a@c.cn", "a.@c.cn", "a@-c.cn", "a@c..cn", "a@127.0.0.1", "a\x00@c.cn", "a\u202e@c.cn",
        "a" * 65 + "@c.cn", "c@d.cn>,<e@x.cn", "c@" + "x" * 64 + ".cn",
    ],
)  # fmt: skip
def test_anything_but_one_address_is_refused(bad: str) -> None:
    with pytest.raises(BadAddress):
        one_address(bad)


def test_a_name_cannot_carry_an_address_or_a_header() -> None:
    assert not set('<>,;:"@\r\n\\') & set(safe_name('李明" <e@x.cn>, a: b;\r\nBcc: x\\'))


def test_letter_never_shows_the_code_of_a_default() -> None:
    mail = render(notices()["review_declined"], envelope(FULL | {"clause": "D-MEM"}))
    assert "D-MEM" not in mail.text + mail.html
    assert "依据：第六条" in render(notices()["review_declined"], envelope(FULL | {"clause": "第六条"})).text
