"""The entries of the catalogue "generation": how a sequence is made of the probabilities that a network tells step by step.

In the formulas z are the sums before the softmax, V the classes and y an answer of T steps.
"""

from __future__ import annotations

from core.catalogue.spec import Catalogue, Param, Spec

GENERATION = Catalogue(
    "way to generate",
    (
        Spec(
            "greedy",
            "Greedy",
            "At every step the likeliest class is taken, and read at the next one. Numbers are always read as they are told.",
            family="One answer",
            formula=r"y_t = \mathrm{argmax}_v \; p(v \mid y_{<t})",
            runs="core.engine.generating:generate",
            source="Graves, Generating sequences with recurrent neural networks, 2013",
            when="For a quick answer, where one class is far likelier than the others.",
            fails="The likeliest first step can lead to an unlikely whole; texts begin to repeat themselves.",
        ),
        Spec(
            "sampling",
            "Sampling",
            "At every step a class is drawn by its probability, sharpened or flattened by the temperature, from the likeliest "
            "ones alone where that is wanted.",
            (
                Param("temperature", "Temperature", "float", 1.0, "Below 1 the likely becomes likelier, above 1 everything gets its chance.", 0.05, 5.0, step=0.05, effect="now"),
                Param("top_k", "From the likeliest", "int", 0, "Only so many of the likeliest classes are drawn from; 0 is all of them.", 0, 10000, effect="now"),
            ),
            family="By lot",
            formula=r"p_\tau(v) = \frac{e^{z_v / \tau}}{\sum_{u \in V_k} e^{z_u / \tau}}",
            runs="core.engine.generating:drawn",
            source="Ackley, Hinton and Sejnowski, 1985 (temperature); Fan, Lewis and Dauphin, Hierarchical neural story "
            "generation, 2018 (top-k)",
            when="For names, verses and whatever should come out differently every time.",
            fails="A high temperature makes nonsense, a low one says the same again and again.",
        ),
        Spec(
            "beam",
            "Beam search",
            "Keeps the likeliest beginnings instead of one, goes on with all of them, and tells the likeliest whole answers.",
            (
                Param("width", "Beams", "int", 4, "How many beginnings are kept.", 1, 256, effect="now"),
                Param("length_power", "Favour length", "float", 0.0, "The score of an answer is its log-probability divided by its length to this power; 0 is the probability itself, which favours short answers.", 0.0, 2.0, step=0.1, effect="now"),
            ),
            family="One answer",
            formula=r"s(y) = \frac{1}{T^a} \sum_{t} \log p(y_t \mid y_{<t})",
            runs="core.engine.generating:generate",
            source="Lowerre, The Harpy speech recognition system, 1976; Wu et al., Google's neural machine translation "
            "system, 2016",
            when="To translate, pronounce or convert: where there is a right answer.",
            fails="For open texts: the likeliest text is dull.",
        ),
    ),
)  # fmt: skip
