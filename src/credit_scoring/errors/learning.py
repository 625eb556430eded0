"""Why nothing can be learned from what was delivered."""

from credit_scoring.errors import ErrorKind, ModelError, UsageError

NOTHING_ACCEPTED = ErrorKind(
    "nothing-accepted",
    ModelError,
    "No delivery is accepted yet.",
    "Take in clients with outcomes first (`credit-scoring intake`).",
)
NO_OUTCOMES = ErrorKind(
    "no-outcomes",
    ModelError,
    "No client has an accepted application and an outcome yet.",
    "Deliver applications with TARGET, or a file outcomes.csv; `credit-scoring show quarantine` lists what was not "
    "accepted.",
)
OUTCOMES_UNCLEAR = ErrorKind(
    "outcomes-unclear",
    ModelError,
    "{unclear} of {outcomes} outcomes are neither 0 nor 1.",
    "Correct the outcomes, deliver them again, then train.",
)
OUTCOMES_TWICE = ErrorKind(
    "outcomes-twice",
    ModelError,
    "{outcomes} outcomes are of clients that have another one.",
    "Keep one a client, then train.",
)
TOO_FEW_CLIENTS = ErrorKind(
    "too-few-clients",
    ModelError,
    "There are {clients} clients with an outcome to learn from, {defaults} of them defaulted; a model needs "
    "{min_clients} and {min_defaults} (training.min_clients, training.min_defaults), beside {held_out} % held out.",
    "Deliver more outcomes, and train.",
)
ONE_CLASS = ErrorKind(
    "one-class",
    ModelError,
    "All {clients} clients with an outcome {what}, so there is nothing to tell apart.",
    "Deliver outcomes of both kinds (TARGET 1 and 0), then train.",
)
ONE_CLASS_IN_PART = ErrorKind(
    "one-class-in-part",
    ModelError,
    "Of the clients with an outcome, {part} has none that defaulted, or none that did not.",
    "Deliver more outcomes, or set fewer training.folds.",
)
FEATURES_CONSTANT = ErrorKind(
    "features-constant",
    ModelError,
    "All {features} features are constant, missing or the same for every client with an outcome, so nothing can be "
    "learned from them.",
    "Check what was delivered for these clients (`credit-scoring show quarantine`).",
)
NOTHING_TO_SPLIT = ErrorKind(
    "nothing-to-split",
    ModelError,
    "LightGBM found nothing to split on: the features are constant, or there are too few clients for "
    "training.min_data_in_leaf.",
    "Check the features, or train on more clients.",
)
OUTCOME_AMONG_FEATURES = ErrorKind(
    "outcome-among-features",
    ModelError,
    "The margins tell defaulted from good clients without an error, so no probability can be fitted: a feature "
    "probably contains the outcome.",
    "Find it and leave it out (training.leave_out).",
)
NO_BETTER_THAN_CHANCE = ErrorKind(
    "no-better-than-chance",
    ModelError,
    "The model orders clients that it has not seen no better than chance (calibration slope {slope:.3g}; it must be "
    "above 0): the features say nothing about these outcomes.",
    "Check the outcomes, or train on more clients.",
)
NOBODY_APPROVED = ErrorKind(
    "nobody-approved",
    ModelError,
    "The model would approve no client of the holdout, so there is nobody to compare clients with.",
    "Check the costs (decision.cost_default, decision.gain_good), or train on more clients.",
)
TRAINER_NEEDS_SPARK = ErrorKind(
    "trainer-needs-spark",
    UsageError,
    "SynapseML trains on Spark, and this command runs on the embedded engine.",
    "Set `training.trainer: lightgbm` (or auto), or run it with `--engine spark`.",
)
