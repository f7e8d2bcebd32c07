"""The bodies of a test world, by the level of the programme's bureau: name, level, and what stands above."""

from collections.abc import Mapping, Sequence

COUNTIES = (
    ("county_a", "county", "bureau"), ("county_a_school1", "school", "county_a"), ("county_a_school2", "school", "county_a"),
    ("county_b", "county", "bureau"), ("county_b_school1", "school", "county_b"), ("county_b_school2", "school", "county_b"),
    ("direct_school", "school", "bureau"),
)  # fmt: skip
TREES: Mapping[str, Sequence[tuple[str, str, str | None]]] = {
    "province": (("bureau", "province", None), *COUNTIES),
    "city": (("bureau", "city", None), *COUNTIES),
    "county": (
        ("city_bureau", "city", None), ("bureau", "county", "city_bureau"),
        ("school1", "school", "bureau"), ("school2", "school", "bureau"),
    ),
    "school": (
        ("city_bureau", "city", None), ("bureau", "school", "city_bureau"),
        ("department1", "department", "bureau"), ("department2", "department", "bureau"),
        ("other_school", "school", "city_bureau"),
    ),
}  # fmt: skip
