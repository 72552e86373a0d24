"""All settings of a training, declared once: the form, ``--set`` and the file format follow from this Spec."""

from __future__ import annotations

from core.catalogue.metrics import NUMBERS
from core.catalogue.spec import Choice, Param, Spec

TRAINING = Spec(
    "training",
    "Training",
    "How the network learns: what it minimises, by which rule, and for how long.",
    (
        Param("loss", "Loss", "entry", Choice("mse"), "The number that training makes small.", catalogue="losses", effect="next batch", group="What to minimise"),
        Param("metric", "Metric", "entry", Choice("auto"), "A number for people, shown beside the loss.", catalogue="metrics", only=NUMBERS, effect="next run", group="What to minimise"),
        Param("optimizer", "Optimizer", "entry", Choice("adam"), "The rule that turns gradients into steps.", catalogue="optimizers", effect="next batch", group="How to step"),
        Param("schedule", "Learning rate over time", "entry", Choice("constant"), "How the learning rate changes while training.", catalogue="schedules", effect="next batch", group="How to step"),
        Param("batch_size", "Batch size", "int", 32, "Samples per step. Larger batches give smoother gradients and fewer steps per epoch.", minimum=1, maximum=65536, log=True, effect="next batch", group="How long"),
        Param("buckets", "Length buckets", "int", 0, "Sorts the samples of this many batches by length, so that a batch holds samples of similar length, and ends each batch with its longest sample: less padding is computed. Where every step is answered, those of short samples then weigh a little more. 0 is off; 8 is usual.", minimum=0, maximum=10000, unit="batches", effect="next run", group="How long"),
        Param("epochs", "Epochs", "int", 30, "How many times to go through the training data.", minimum=1, maximum=100000, log=True, effect="next batch", group="How long"),
        Param("early_stopping", "Stop early", "bool", False, "Stop when the validation loss no longer improves, and keep the best weights.", effect="next batch", group="How long"),
        Param("patience", "Patience", "int", 5, "Epochs without improvement before it stops early.", minimum=1, maximum=10000, unit="epochs", effect="next batch", group="How long"),
        Param("teaching", "Teacher forcing", "entry", Choice("constant"), "How often a network that reads its own previous answer is given the true one instead. Has an effect only where an input reads what is fed back.", catalogue="teaching", effect="next batch", group="Answers fed back", advanced=True),
        Param("fed", "Fed back", "choice", "best", "What a network reads where it is not given the true answer: the class that it thinks likeliest, or one drawn by its probabilities. Numbers are read as they are. No gradient passes through the choice.", choices=(("best", "The likeliest class"), ("drawn", "A class drawn by lot")), effect="next batch", group="Answers fed back", advanced=True),
        Param("clip_norm", "Clip norm", "float", 0.0, "Shrinks the whole gradient to this length where it is longer; 0 is off.", minimum=0.0, maximum=1e6, step=0.5, effect="next batch", group="Keeping it stable"),
        Param("clip_value", "Clip value", "float", 0.0, "Cuts every number of the gradient at this size; 0 is off.", minimum=0.0, maximum=1e6, step=0.1, effect="next batch", group="Keeping it stable", advanced=True),
        Param("clip_adaptive", "Clip by weight", "float", 0.0, "Keeps the gradient of each row of weights below this share of that row's own length (adaptive clipping); 0.01 is usual, 0 is off.", minimum=0.0, maximum=10.0, step=0.01, effect="next batch", group="Keeping it stable", advanced=True),
        Param("weight_decay", "Weight decay", "float", 0.0, "Pulls every weight towards 0 (L2).", minimum=0.0, maximum=10.0, log=True, effect="next batch", group="Keeping it stable"),
        Param("l1", "L1 penalty", "float", 0.0, "Adds this times the sum of all |weights| to the loss, which drives small weights to 0.", minimum=0.0, maximum=10.0, log=True, effect="next batch", group="Keeping it stable", advanced=True),
        Param("activity", "Activity penalty", "float", 0.0, "Adds this times the mean squared output of all layers to the loss, which keeps units quiet.", minimum=0.0, maximum=10.0, log=True, effect="next batch", group="Keeping it stable", advanced=True),
        Param("seed", "Seed", "int", 0, "Start of all random numbers: first weights (at the next reset), order of the data, dropout.", minimum=0, maximum=2**31 - 1, effect="next run", group="Reproducible"),
        Param("shuffle", "Shuffle", "bool", True, "A new order of the training data in every epoch.", effect="next run", group="Reproducible"),
        Param("tbptt", "Truncate after", "int", 0, "Truncated back-propagation through time: the gradient goes back at most this many steps; 0 is the whole sequence.", minimum=0, maximum=100000, unit="steps", effect="next batch", group="Machine", advanced=True),
        Param("precision", "Precision", "choice", "float32", "Numbers with about 7 or 16 digits.", choices=(("float32", "32 bit"), ("float64", "64 bit")), effect="next run", group="Machine", advanced=True),
        Param("device", "Device", "choice", "cpu", "What computes.", choices=(("cpu", "Processor"), ("cuda", "NVIDIA GPU"), ("mps", "Apple GPU")), effect="next run", group="Machine", advanced=True),
        Param("threads", "Threads", "int", 0, "Processor threads for training; 0 leaves one core free for the window.", minimum=0, maximum=256, effect="next run", group="Machine", advanced=True),
        Param("probe_share", "Time for probes", "float", 5.0, "The share of the training time that the probes measured while training may take together.", minimum=0.0, maximum=100.0, step=1.0, unit="%", effect="next batch", group="Machine", advanced=True),
    ),
)  # fmt: skip


def default_training(**values: object) -> Choice:
    """Complete training settings: ``values`` over the defaults."""
    return Choice("training", TRAINING.complete(values))
