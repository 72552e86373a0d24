"""What the inspector shows: pages for layers, links and the whole network, and the facts and numbers on them."""
