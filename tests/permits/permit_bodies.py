"""Permits as a permit system would send them."""

from typing import Any

from builders import MILL

JSON = dict[str, Any]
NUMBER = f"{MILL}001P"


def waste(code: str = "SW02", **more: Any) -> JSON:
    """Fly ash that may be stored and used on the site, and given away to be used."""
    routes = [{"by": "self", "way": "store"}, {"by": "self", "way": "use"}, {"by": "entrusted", "way": "use"}]
    return {"waste": code, "class": "I", "source": "锅炉除尘", "routes": routes} | more


def facility(code: str = "TS001", **more: Any) -> JSON:
    """A store of 500,000 t."""
    return {
        "code": code,
        "kind": "storage",
        "name": "示例灰场",
        "capacity": {"amount": "50", "unit": "万t"},
        "wastes": ["SW02"],
    } | more


def permit(**more: Any) -> JSON:
    """A permit of five years from 2023-05-10."""
    return {
        "region": "140212",
        "holder": "示例发电有限公司",
        "issuer": "示例市生态环境局",
        "valid_from": "2023-05-10",
        "valid_until": "2028-05-09",
        "wastes": [waste()],
        "facilities": [facility()],
        "report_deadlines": [{"period": "year", "months_after": 1, "day": 31}],
    } | more
