"""Invented persons, companies and addresses; every number has the check digit that its standard asks for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from random import Random

from eval.papers.numbers import id_check_digit, luhn_digit, organisation_check, uscc_check

SURNAMES = "陈李张黄何林吴梁王刘叶袁莫香麦谭邓罗周徐赖卢钟曾苏"
GIVEN_MALE: tuple[str, ...] = (
    "志强", "伟明", "建国", "俊杰", "浩然", "家豪", "子轩", "永康", "国栋", "锦辉",
    "耀东", "泽宇", "文博", "润生", "启航", "德胜", "海涛", "立新", "展鹏", "柏",
)  # fmt: skip
GIVEN_FEMALE: tuple[str, ...] = (
    "丽华", "秀英", "婉婷", "雪梅", "晓琳", "嘉欣", "诗雅", "慧敏", "美玲", "佩珊",
    "雨桐", "思颖", "玉兰", "静怡", "凤仪", "海燕", "紫晴", "若彤", "倩", "芳",
)  # fmt: skip
REGIONS = {
    "441900": ("广东省东莞市", "东莞市公安局"),
    "440103": ("广东省广州市荔湾区", "广州市公安局荔湾分局"),
    "441302": ("广东省惠州市惠城区", "惠州市公安局惠城分局"),
    "430104": ("湖南省长沙市岳麓区", "长沙市公安局岳麓分局"),
    "362321": ("江西省上饶县", "上饶市公安局广信分局"),
    "450103": ("广西南宁市青秀区", "南宁市公安局青秀分局"),
    "510104": ("四川省成都市锦江区", "成都市公安局锦江分局"),
    "411302": ("河南省南阳市宛城区", "南阳市公安局宛城分局"),
}
TOWNS = (
    "南城街道", "东城街道", "莞城街道", "万江街道", "虎门镇", "长安镇", "厚街镇", "大朗镇",
    "寮步镇", "塘厦镇", "常平镇", "石龙镇", "樟木头镇", "茶山镇", "大岭山镇",
)  # fmt: skip
ROADS = (
    "鸿福路", "东莞大道", "莞太路", "体育路", "银山路", "荔景路", "富民路", "景湖路",
    "工业大道", "沿江路", "兴业路", "新城路",
)  # fmt: skip
ESTATES = ["金月湾花园", "翠湖豪庭", "丽江雅苑", "阳光海岸", "御景名城", "中熙山庄", "新世纪花苑", "锦绣华府"]
TRADES = ["电子科技", "五金制品", "餐饮管理", "服装", "家具", "模具", "物流", "文化传播", "食品", "塑胶"]
BRANDS = ["星辉", "宏达", "锐进", "莞诚", "聚丰", "百合", "恒润", "金桥", "东海岸", "禾田", "启元", "万象"]
BANKS = (
    ("东莞农村商业银行", "623038"),
    ("东莞银行", "621439"),
    ("中国建设银行", "621700"),
    ("中国工商银行", "622202"),
    ("中国农业银行", "622848"),
)
SCOPES = (
    "电子产品研发、生产、销售；货物进出口、技术进出口。（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
    "餐饮服务；食品销售；外卖递送服务。（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
    "五金产品制造；五金产品零售；模具制造；模具销售；机械设备销售。",
    "服装制造；服装服饰零售；针纺织品销售；互联网销售（除销售需要许可的商品）。",
    "家具制造；家具销售；室内装饰设计服务；国内货物运输代理。",
)


@dataclass(frozen=True)
class Person:
    """An invented person with the data of an identity card."""

    name: str
    sex: str
    nation: str
    birth: dt.date
    id_number: str
    address: str
    issuer: str
    valid_from: dt.date
    valid_to: dt.date | None  # None: 长期
    phone: str
    bank: str
    bank_no: str


@dataclass(frozen=True)
class Company:
    """An invented company, sole trader or village collective."""

    name: str
    uscc: str
    legal_rep: Person
    kind: str
    capital: str
    scope: str
    founded_on: dt.date
    issued_on: dt.date
    address: str
    registrar: str

    @property
    def is_sole_trader(self) -> bool:
        """Whether it is a 个体工商户, whose licence names an 经营者."""
        return self.kind == "个体工商户"


def with_birth(first6: str, birth: dt.date, serial: int) -> str:
    """Make an identity number with its check digit."""
    first17 = f"{first6}{birth:%Y%m%d}{serial:03d}"
    return f"{first17}{id_check_digit(first17)}"


def make_name(rng: Random, sex: str) -> str:
    """Invent a name."""
    surname: str = rng.choice([*SURNAMES, "欧阳"])
    return surname + rng.choice(GIVEN_MALE if sex == "男" else GIVEN_FEMALE)


def make_address(rng: Random, *, home: bool = True) -> str:
    """Invent an address in Dongguan."""
    road = f"东莞市{rng.choice(TOWNS)}{rng.choice(ROADS)}{rng.randint(1, 288)}号"
    if home:
        return f"{road}{rng.choice(ESTATES)}{rng.randint(1, 19)}栋{rng.randint(2, 28)}0{rng.randint(1, 6)}号房"
    return f"{road}{rng.choice(['一楼商铺', '101室', '3栋502室', 'A座808室'])}"


def make_person(
    rng: Random, as_of: dt.date, age: tuple[int, int] = (22, 58), sex: str = "", local: bool | None = None
) -> Person:
    """Invent a person whose card is valid on the given day for at least another half year."""
    sex = sex or rng.choice("男女")
    local = rng.random() < 0.6 if local is None else local
    region = "441900" if local else rng.choice([r for r in REGIONS if r != "441900"])
    birth = as_of - dt.timedelta(days=rng.randint(age[0] * 366, age[1] * 365))
    serial = rng.randrange(0, 999, 2) + (1 if sex == "男" else 0)
    place, issuer = REGIONS[region]
    inner = make_address(rng).removeprefix("东莞市")
    valid_from, valid_to = _validity(rng, birth, as_of)
    bank, prefix = rng.choice(BANKS)
    account = prefix + "".join(rng.choices("0123456789", k=12))
    return Person(
        name=make_name(rng, sex),
        sex=sex,
        nation=rng.choice(["汉"] * 9 + ["壮", "土家"]),
        birth=birth,
        id_number=with_birth(region, birth, min(serial, 999)),
        address=place
        + (
            inner if local else f"{rng.choice(ROADS)}{rng.randint(1, 200)}号{rng.randint(2, 9)}0{rng.randint(1, 4)}室"
        ),
        issuer=issuer,
        valid_from=valid_from,
        valid_to=valid_to,
        phone="1" + rng.choice("3589") + "".join(rng.choices("0123456789", k=9)),
        bank=bank,
        bank_no=account + luhn_digit(account),
    )


def hong_kong_person(rng: Random, as_of: dt.date, first6: str) -> Person:
    """Invent a person with a residence permit number (810000, 820000 or 830000)."""
    person = make_person(rng, as_of, (24, 50), local=True)
    serial = int(person.id_number[14:17])
    return replace(person, id_number=with_birth(first6, person.birth, serial), address="广东省" + make_address(rng))


def permit_number(rng: Random) -> str:
    """Invent the number of a 港澳居民来往内地通行证 as newer cards print it: letter and eight digits."""
    return rng.choice("HM") + "".join(rng.choices("0123456789", k=8))


def make_company(rng: Random, as_of: dt.date, legal_rep: Person, kind: str = "") -> Company:
    """Invent a company; `kind`: `company`, `sole_trader` or `collective`, any when empty."""
    kind = kind or rng.choice(["company", "company", "sole_trader"])
    town = rng.choice(TOWNS)
    short = town.removesuffix("街道").removesuffix("镇")
    head, body_head, told, name = {
        "company": (
            "91",
            "MA",
            "有限责任公司（自然人独资）",
            f"东莞市{rng.choice(BRANDS)}{rng.choice(TRADES)}有限公司",
        ),
        "sole_trader": ("92", "MA", "个体工商户", f"东莞市{short}{rng.choice(BRANDS)}{rng.choice(TRADES)}店"),
        "collective": (
            "N2",
            "MF",
            "集体经济组织",
            f"东莞市{town}{rng.choice('新沙石上下')}{rng.choice('村围岗涌坑')}股份经济联合社",
        ),
    }[kind]
    first8 = body_head + "".join(rng.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=6))
    first17 = f"{head}441900{first8}{organisation_check(first8)}"
    founded = as_of - dt.timedelta(days=rng.randint(200, 3000))
    issued = founded if rng.random() < 0.5 else founded + dt.timedelta(days=rng.randint(30, 150))
    return Company(
        name=name,
        uscc=first17 + uscc_check(first17),
        legal_rep=legal_rep,
        kind=told,
        capital=rng.choice(["人民币伍拾万元", "人民币壹佰万元", "人民币叁佰万元", "人民币壹仟万元"]),
        scope=rng.choice(SCOPES),
        founded_on=founded,
        issued_on=issued,
        address=make_address(rng, home=False),
        registrar="东莞市农业农村局" if kind == "collective" else "东莞市市场监督管理局",
    )


def _validity(rng: Random, birth: dt.date, as_of: dt.date) -> tuple[dt.date, dt.date | None]:
    """Give a span as 居民身份证法 第五条 sets it by the age at issue."""
    for _ in range(200):
        issued = as_of - dt.timedelta(days=rng.randint(30, 365 * 15))
        age = (issued - birth).days / 365.25
        if age < 1:
            continue
        years = 5 if age < 16 else 10 if age < 26 else 20 if age < 46 else 0
        if not years:
            return issued, None
        if issued.month == 2 and issued.day == 29:
            continue
        end = issued.replace(year=issued.year + years)
        if end > as_of + dt.timedelta(days=200):
            return issued, end
    issued = max(as_of - dt.timedelta(days=20), birth + dt.timedelta(days=1))
    return issued, issued.replace(year=issued.year + 5, day=min(issued.day, 28))
