"""How many are there when. Users come and go five a second."""

from dataclasses import dataclass

COME_A_SECOND = 5.0


@dataclass(frozen=True, slots=True)
class Profile:
    """Steps: a share of the time, and how many users are there in it."""

    name: str
    steps: tuple[tuple[float, int], ...]

    def users_at(self, second: float, whole_s: float) -> int | None:
        """How many users are to be there; None when it is over."""
        ends = 0.0
        for share, users in self.steps:
            ends += share * whole_s
            if second < ends:
                return users
        return None


def steady_of(users: int) -> Profile:
    """The same number all the time."""
    return Profile(f"{users} users", ((1.0, users),))


PROFILES = {
    "steady": Profile("steady: 50 users", ((1.0, 50),)),
    "stress": Profile("stress: 100 users", ((1.0, 100),)),
    "spike": Profile("spike: 10, 75, 10 users", ((0.3, 10), (0.4, 75), (0.3, 10))),
}
