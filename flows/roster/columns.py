"""What a roster workbook looks like: its sheets, their columns, and the words a cell may hold."""

BODIES, PEOPLE, EXPERTS, APPLICATIONS = "机构", "人员", "专家", "申报"

SHEETS: dict[str, tuple[str, ...]] = {
    BODIES: ("机构编码", "机构名称", "类型", "层级", "上级编码", "学段", "联系电话", "邮箱"),
    PEOPLE: (
        "工号", "姓名", "性别", "出生日期", "单位编码", "职务", "任现职日期", "称号", "市级以上骨干校长培训", "手机", "邮箱",
    ),
    EXPERTS: ("工号", "姓名", "单位名称", "职称", "擅长学段", "回避机构编码", "手机", "邮箱"),
    APPLICATIONS: ("申报人工号", "申报学段", "工作室名称", "办学理念", "科研课题数", "发表论文数", "提交日期"),
}  # fmt: skip
KEY_COLUMN = {sheet: columns[0] for sheet, columns in SHEETS.items()}
MARK_COLUMN = "错误说明"

KINDS = {
    "主管部门": "authority",
    "第三方": "third_party",
    "学校": "school",
    "支持部门": "support",
    "内设机构": "office",
}
LEVELS = {
    "省": "province", "自治区": "province", "直辖市": "province", "市": "city", "盟": "city", "州": "city",
    "旗县区": "county", "县": "county", "区": "county", "旗": "county", "县区": "county", "区县": "county", "县市区": "county",
    "乡镇": "township", "苏木": "township", "街道": "township", "学校": "school", "部门": "department", "科室": "department",
}  # fmt: skip
RANKS = ("department", "school", "township", "county", "city", "province")
SCHOOL_STAGES = (
    "幼儿园", "小学", "初中", "高中", "中职", "九年一贯制", "十二年一贯制", "完全中学", "特殊教育", "高校",
)  # fmt: skip
STAGE_ALIASES = {"学前": "幼儿园", "普高": "高中", "普通高中": "高中", "中等职业": "中职", "九年一贯": "九年一贯制"}
GENDERS, YES_OR_NO = ("男", "女"), ("是", "否")
CREDENTIAL_LEVELS = (
    ("国家级", "nation"), ("全国", "nation"), ("自治区级", "province"), ("省级", "province"), ("盟市级", "city"),
    ("市级", "city"), ("旗县区级", "county"), ("旗县级", "county"), ("县级", "county"), ("区级", "county"), ("校级", "school"),
)  # fmt: skip
TRAINING = "骨干校长培训"
KIND_WORDS = {kind: word for word, kind in KINDS.items()}
LEVEL_WORDS = {
    "province": "省", "city": "市", "county": "旗县区", "township": "乡镇", "school": "学校", "department": "部门",
}  # fmt: skip
CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    (BODIES, "类型"): tuple(KINDS),
    (BODIES, "层级"): tuple(LEVEL_WORDS.values()),
    (BODIES, "学段"): SCHOOL_STAGES,
    (PEOPLE, "性别"): GENDERS,
    (PEOPLE, "职务"): ("正职校长", "副校长", "园长", "副园长", "班主任", "教师"),
    (PEOPLE, "市级以上骨干校长培训"): YES_OR_NO,
    (APPLICATIONS, "申报学段"): SCHOOL_STAGES,
}
NOTES = {
    "机构编码": "必填，不得重复。请以文本填写，保留前面的 0。",
    "上级编码": "最高一级留空；其余填上级机构的机构编码。",
    "工号": "必填，一人一号，一人一行。",
    "单位编码": "必填，填机构表中的机构编码，或系统里已有的机构编码。",
    "出生日期": "如 1975-09-01。",
    "任现职日期": "如 2019-08-15；不得晚于今天。",
    "称号": "多个称号用顿号隔开，如：市级名校长、名校长培养工程入选。",
    "擅长学段": "多个学段用顿号隔开。",
    "回避机构编码": "多个编码用顿号隔开；须是已有机构。",
    "邮箱": "只写一个地址。",
    "申报人工号": "必填，须在人员表或系统中。",
    "提交日期": "如 2026-03-09。",
}
