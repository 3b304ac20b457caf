"""Write what a store holds into files that other programs read."""
