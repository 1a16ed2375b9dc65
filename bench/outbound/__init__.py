"""Quanto custa enviar uma resposta uma vez só, ao lado de um cliente HTTP que só envia?"""
