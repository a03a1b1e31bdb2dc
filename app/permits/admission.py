"""Which permits are refused: those of another territory, of another enterprise, or with codes that nobody knows."""

from collections.abc import Iterator

from app.auth.subjects import Role
from app.domain.errors import Fault, Message
from app.http.problems import Forbidden, Invalid
from app.permits.commands import Incoming, Receiver
from app.permits.matching import Match
from app.permits.permit_in import PermitIn
from app.permits.surroundings import Around, Known

_OTHER_NUMBER = Message("与地址中的许可证编号不一致", "this is not the permit number in the address")
_OF_ANOTHER = Message(
    "许可证编号不以该企业的统一社会信用代码开头，且未登记承继关系",
    "the number does not begin with this enterprise's credit code, and no succession between the two is recorded",
)
_UNKNOWN_REGION = Message("行政区代码不在 GB/T 2260 中", "this is not a county code of GB/T 2260")
_UNKNOWN_WASTE = Message("固废种类未登记，见 GET /v1/wastes", "this waste is not known; see GET /v1/wastes")


class WrongJurisdiction(Forbidden):
    code = "wrong_jurisdiction"
    title = Message("该许可证不在您的管辖范围内", "This permit is not in your jurisdiction")


def refuse_elsewhere(one: Incoming, match: Match, known: Known | None, receiver: Receiver) -> None:
    """Hold a permit system to its territory: by what the permit says, what is on file, and where its site is.

    Raises WrongJurisdiction.
    """
    if receiver.subject.role is not Role.PERMIT_SYSTEM:
        return
    regions = [("/region", one.body.region)]
    if match.holder is not None:
        regions.append(("/number", match.holder.region))
    elif known is not None:
        regions.append(("/number", known.region))
    for pointer, region in regions:
        if not receiver.subject.region or not region.startswith(receiver.subject.region):
            raise WrongJurisdiction(errors=[Fault(pointer, WrongJurisdiction.code, WrongJurisdiction.title)])


def refuse_faults(one: Incoming, around: Around) -> None:
    """Refuse what no register knows, and a number that is another enterprise's. Raises Invalid."""
    faults = [*_of_identity(one, around), *_of_wastes(one.body, around)]
    if faults:
        raise Invalid(errors=faults)


def _of_identity(one: Incoming, around: Around) -> Iterator[Fault]:
    body = one.body
    if body.number is not None and body.number != one.number:
        yield Fault("/number", "number_differs", _OTHER_NUMBER)
    own, said = one.number[:18], body.enterprise
    if said is not None and said != own:
        line = around.lines.get(said)
        if line is None or line != around.lines.get(own):
            yield Fault("/enterprise", "permit_of_another", _OF_ANOTHER)
    regions = around.codes.regions
    if body.region not in regions and body.region.removesuffix("00").removesuffix("00") not in regions:
        yield Fault("/region", "unknown_region", _UNKNOWN_REGION)


def _of_wastes(body: PermitIn, around: Around) -> Iterator[Fault]:
    for index, waste in enumerate(body.wastes):
        if waste.waste not in around.codes.wastes:
            yield Fault(f"/wastes/{index}/waste", "unknown_waste", _UNKNOWN_WASTE)
    for index, facility in enumerate(body.facilities):
        for place, code in enumerate(facility.wastes):
            if code not in around.codes.wastes:
                yield Fault(f"/facilities/{index}/wastes/{place}", "unknown_waste", _UNKNOWN_WASTE)
