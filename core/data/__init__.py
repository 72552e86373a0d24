"""Data sets: the contract (dataset), the bundled ones (catalogue, bundled) and the seeded synthetic tasks (synthetic)."""
