"""A demonstração: conversas roteirizadas pelo sistema inteiro, e o que delas se espera."""
