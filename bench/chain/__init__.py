"""Três etapas num processo só: o que cada contendor faz, e como se mede que o fez."""
