"""The kinds of layers. A kind says what it computes, what its links carry and what it does with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.catalogue.spec import Catalogue, Choice, Param, Spec

Carries = Literal["nothing", "values", "matrices"]
Time = Literal["source", "keeps", "reduces", "creates"]


@dataclass(frozen=True)
class LayerSpec(Spec):
    """A kind of layer."""

    links: Carries = "values"
    """What a link into it carries: nothing may enter, plain values (several are concatenated), or a matrix of its own."""
    time: Time = "keeps"
    """"source": as its parameter "sequence" says; "keeps": a sequence where any source is one; "reduces": one value per
    sample; "creates": a sequence out of static values."""
    state: bool = False
    """True for blocks with a state of their own (RNN, LSTM, GRU)."""
    gates: int = 1
    """Stacked matrices in ``weight_ih`` and ``weight_hh``."""
    single_source: bool = False
    """True where exactly one link may enter."""
    memory: bool = False
    """True where it looks through a memory: a sequence that reaches it by a link of the role "memory"."""
    causal: bool = True
    """False where the value at step t needs later steps, so that it can not be on a cycle."""


MAX_UNITS = 4096

_INITIAL_STATES = (("zeros", "Zeros"), ("learned", "Learned"))


def _units(default: int, help_text: str = "How many neurons the layer has.") -> Param:
    return Param("units", "Units", "int", default, help_text, minimum=1, maximum=MAX_UNITS)


def _initializer(key: str, title: str, default: str, help_text: str) -> Param:
    return Param(key, title, "entry", Choice(default), help_text, catalogue="initializers", advanced=True)


_INPUT_WEIGHTS = _initializer(
    "initializer", "Weights start as", "xavier_uniform", "How the weights that read the layer below are drawn at first."
)
_RECURRENT_WEIGHTS = _initializer(
    "recurrent_initializer",
    "Recurrent weights start as",
    "orthogonal",
    "How the weights that read the past are drawn at first. Orthogonal keeps the length of what passes through.",
)
_INITIAL_STATE = Param(
    "initial_state",
    "Before the first step",
    "choice",
    "zeros",
    "What recurrent links read before the sequence begins: zeros, or a vector that is learned like a weight.",
    choices=_INITIAL_STATES,
    advanced=True,
)
_BIAS = Param("bias", "Bias", "bool", True, "Adds one learned number per unit to its sum.", advanced=True)
_BIDIRECTIONAL = Param(
    "bidirectional",
    "Both directions",
    "bool",
    False,
    "A second copy reads the sequence from its end; the outputs of both are joined, so the layer gives twice its units.",
)


def _activation(default: str) -> Param:
    return Param(
        "activation", "Activation", "entry", Choice(default), "The function that each unit applies to its sum.",
        catalogue="activations",
    )  # fmt: skip


LAYERS = Catalogue(
    "kind of layer",
    (
        LayerSpec(
            "input", "Input", "Where the data enters. A sequence gives one vector per time step; a static input gives one vector per sample.",
            (
                _units(2, "How many numbers enter at once (per time step for a sequence)."),
                Param("sequence", "Sequence", "bool", False, "On: one vector per time step. Off: one vector per sample."),
                Param("field", "Data field", "text", "x", "Name of the array of the data set that enters here.", advanced=True),
            ),
            family="Ends", formula=r"h_t = x_t", source="Design of the studio.", when="Every network needs one.",
            fails="When its size differs from the data: the problems list offers to fit it.", links="nothing", time="source",
        ),
        LayerSpec(
            "output", "Output", "A dense layer whose value is compared with the target by the loss.",
            (_units(1, "How many numbers the network answers with: one per class, or one per predicted value."), _activation("identity"), _BIAS, _INITIAL_STATE, _INPUT_WEIGHTS, _RECURRENT_WEIGHTS),
            family="Ends", formula=r"\hat{y}_t = f(b + \sum_{l} W_l h^{(l)}_{t-k_l})", source="Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.",
            when="Once, at the end. Softmax for one class out of several, sigmoid for yes or no, identity for numbers.",
            fails="When its activation does not fit the loss; the checks before Play say so.", links="matrices",
        ),
        LayerSpec(
            "dense", "Dense", "Every unit sums all that it reads, each number times a weight, adds a bias and applies the activation. A link back to itself with a delay makes it an Elman network.",
            (_units(16), _activation("tanh"), _BIAS, _INITIAL_STATE, _INPUT_WEIGHTS, _RECURRENT_WEIGHTS),
            family="Neurons", formula=r"h_t = f(b + \sum_{l} W_l h^{(l)}_{t-k_l})", source="Rumelhart, Hinton, Williams: Learning representations by back-propagating errors (1986); Elman: Finding structure in time (1990).",
            when="The work horse of every network, static or recurrent.",
            fails="With many layers or steps and a saturating activation its gradient vanishes.", links="matrices",
        ),
        LayerSpec(
            "rnn", "RNN", "A layer that reads its own last state at every step: the plain recurrent network as one block.",
            (
                _units(32),
                Param("nonlinearity", "Activation", "choice", "tanh", "The function applied to the sum.", choices=(("tanh", "tanh"), ("relu", "ReLU"))),
                _BIDIRECTIONAL, _INITIAL_STATE, _INPUT_WEIGHTS, _RECURRENT_WEIGHTS,
            ),
            family="Recurrent", formula=r"h_t = f(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})", source="Elman: Finding structure in time (1990).",
            when="Short memories, and to see gradients vanish or explode.", fails="Beyond some ten to twenty steps it forgets: its gradient shrinks at every step.",
            state=True,
        ),
        LayerSpec(
            "lstm", "LSTM", "Long short-term memory: a cell state that gates write to, forget from and read. The gradient can pass the cell almost unchanged.",
            (
                _units(32), _BIDIRECTIONAL,
                Param("forget_bias", "Forget bias", "float", 1.0, "Added to the forget gate's bias at the start, so that the cell remembers before it has learned to.", minimum=-10, maximum=10, step=0.5, advanced=True),
                _INITIAL_STATE, _INPUT_WEIGHTS, _RECURRENT_WEIGHTS,
            ),
            family="Recurrent", formula=r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh(c_t)", source="Hochreiter, Schmidhuber: Long short-term memory (1997); Gers, Schmidhuber, Cummins: Learning to forget (2000).",
            when="Long memories; the safe first choice.", fails="It costs four times the weights of an RNN, and very long spans still fade where the forget gate is below one.",
            state=True, gates=4,
        ),
        LayerSpec(
            "gru", "GRU", "Gated recurrent unit: one gate mixes the old state with a new one, another one decides how much of the old state the new one may see.",
            (_units(32), _BIDIRECTIONAL, _INITIAL_STATE, _INPUT_WEIGHTS, _RECURRENT_WEIGHTS),
            family="Recurrent", formula=r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}", source="Cho et al.: Learning phrase representations using RNN encoder-decoder (2014).",
            when="Like the LSTM with a quarter fewer weights.", fails="Counting over long spans, where the LSTM's separate cell is better.", state=True, gates=3,
        ),
        LayerSpec(
            "embedding", "Embedding", "Looks up one learned vector for each symbol: its input is a whole number.",
            (
                _units(16, "Length of the vector of each symbol."),
                Param("vocabulary", "Symbols", "int", 32, "How many different symbols there are.", minimum=1, maximum=65536),
                _initializer("initializer", "Vectors start as", "normal", "How the vectors are drawn at first."),
            ),
            family="Neurons", formula=r"h_t = E_{x_t}", source="Bengio et al.: A neural probabilistic language model (2003).",
            when="For letters, words and other symbols.", fails="When it reads numbers that are not codes.", single_source=True,
        ),
        LayerSpec(
            "dropout", "Dropout", "While training, silences a random share of its inputs and scales up the rest; otherwise it passes everything.",
            (
                Param("rate", "Share silenced", "float", 0.2, "Probability that a value is set to zero.", minimum=0.0, maximum=0.95, step=0.05),
                Param("same_every_step", "Same at every step", "bool", False, "On: one random pattern for the whole sequence (variational dropout). Off: a new one at each step."),
            ),
            family="Regularise", formula=r"h_t = \frac{m_t}{1 - p} \odot x_t", source="Srivastava et al.: Dropout (2014); Gal, Ghahramani: A theoretically grounded application of dropout in RNNs (2016).",
            when="When the training loss falls and the validation loss rises.", fails="In small networks, and inside a recurrence unless it is the same at every step.",
        ),
        LayerSpec(
            "layer_norm", "Layer norm", "Shifts and scales the units of each step to mean 0 and variance 1, then applies a learned gain and bias.",
            (), family="Regularise", formula=r"h = g \odot \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + b", source="Ba, Kiros, Hinton: Layer normalization (2016).",
            when="To keep activations in the range where gradients live.", fails="With very few units, where the mean says too much.",
        ),
        LayerSpec("concatenate", "Concatenate", "Puts the values of all its links side by side.", (), family="Combine", formula=r"h = [x^{(1)}; x^{(2)}; \ldots]", source="Design of the studio.", when="To let a layer read several sources as one.", fails="Never; but the next layer grows with it."),
        LayerSpec("add", "Add", "Adds the values of all its links; all must have the same number of units.", (), family="Combine", formula=r"h = \sum_l x^{(l)}", source="He et al.: Deep residual learning (2016).", when="For a skip connection that gradients pass unchanged.", fails="When the sizes differ."),
        LayerSpec("multiply", "Multiply", "Multiplies the values of all its links; all must have the same number of units.", (), family="Combine", formula=r"h = \prod_l x^{(l)}", source="Hochreiter, Schmidhuber (1997): gates.", when="To build a gate by hand.", fails="When the sizes differ; where a factor is near 0 the gradient of the others is too."),
        LayerSpec(
            "attention", "Attention", "Looks through a memory, another sequence: compares what it reads, the query, with every step of the memory and gives the mean of the memory weighted by how well each step fits.",
            (
                Param("score", "Score", "choice", "general", "How query and memory are compared. Dot and scaled dot learn nothing and need equal sizes; general learns a matrix between them; additive a small layer of neurons.", choices=(("dot", "Dot"), ("scaled", "Scaled dot"), ("general", "General"), ("additive", "Additive"))),
                Param("score_units", "Score units", "int", 32, "How many neurons compare query and memory; of the additive score only.", minimum=1, maximum=MAX_UNITS),
                _initializer("initializer", "Weights start as", "xavier_uniform", "How the weights of the score are drawn at first."),
            ),
            family="Combine", formula=r"c_t = \sum_s \alpha_{t,s} m_s, \quad \alpha_{t,s} = \frac{\exp e(q_t, m_s)}{\sum_r \exp e(q_t, m_r)}",
            source="Bahdanau, Cho, Bengio: Neural machine translation by jointly learning to align and translate (2015): additive; Luong, Pham, Manning: Effective approaches to attention-based neural machine translation (2015): dot, general; Vaswani et al.: Attention is all you need (2017): scaled dot.",
            when="When an answer depends on a few steps of a long sequence: a decoder that looks back at its encoder.",
            fails="When nothing tells the steps of the memory apart, so that all weights stay alike.", memory=True,
        ),
        LayerSpec("last_step", "Last step", "Turns a sequence into one value: what was said at the last step.", (), family="Time", formula=r"h = x_T", source="Design of the studio.", when="To answer once, after the whole sequence has been read.", fails="When the answer depends on something far back that the state has forgotten.", time="reduces", causal=False),
        LayerSpec("mean_time", "Mean over time", "Turns a sequence into one value: the mean over its steps.", (), family="Time", formula=r"h = \frac{1}{T} \sum_t x_t", source="Design of the studio.", when="When every step counts: each one gets the gradient directly.", fails="When the order matters.", time="reduces", causal=False),
        LayerSpec("max_time", "Max over time", "Turns a sequence into one value: each unit's largest value over the steps.", (), family="Time", formula=r"h = \max_t x_t", source="Collobert et al.: Natural language processing (almost) from scratch (2011).", when="To ask whether something occurred at all.", fails="Only one step per unit gets a gradient.", time="reduces", causal=False),
        LayerSpec(
            "repeat", "Repeat", "Turns one value into a sequence that says the same at every step.",
            (Param("steps", "Steps", "int", 0, "Length of the sequence; 0 takes the length of the target or of the other sequences.", minimum=0, maximum=10000),),
            family="Time", formula=r"h_t = x, \quad t = 1 \ldots T", source="Design of the studio.", when="To make a sequence out of one value: one-to-many.", fails="With a sequence as its source, which needs no repeating.", time="creates",
        ),
    ),
)  # fmt: skip


def layer_spec(kind: str) -> LayerSpec:
    """The LayerSpec of a kind; an unknown kind raises UnknownName."""
    spec = LAYERS[kind]
    assert isinstance(spec, LayerSpec)
    return spec
