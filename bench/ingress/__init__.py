"""Quanto custa aceitar um webhook da Meta, ao lado de servidores que fazem menos pelo mesmo pedido?"""
