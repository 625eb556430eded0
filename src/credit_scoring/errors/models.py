"""Why nothing can be learned from what was delivered, and why a model cannot be found, loaded or used."""

from credit_scoring.errors import ErrorKind, ModelError, UsageError

MODEL_NOT_THERE = ErrorKind(
    "model-not-there",
    ModelError,
    "There is no {alias} of the model {model}.",
    "{way}.",
)
MODEL_STORE_DOWN = ErrorKind(
    "model-store-down",
    ModelError,
    "MLflow could not {what} ({why}).",
    "Check that the tracking store and the artifacts of the settings (mlflow.tracking_uri, mlflow.registry_uri, "
    "mlflow.artifacts) can be reached, then run the command again.",
)
MODEL_SERVER_SILENT = ErrorKind(
    "model-server-silent",
    ModelError,
    "The MLflow server {server}, which {setting} names, does not answer: {why}.",
    "Start it, or name another one: {setting} in the settings, or the variable {variable}.",
)
MODEL_INCOMPLETE = ErrorKind(
    "model-incomplete",
    ModelError,
    "The model is not complete: {file} is not there or not readable.",
    "Roll back to an earlier champion (`credit-scoring promote --rollback`), or train again.",
)
MODEL_CHANGED = ErrorKind(
    "model-changed",
    ModelError,
    "The model was changed after it was saved: the sha256 of {files} differs.",
    "Do not score with it; roll back to an earlier champion (`credit-scoring promote --rollback`), or train again.",
)
MODEL_FILE_ODD = ErrorKind(
    "model-file-odd",
    ModelError,
    "{file} of the model does not hold at {key}: {problem}.",
    "Train the model again.",
)
DECISION_CONTRADICTS_ITSELF = ErrorKind(
    "decision-contradicts-itself",
    ModelError,
    "decision.json contradicts itself: cut-off and threshold do not follow from costs and scale.",
    "Train the model again.",
)
REFERENCE_OF_OTHER_FEATURES = ErrorKind(
    "reference-of-other-features",
    ModelError,
    "decision.json has reference points of other features than the model uses.",
    "Train the model again.",
)
START_OF_OTHER_TREES = ErrorKind(
    "start-of-other-trees",
    ModelError,
    "decision.json has start points that do not follow from the trees and the reference group.",
    "Train the model again.",
)
FEATURE_TWICE = ErrorKind(
    "feature-twice",
    ModelError,
    "features.json names a feature twice.",
    "Train the model again.",
)
FEATURE_UNDECLARED = ErrorKind(
    "feature-undeclared",
    ModelError,
    "features.json says that the model uses features it does not declare: {features}.",
    "Train the model again.",
)
OTHER_FINGERPRINT = ErrorKind(
    "other-fingerprint",
    ModelError,
    "The model was trained with the features of fingerprint {model}, this code computes those of {code}. Of those that "
    "the model uses they differ in: {features}.",
    "Train and promote a model with this code, or run the code version of the model.",
)
OTHER_FEATURES = ErrorKind(
    "other-features",
    ModelError,
    "The model was trained with other features, or in another order, than this code computes.",
    "Train and promote a model with this code, or run the code version of the model.",
)
TREES_UNREADABLE = ErrorKind(
    "trees-unreadable",
    ModelError,
    "LightGBM cannot read the model's trees ({why}).",
    "Train the model again.",
)
TREES_OF_OTHER_FEATURES = ErrorKind(
    "trees-of-other-features",
    ModelError,
    "The features that the model's trees name are not those of features.json, in its order.",
    "Train the model again.",
)
PARTS_OF_TWO_MODELS = ErrorKind(
    "parts-of-two-models",
    ModelError,
    "decision.json and features.json come from different feature declarations.",
    "Train the model again.",
)
PROBE_MISSING = ErrorKind(
    "probe-missing",
    ModelError,
    "A model needs probe clients, to be checked with wherever it is loaded.",
    "Train the model again.",
)
PROBE_ODD = ErrorKind(
    "probe-odd",
    ModelError,
    "probe.json has vectors of another length than features.json, or not one number of points and one margin for each.",
    "Train the model again.",
)
PROBE_DIFFERS = ErrorKind(
    "probe-differs",
    ModelError,
    "The model gives other points than when it was saved to {wrong} of {clients} probe clients: this machine or this "
    "version of LightGBM computes differently.",
    "Score with the versions that the model names (requirements.txt of the MLflow model).",
)
CODE_NOT_IN_FILES = ErrorKind(
    "code-not-in-files",
    ModelError,
    "The code of credit_scoring is not in files, so a model cannot carry it.",
    "Install the package from its wheel.",
)
TREES_NOT_EXPLAINED = ErrorKind(
    "trees-not-explained",
    ModelError,
    "LightGBM cannot explain this model ({why}).",
    "Train another.",
)
SEVERAL_MARGINS = ErrorKind(
    "several-margins",
    ModelError,
    "The model gives more than one margin a client.",
    "Train a model of one binary outcome.",
)
CONTRIBUTIONS_OFF = ErrorKind(
    "contributions-off",
    ModelError,
    "The contributions of {wrong} of {clients} clients do not add up to the margin: the client counts at the nodes of "
    "the model's trees contradict each other.",
    "Train the model again.",
)
SCALE_NOT_FINITE = ErrorKind(
    "scale-not-finite",
    ModelError,
    "The calibration and the scale of the points must be finite numbers.",
    "Train the model again.",
)
SLOPE_NOT_RISING = ErrorKind(
    "slope-not-rising",
    ModelError,
    "The calibration slope is {slope:.6g}: with a slope that is not above 0, a riskier client would get more points. "
    "The model does not order the clients out of fold.",
    "Train it on more or better outcomes.",
)
SCALE_NOT_POSITIVE = ErrorKind(
    "scale-not-positive",
    ModelError,
    "The points that double the odds and the anchor odds must be above 0.",
    "Correct decision.pdo and decision.anchor_odds in the settings, and train again.",
)
NO_EARLIER_CHAMPION = ErrorKind(
    "no-earlier-champion",
    ModelError,
    "Version {version} of the model {model} is its first champion: there is none to go back to.",
    "Train and promote another.",
)
NO_RECORD_OF_VERSION = ErrorKind(
    "no-record-of-version",
    ModelError,
    "There is no record of how good version {version} of the model {model} is on the holdout: it was not registered by "
    "`credit-scoring train`.",
    "Train again.",
)
NOBODY_HELD_OUT = ErrorKind(
    "nobody-held-out",
    ModelError,
    "No client of the holdout has an outcome, so the challenger cannot be judged.",
    "Deliver more outcomes and train again.",
)
GATES_NOT_PASSED = ErrorKind(
    "gates-not-passed",
    ModelError,
    "The model did not pass its gates ({gates}), so nothing is scored.",
    "See the model's card in MLflow; train on more clients, or promote it with `--force --reason`.",
)


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
