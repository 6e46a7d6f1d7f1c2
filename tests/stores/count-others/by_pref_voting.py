"""Counts profiles by pref-voting, and ratings by starvote. One JSON object a line comes in, and one goes out for each."""

import json
import math
import sys
from collections import Counter

import starvote
from pref_voting.iterative_methods import instant_runoff_put
from pref_voting.margin_based_methods import ranked_pairs
from pref_voting.profiles_with_ties import ProfileWithTies
from pref_voting.proportional_methods import stv_scottish
from pref_voting.scoring_methods import symmetric_borda_scores

# Ranked pairs tries every order of equal margins: more than these would take minutes.
ORDERS = 150


class Lots:
    """A drawing that was held before: pref-voting asks it for one of several."""

    def __init__(self, lots):
        self.lots = lots

    def choice(self, options):
        return next(option for option in self.lots if option in options)


def orders_of_ties(profile):
    pairs = [(a, b) for a in profile.candidates for b in profile.candidates if a != b]
    margins = Counter(profile.margin(a, b) for a, b in pairs if profile.margin(a, b) >= 0)
    return math.prod(math.factorial(count) for count in margins.values())


def profile_of(request, rankings):
    profile = ProfileWithTies(
        [{option: place + 1 for place, option in enumerate(it["order"])} for it in rankings],
        [it["ballots"] for it in rankings],
        candidates=list(range(request["options"])),
    )
    profile.use_extended_strict_preference()
    return profile


def count(request):
    options = list(range(request["options"]))
    profile = profile_of(request, request["rankings"])
    # pref-voting has empty ballots in the quota. By SSI 2007/42, rules 43 and 46, a paper without a first preference is not valid.
    valid = profile_of(request, [it for it in request["rankings"] if it["order"]])
    scores = symmetric_borda_scores(profile)
    winner = profile.condorcet_winner()
    may_rank = winner is not None or orders_of_ties(profile) <= ORDERS
    return {
        "margins": [[int(profile.margin(a, b)) for b in options] for a in options],
        "condorcet": None if winner is None else int(winner),
        "rankedPairs": [int(it) for it in ranked_pairs(profile)] if may_rank else None,
        "borda": [int(scores[option]) for option in options],
        "irv": [int(it) for it in instant_runoff_put(profile)],
        "stv": sorted(int(it) for it in stv_scottish(valid, num_seats=request["seats"], rng=Lots(request["lots"]))),
        "star": star(request),
    }


def star(request):
    ballots = [
        {str(option): rating or 0 for option, rating in enumerate(it["ratings"])}
        for it in request["rated"]
        for _ in range(it["ballots"])
    ]
    try:
        (winner,) = starvote.election(starvote.star, ballots, maximum_score=request["scale"], tiebreaker=None)
    except starvote.UnbreakableTieError as tie:
        return {"winner": None, "tied": sorted(int(it) for it in tie.candidates)}
    return {"winner": int(winner), "tied": []}


for line in sys.stdin:
    print(json.dumps(count(json.loads(line))))
