"""Makes the demonstration bureau (演示数据): the same seed gives the same people, and all of it passes the importer."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flows.roster.columns import APPLICATIONS, BODIES, EXPERTS, PEOPLE
from flows.roster.marking import write_workbook

COUNTIES = (
    "红山区",
    "松山区",
    "元宝山区",
    "宁城县",
    "林西县",
    "敖汉旗",
    "喀喇沁旗",
    "翁牛特旗",
    "克什克腾旗",
    "巴林右旗",
    "巴林左旗",
    "阿鲁科尔沁旗",
)
FAMILY_NAMES = "白包鲍曹陈崔代丁杜范冯高宫郭韩侯胡黄贾姜金康李刘卢吕马孟那宁潘齐秦任佘石宋苏孙谭唐田佟王魏乌吴武席邢徐闫杨姚尹于云张赵周朱"
GIVEN_NAMES = [
    "玉兰",
    "景和",
    "素琴",
    "海峰",
    "立新",
    "雪梅",
    "志强",
    "文静",
    "国栋",
    "丽华",
    "振宇",
    "春燕",
    "永革",
    "凤霞",
    "树青",
    "晓光",
    "彦明",
    "慧敏",
    "广辉",
    "艳秋",
    "斯琴",
    "其木格",
    "巴特尔",
    "乌云",
    "宝音",
    "萨仁",
    "那日苏",
    "哈斯",
    "建平",
    "秀芝",
    "克俭",
    "书田",
    "润泽",
    "若兰",
    "启航",
    "佳音",
    "思源",
    "一鸣",
    "清扬",
    "明远",
]
PLACES = [
    "向阳",
    "河东",
    "新城",
    "平庄",
    "百合",
    "松林",
    "金桥",
    "长青",
    "清泉",
    "锦山",
    "天义",
    "大板",
    "林东",
    "经棚",
    "乌丹",
    "新惠",
    "天山",
    "石桥",
    "青山",
    "育英",
    "博雅",
    "明德",
    "启智",
    "同乐",
]
SCHOOL_KINDS = (
    ("小学", "小学", 11),
    ("初中", "初级中学", 6),
    ("九年一贯制", "学校", 4),
    ("幼儿园", "幼儿园", 5),
    ("高中", "高级中学", 3),
    ("中职", "职业中专", 1),
)
HONOURS = (
    "",
    "",
    "市级骨干校长",
    "市级名校长",
    "名校长培养工程入选",
    "市级骨干校长、名校长培养工程入选",
    "自治区级名校长",
)
INSTITUTES = ("赤峰学院", "内蒙古师范大学", "内蒙古民族大学", "自治区教育科学研究所", "赤峰市教育教学研究中心")
RANK_TITLES = ("教授", "副教授", "研究员", "正高级教师", "特级教师")
BELIEFS = (
    "让每一扇窗都看得见草原",
    "慢下来，等一等花开",
    "办一所有书声也有笑声的学校",
    "守正出新，日有所进",
    "因地施教，各得其所",
    "尊重差异，成就教师",
)


@dataclass(slots=True)
class DemonstrationBureau:
    """Counts and a seed; `sheets()` are the rows of a roster, `workbook()` the same as .xlsx bytes.

    `beside`: schools beside those whose principals apply; with more of them everybody else stays the same.
    """

    schools: int = 190
    beside: int = 0
    experts: int = 36
    applications: int = 96
    seed: int = 1504
    opens_on: date = date(2026, 3, 2)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311  names, not secrets

    def sheets(self) -> dict[str, list[tuple[Any, ...]]]:
        """Rows of the four sheets, in the order of their columns."""
        self.chance.seed(self.seed)
        taken: set[str] = set()
        schools = list(self._schools(range(self.schools), taken))
        people = [person for n, school in enumerate(schools) for person in self._leaders(n, school)]
        stages = {school[0]: school[5] for school in schools}
        heads = [person for person in people if person[5] in {"正职校长", "园长"}]
        chosen = self.chance.sample(heads, min(self.applications, len(heads)))
        experts = [self._expert(n) for n in range(1, self.experts + 1)]
        applications = [self._application(head, stages[head[4]]) for head in chosen]
        beside = list(self._schools(range(self.schools, self.schools + self.beside), taken))
        people += [person for n, school in enumerate(beside, self.schools) for person in self._leaders(n, school)]
        return {
            BODIES: [*self._bureaus(), *schools, *beside],
            PEOPLE: people,
            EXPERTS: experts,
            APPLICATIONS: applications,
        }

    def workbook(self) -> bytes:
        """The roster as a workbook for the importer."""
        return write_workbook(self.sheets())

    def _bureaus(self) -> Iterator[tuple[Any, ...]]:
        yield ("CF", "赤峰市教育局", "主管部门", "市", "", "", "0476-5550000", "bureau@chifeng.example")
        yield ("CF-PG", "赤峰市教育质量评估院", "第三方", "市", "CF", "", "0476-5550001", "quality@chifeng.example")
        for n, county in enumerate(COUNTIES, start=1):
            yield (
                f"CF{n:02d}",
                f"{county}教育局",
                "主管部门",
                "旗县区",
                "CF",
                "",
                f"0476-55501{n:02d}",
                f"county{n:02d}@chifeng.example",
            )

    def _schools(self, numbers: range, taken: set[str]) -> Iterator[tuple[Any, ...]]:
        kinds, weights = [one[:2] for one in SCHOOL_KINDS], [one[2] for one in SCHOOL_KINDS]
        for n in numbers:
            county = n % len(COUNTIES)
            stage, ending = self.chance.choices(kinds, weights)[0]
            place, count = self.chance.choice(PLACES), 1
            name = f"{COUNTIES[county]}{place}{ending}"
            while name in taken:
                count += 1
                name = f"{COUNTIES[county]}{place}第{count}{ending}"
            taken.add(name)
            code = f"CF{county + 1:02d}-{n + 1:04d}"
            yield (
                code,
                name,
                "学校",
                "学校",
                f"CF{county + 1:02d}",
                stage,
                f"0476-{6_000_000 + n}",
                f"school{n + 1}@chifeng.example",
            )

    def _leaders(self, n: int, school: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        posts = ("园长", "副园长") if school[5] == "幼儿园" else ("正职校长", "副校长")
        for rank, post in enumerate(posts):
            born = date(1967, 1, 1) + timedelta(days=self.chance.randrange(6_500))
            since = date(2013, 8, 20) + timedelta(days=self.chance.randrange(4_000))
            honour, trained = (self.chance.choice(HONOURS), self.chance.choice("是否")) if rank == 0 else ("", "否")
            number = f"CF{n + 1:04d}{'AB'[rank]}"
            yield (
                number,
                self._name(),
                self.chance.choice("男女"),
                born,
                school[0],
                post,
                since,
                honour,
                trained,
                self._mobile(),
                f"{number.lower()}@chifeng.example",
            )

    def _expert(self, n: int) -> tuple[Any, ...]:
        avoids = f"CF{self.chance.randint(1, len(COUNTIES)):02d}" if n % 4 == 0 else ""
        stage = self.chance.choice(SCHOOL_KINDS)[0]
        return (
            f"ZJ{n:03d}",
            self._name(),
            self.chance.choice(INSTITUTES),
            self.chance.choice(RANK_TITLES),
            stage,
            avoids,
            self._mobile(),
            f"zj{n:03d}@chifeng.example",
        )

    def _application(self, head: tuple[Any, ...], stage: str) -> tuple[Any, ...]:
        handed_in = self.opens_on + timedelta(days=self.chance.randrange(26))
        return (
            head[0],
            stage,
            f"{head[1]}名校长工作室",
            self.chance.choice(BELIEFS),
            self.chance.randrange(5),
            self.chance.randrange(12),
            handed_in,
        )

    def _name(self) -> str:
        return self.chance.choice(FAMILY_NAMES) + self.chance.choice(GIVEN_NAMES)

    def _mobile(self) -> str:
        return f"1990476{self.chance.randrange(10_000):04d}"
