"""The canvas: the network drawn as cards and curves, and everything that is done to it there.

``view`` takes mouse and keys and hands them to ``gestures``; ``scene`` shows what the document holds in ``layer_item``,
``link_item`` and ``weight_items``; ``routing``, ``expansion`` and ``layout`` are pure geometry; ``edits`` turns wishes
into Edits.
"""
