"""The shape of a package: names, manifests, and what is wrong with one. Pure."""
