"""Counts profiles by votekit. One JSON object a line comes in, and one goes out for each."""

import contextlib
import io
import json
import sys

from votekit import RankBallot, RankProfile
from votekit.elections import IRV, STV


def elected(election):
    return sorted(int(option) for group in election.get_elected() for option in group)


def stv(profile, seats):
    try:
        return elected(STV(profile, n_seats=seats))
    except IndexError:
        # votekit 3.5.0 looks for the last one where no ballot is left.
        return None


def count(request):
    names = [str(option) for option in range(request["options"])]
    ballots = [
        RankBallot(ranking=tuple({names[option]} for option in it["order"]), weight=it["ballots"])
        for it in request["rankings"]
        if it["order"]
    ]
    # votekit counts nothing where fewer options than seats are ranked by anybody.
    ranked = {option for it in request["rankings"] for option in it["order"]}
    if not ranked:
        return {"irv": None, "stv": None}
    profile = RankProfile(ballots=ballots, candidates=names)
    # votekit says by print where it drew lots, of which this is no place.
    with contextlib.redirect_stdout(io.StringIO()):
        return {
            "irv": elected(IRV(profile)),
            "stv": stv(profile, request["seats"]) if len(ranked) >= request["seats"] else None,
        }


for line in sys.stdin:
    print(json.dumps(count(json.loads(line))))
