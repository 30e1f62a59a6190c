"""The smallest relaxation of an impossible assignment, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa_sampling.sampling.assignment_relaxation import Bottleneck, Relaxation

_SHOWN = 6
_LISTED = 20


def explain(
    relaxation: Relaxation,
    *,
    person: str,
    cap: str,
    caps: Mapping[str, tuple[int, int]],
    switches: Mapping[str, str],
) -> str:
    """Give the relaxation in words: what can be done, what binds, what would help.

    Parameters
    ----------
    relaxation : Relaxation
        What was found.
    person : str
        "auditor" or "moderator".
    cap : str
        What the cap is called among the parameters.
    caps : mapping of str to (int, int)
        Staff number -> cap now and cap needed, before leave.
    switches : mapping of str to str
        Rule -> parameter that waives it.
    """
    article = "an" if person[0] in "aeiou" else "a"
    cases = "case" if relaxation.cases == 1 else "cases"
    told = [
        f"{relaxation.assignable} of {relaxation.cases} {cases} can be given {article} {person}."
    ]
    told += [_bottleneck_sentence(item, person) for item in relaxation.bottlenecks[:_SHOWN]]
    further = len(relaxation.bottlenecks) - _SHOWN
    if further > 0:
        told.append(f"There {'is' if further == 1 else 'are'} {further} more of that kind.")
    steps = []
    if caps:
        steps.append(f"raise the cap (`{cap}`) {_raised(caps)}")
    for rule, teams in relaxation.waived.items():
        steps.append(f"set `{switches[rule]}` to true for {_by_team(teams)}")
    if steps:
        told.append(f"The smallest relaxation that helps: {'; '.join(steps)}.")
    if relaxation.beyond_help:
        told.append(
            f"Neither caps nor those rules help {_by_team(relaxation.beyond_help)}: add an "
            f"independent {person} to the staff list, or leave such cases out of the frame."
        )
    return " ".join(told)


def _bottleneck_sentence(item: Bottleneck, person: str) -> str:
    cases = _counted(item.cases, "case")
    have = "has" if item.cases == 1 else "have"
    teams = f"of {_teams(item.teams)}"
    if not item.staff:
        why = ", ".join(f"{reason} ({count} staff)" for reason, count in item.why_nobody.items())
        return f"{cases} {teams} {have} no eligible {person}: {why}."
    staff = _counted(len(item.staff), person)
    return (
        f"{cases} {teams} can go only to {staff} ({_listed(item.staff, _SHOWN)}), "
        f"whose caps leave room for {item.room}."
    )


def _raised(caps: Mapping[str, tuple[int, int]]) -> str:
    groups: dict[tuple[int, int], list[str]] = {}
    for who, change in caps.items():
        groups.setdefault(change, []).append(who)
    return ", ".join(
        f"from {now} to {then} for {_listed(groups[now, then])}" for now, then in sorted(groups)
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _teams(teams: Sequence[str]) -> str:
    noun = "team" if len(teams) == 1 else "teams"
    return f"{noun} {_listed([repr(team) for team in teams], _SHOWN)}"


def _by_team(teams: Mapping[str, int]) -> str:
    return _listed([f"{_counted(count, 'case')} of team {team!r}" for team, count in teams.items()])


def _listed(items: Sequence[str], most: int = _LISTED) -> str:
    items = list(items)
    if len(items) > most + 1:
        items = [*items[:most], f"{len(items) - most} more"]
    if len(items) == 1:
        return items[0]
    return ", ".join(items[:-1]) + " and " + items[-1]
