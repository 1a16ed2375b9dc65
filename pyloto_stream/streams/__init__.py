"""O executor sobre Redis Streams: aceitar, ler, gravar, repetir, enterrar. Nada sabe de WhatsApp."""
