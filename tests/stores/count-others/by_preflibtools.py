"""Reads files of categorical preferences by preflibtools, and counts those of ratings by starvote. The path of one a line comes in."""

import json
import sys

import starvote
from preflibtools.instances import CategoricalInstance


def star(instance, scores):
    names = instance.alternatives_name
    ballots = []
    for preference in instance.preferences:
        # By STAR who is not rated has 0.
        ballot = {name: 0 for name in names.values()}
        for score, alternatives in zip(scores, preference):
            ballot.update({names[it]: score for it in alternatives})
        ballots += [ballot] * instance.multiplicity[preference]
    try:
        (winner,) = starvote.election(starvote.star, ballots, maximum_score=max(scores), tiebreaker=None)
    except starvote.UnbreakableTieError as tie:
        return {"winner": None, "tied": sorted(tie.candidates)}
    return {"winner": winner, "tied": []}


def read(path):
    instance = CategoricalInstance(path)
    categories = list(instance.categories_name.values())
    scores = [int(it) for it in categories] if all(it.isdigit() for it in categories) else None
    return {
        "voters": instance.num_voters,
        "unique": instance.num_unique_preferences,
        "alternatives": list(instance.alternatives_name.values()),
        "categories": categories,
        "ballots": [[instance.multiplicity[it], it] for it in instance.preferences],
        "star": star(instance, scores) if scores and instance.preferences else None,
    }


for line in sys.stdin:
    print(json.dumps(read(json.loads(line))))
