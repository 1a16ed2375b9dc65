"""Onde ficam os documentos do produto? Uma porta, um adaptador por banco, e os repositórios por cima."""
