"""O processo que recebe os webhooks da Meta e os entrega às filas."""
