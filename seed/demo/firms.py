"""The fictitious enterprises of the demo and their made-up, structurally valid numbers.

Every name begins with 示例 (“example”). Every credit code carries XXXX + four digits where a real one carries
an organisation code, so that nobody takes it for one, yet both check characters are right.
"""

from dataclasses import dataclass

from seed.demo.places import county

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_check(body: str) -> str:
    """Check character of an eight-character organisation code (GB 11714): 11 − Σ weight · value mod 11."""
    values = (int(sign, 36) for sign in body)
    rest = 11 - sum(weight * value for weight, value in zip(_ORGANISATION_WEIGHTS, values, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def credit_check(body: str) -> str:
    """Check character of a unified social credit code's first 17 (GB 32100): 31 − Σ weight · value mod 31."""
    total = sum(weight * _ALPHABET.index(sign) for weight, sign in zip(_CODE_WEIGHTS, body, strict=True))
    return _ALPHABET[(31 - total) % 31]


def example_credit_code(region: str, serial: int) -> str:
    """Make up the credit code of an enterprise (91) registered in `region`: 18 characters, checks right."""
    organisation = f"XXXX{serial:04d}"
    body = f"91{region}{organisation}{organisation_check(organisation)}"
    return body + credit_check(body)


def example_permit_number(credit_code: str, serial: int) -> str:
    """Make up a permit number after HJ 608: credit code + three digits + a letter, 22 characters."""
    return f"{credit_code}{serial:03d}{'PQRTUWXY'[serial % 8]}"


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A legal entity, in the fields of POST /v1/enterprises; industry is a division of GB/T 4754."""

    credit_code: str
    name: str
    industry: str
    region: str


# key, name, division of GB/T 4754, county of registration
_FIRMS = (
    ("pine", "示例青松煤业集团有限公司", "06", "云冈区"),
    ("birch", "示例白桦煤业集团有限公司", "06", "左云县"),
    ("spruce", "示例云杉煤业有限公司", "06", "新荣区"),
    ("oak", "示例橡树煤业有限公司", "06", "云冈区"),
    ("willow", "示例沙柳煤业有限公司", "06", "浑源县"),
    ("elm", "示例山榆煤业有限公司", "06", "广灵县"),
    ("larch", "示例落叶松洗选有限公司", "06", "左云县"),
    ("crane", "示例鹤鸣发电有限公司", "44", "云冈区"),
    ("swan", "示例天鹅发电有限公司", "44", "阳高县"),
    ("heron", "示例苍鹭热电有限公司", "44", "平城区"),
    ("swallow", "示例雨燕发电有限公司", "44", "新荣区"),
    ("lark", "示例云雀发电有限公司", "44", "左云县"),
    ("falcon", "示例游隼热电有限公司", "44", "云州区"),
    ("kite", "示例红鸢综合能源有限公司", "44", "云冈区"),
    ("owl", "示例长耳鸮矸石发电有限公司", "44", "左云县"),
    ("finch", "示例朱雀矸石热电有限公司", "44", "新荣区"),
    ("jade", "示例碧玉化工有限公司", "26", "云州区"),
    ("boulder", "示例磐石水泥有限公司", "30", "云冈区"),
    ("whetstone", "示例砥石水泥有限公司", "30", "浑源县"),
    ("basalt", "示例玄武水泥有限公司", "30", "广灵县"),
    ("dune", "示例沙丘混凝土有限公司", "30", "平城区"),
    ("terrace", "示例台地混凝土有限公司", "30", "云州区"),
    ("feather", "示例轻羽新型建材有限公司", "30", "云冈区"),
    ("cloud", "示例浮云新型建材有限公司", "30", "阳高县"),
    ("reed", "示例芦苇新型建材有限公司", "30", "左云县"),
    ("ember", "示例余烬砖业有限公司", "30", "左云县"),
    ("kiln", "示例红窑砖业有限公司", "30", "新荣区"),
    ("hearth", "示例暖灶砖业有限公司", "30", "天镇县"),
    ("clay", "示例陶土砖业有限公司", "30", "灵丘县"),
    ("lily", "示例白百合高岭土有限公司", "30", "云冈区"),
    ("jasmine", "示例茉莉高岭土有限公司", "30", "左云县"),
    ("snow", "示例初雪石膏制品有限公司", "30", "云冈区"),
    ("frost", "示例晨霜石膏制品有限公司", "30", "阳高县"),
    ("chalk", "示例白垩石膏粉有限公司", "30", "天镇县"),
    ("anvil", "示例铁砧钢铁有限公司", "31", "灵丘县"),
    ("mill", "示例磨坊微粉有限公司", "30", "灵丘县"),
    ("magpie", "示例喜鹊铁矿有限公司", "08", "灵丘县"),
    ("badger", "示例山獾铁矿有限公司", "08", "广灵县"),
    ("gravel", "示例碎石骨料有限公司", "42", "左云县"),
    ("junction", "示例岔口矸石集运有限公司", "42", "云冈区"),
    ("ferry", "示例渡口粉煤灰有限公司", "42", "平城区"),
    ("raft", "示例竹筏粉煤灰有限公司", "42", "云州区"),
    ("meadow", "示例草甸固废处置有限公司", "77", "云州区"),
    ("plateau", "示例高台贮存有限公司", "77", "左云县"),
)


def build_firms() -> dict[str, Enterprise]:
    """All enterprises by key; serial numbers follow the table, so a new firm goes to its end."""
    firms = {}
    for serial, (key, name, industry, place) in enumerate(_FIRMS, start=1):
        region = county(place).code
        firms[key] = Enterprise(example_credit_code(region, serial), name, industry, region)
    return firms


OUTSIDE_CEMENT = example_credit_code("130700", 9001)
"""A cement works over the provincial border (Zhangjiakou, Hebei); it files nowhere in the demo."""
OUTSIDE_BRICK = example_credit_code("150900", 9002)
"""A brickyard in Ulanqab, Inner Mongolia."""
OUTSIDE_LANDFILL = example_credit_code("150900", 9003)
"""A landfill in Ulanqab, Inner Mongolia."""
UNREGISTERED_HAULIER = example_credit_code("140200", 9999)
"""A well-formed code that belongs to nobody: the unknown receiver."""
