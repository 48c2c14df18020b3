"""How good it is: metrics, confusion, leakage, perturbation."""
