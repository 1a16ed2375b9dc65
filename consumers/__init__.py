"""As seis etapas da fila, o que cada uma decide, e o processo que as executa."""
