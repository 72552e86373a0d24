"""Which explorers there are, for menus: their windows are imported only when one is opened."""

TITLES = {
    "neuron": "Neuron",
    "activation": "Activation",
    "feed_forward": "Feed-forward",
    "loss_lab": "Loss lab",
    "backprop": "Back-propagation",
    "optimizer_race": "Optimizer race",
    "recurrent_step": "Recurrent step",
}
FOR_CATALOGUE = {"activations": "activation", "losses": "loss_lab", "optimizers": "optimizer_race"}
"""Which explorer shows an entry of a catalogue."""
