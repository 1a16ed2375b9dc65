"""O mesmo trabalho, feito por outros: um arquivo por concorrente, num ambiente só deles (`make peers`)."""
