"""O primeiro contato da Pyloto no WhatsApp, como consumidor de fluxos sobre Redis Streams."""

from importlib.metadata import version

__version__ = version("pyloto-stream")
