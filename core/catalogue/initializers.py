"""The entries of the catalogue "initializers": how weights start before the first training step."""

from __future__ import annotations

from core.catalogue.spec import Catalogue, Param, Spec

_GLOROT = "Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010"
_HE = "He et al., Delving deep into rectifiers, ICCV 2015"


def _gain(default: float, help: str) -> Param:
    return Param("gain", "Gain", "float", default, help, minimum=0, maximum=10, step=0.1)


_XAVIER_GAIN = _gain(1.0, "Multiplies every weight. 1 suits tanh; 1.4142 suits ReLU.")
_KAIMING_GAIN = _gain(2**0.5, "Makes up for what the activation removes. 1.4142 suits ReLU; 1 suits a linear unit.")

INITIALIZERS = Catalogue(
    "initializer",
    (
        Spec(
            "zeros",
            "Zeros",
            "Every weight starts at 0. All units of a layer then compute the same value and get the same gradient, so "
            "they can never become different from each other.",
            family="Fixed",
            formula=r"W_{ij} = 0",
            runs="core.initialize:zeros",
            source="Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, section 8.4",
            when="For biases, and for the last layer when the first outputs should be neutral.",
            fails="As the start of a hidden weight matrix: the units stay copies of one another and the layer acts as "
            "one unit.",
        ),
        Spec(
            "constant",
            "Constant",
            "Every weight starts at the same number. Like zeros it leaves the units of a layer identical, but it is "
            "the usual way to give a bias a head start.",
            (Param("value", "Value", "float", 0.1, "The number every weight starts at.", -100, 100, step=0.1),),
            family="Fixed",
            formula=r"W_{ij} = c",
            runs="core.initialize:constant",
            source="Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, section 8.4",
            when="For biases: a small positive number keeps ReLU units alive at the start.",
            fails="As the start of a hidden weight matrix: nothing tells its units apart.",
        ),
        Spec(
            "normal",
            "Normal",
            "Each weight is drawn from a bell curve with the mean and width you choose, whatever the size of the "
            "layer.",
            (
                Param("mean", "Mean", "float", 0.0, "Centre of the bell curve.", -10, 10, step=0.1),
                Param("std", "Standard deviation", "float", 0.05, "Width of the bell curve.", 0, 10, step=0.01),
            ),
            family="Random",
            formula=r"W_{ij} \sim \mathcal{N}(\mu, \sigma^2)",
            runs="core.initialize:normal",
            source="Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, section 8.4",
            when="To see what the scale of the first weights does to the signal and the gradient.",
            fails="In wide or deep networks: one fixed width is too small for some layers and too large for others.",
        ),
        Spec(
            "uniform",
            "Uniform",
            "Each weight is drawn with equal chance from everywhere between two bounds, whatever the size of the "
            "layer.",
            (
                Param("low", "Lower bound", "float", -0.05, "Smallest weight that can be drawn.", -10, 10, step=0.01),
                Param("high", "Upper bound", "float", 0.05, "Largest weight that can be drawn.", -10, 10, step=0.01),
            ),
            family="Random",
            formula=r"W_{ij} \sim \mathcal{U}(a, b)",
            runs="core.initialize:uniform",
            source="Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, section 8.4",
            when="When all weights must stay inside known bounds, as in many older textbooks.",
            fails="Like the normal start it does not adapt to the size of the layer; bounds that share a sign bias "
            "every unit.",
        ),
        Spec(
            "xavier_uniform",
            "Xavier uniform",
            "Draws uniformly between bounds that shrink as the layer gets wider, so that the signal forward and the "
            "gradient backward keep about the same size from layer to layer. Also called Glorot uniform.",
            (_XAVIER_GAIN,),
            family="Scaled to the layer",
            formula=r"W_{ij} \sim \mathcal{U}(-a, a), \quad a = g \sqrt{\frac{6}{n_{in} + n_{out}}}",
            runs="core.initialize:xavier_uniform",
            source=_GLOROT,
            when="The default for tanh, sigmoid and softmax layers.",
            fails="With ReLU and gain 1 the signal halves its variance at every layer; deep networks then start too "
            "quiet.",
        ),
        Spec(
            "xavier_normal",
            "Xavier normal",
            "Draws from a bell curve whose width shrinks as the layer gets wider, so that the signal and the gradient "
            "keep about the same size from layer to layer. Also called Glorot normal.",
            (_XAVIER_GAIN,),
            family="Scaled to the layer",
            formula=r"W_{ij} \sim \mathcal{N}(0, \sigma^2), \quad \sigma = g \sqrt{\frac{2}{n_{in} + n_{out}}}",
            runs="core.initialize:xavier_normal",
            source=_GLOROT,
            when="Like Xavier uniform; choose it when a bell curve is wanted.",
            fails="With ReLU and gain 1 the signal fades layer by layer.",
        ),
        Spec(
            "kaiming_uniform",
            "Kaiming uniform",
            "Draws uniformly between bounds that depend on the number of inputs alone. With the default gain it makes "
            "up for the half of the signal that a ReLU throws away. Also called He uniform.",
            (_KAIMING_GAIN,),
            family="Scaled to the layer",
            formula=r"W_{ij} \sim \mathcal{U}(-a, a), \quad a = g \sqrt{\frac{3}{n_{in}}}",
            runs="core.initialize:kaiming_uniform",
            source=_HE,
            when="For layers with ReLU and its relatives.",
            fails="In front of tanh or sigmoid the default gain pushes units towards saturation.",
        ),
        Spec(
            "kaiming_normal",
            "Kaiming normal",
            "Draws from a bell curve whose width depends on the number of inputs alone. With the default gain it makes "
            "up for the half of the signal that a ReLU throws away. Also called He normal.",
            (_KAIMING_GAIN,),
            family="Scaled to the layer",
            formula=r"W_{ij} \sim \mathcal{N}(0, \sigma^2), \quad \sigma = \frac{g}{\sqrt{n_{in}}}",
            runs="core.initialize:kaiming_normal",
            source=_HE,
            when="For deep networks of ReLU layers.",
            fails="In front of tanh or sigmoid the default gain pushes units towards saturation.",
        ),
        Spec(
            "orthogonal",
            "Orthogonal",
            "A random rotation: it turns a vector but does not change its length. Repeated at every time step it "
            "neither blows up nor shrinks the state or the gradient, as long as the activation is close to linear.",
            (
                _gain(
                    1.0,
                    "Length of a vector after the matrix, for a vector of length 1. Above 1 grows, below 1 shrinks.",
                ),
            ),
            family="Structured",
            formula=r"W W^T = g^2 I",
            runs="core.initialize:orthogonal",
            source="Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning, ICLR 2014",
            when="For recurrent weights: the safest start for gradients through many time steps.",
            fails="It only holds at the start; training moves the matrix away, and saturated tanh units still lose "
            "gradient.",
        ),
        Spec(
            "identity",
            "Identity",
            "Each unit starts connected to its own past value only. A ReLU layer that starts like this (an IRNN) "
            "simply remembers, and adds up what comes in, until it learns something better.",
            (Param("scale", "Scale", "float", 1.0, "Weight of a unit on its own past value.", -2, 2, step=0.05),),
            family="Structured",
            formula=r"W = s I",
            runs="core.initialize:identity",
            source="Le, Jaitly and Hinton, A simple way to initialize recurrent networks of rectified linear units, "
            "2015",
            when="For the recurrent matrix of a ReLU layer, with long sequences.",
            fails="A scale above 1 explodes; as a start of ordinary layers it gives every unit just one input.",
        ),
    ),
)
